using System.Globalization;
using System.Text;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>
/// Texts of certificates as parts of a header: printable ASCII, in which a separator is never a character of a name. A certificate may hold
/// line breaks, commas and any character there is.
/// </summary>
internal static class EscapedText
{
    /// <summary>A value of a distinguished name (RFC 4514, 2.4): its bytes in UTF-8, those that mean something or cannot be seen as <c>\xx</c>.</summary>
    public static string OfValue(string text) => Escape(text, "\"+,;<>=\\#", isValue: true);

    /// <summary>A name in a list that commas separate.</summary>
    public static string OfName(string text) => Escape(text, ",\\ ", isValue: false);

    private static string Escape(string text, string special, bool isValue)
    {
        var escaped = new StringBuilder(text.Length);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = (char)bytes[i];
            var isEdge = isValue && c == ' ' && (i == 0 || i == bytes.Length - 1);
            if (c is < ' ' or > '~' || isEdge || special.Contains(c, StringComparison.Ordinal))
                escaped.Append('\\').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }
        return escaped.ToString();
    }
}
