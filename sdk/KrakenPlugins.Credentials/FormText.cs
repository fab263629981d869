using System.Net;
using System.Text;

namespace KrakenPlugins.Credentials;

/// <summary>Text of <c>application/x-www-form-urlencoded</c>.</summary>
public static class FormText
{
    /// <summary>A name or value: everything but letters, digits and <c>- _ . ~</c> percent-encoded, a space as <c>+</c>.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    /// <summary>Names and values in the order given.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            if (text.Length > 0)
                text.Append('&');
            text.Append(Encode(name)).Append('=').Append(Encode(value));
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The first value of each name; what cannot be decoded stays as it is.</summary>
    public static Dictionary<string, string> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            fields.TryAdd(WebUtility.UrlDecode(name), equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..]));
        }
        return fields;
    }
}
