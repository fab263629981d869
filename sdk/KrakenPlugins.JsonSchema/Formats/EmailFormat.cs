using System.Text;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>Mailboxes as SMTP carries them (RFC 5321 section 4.1.2), also internationalised (RFC 6531).</summary>
internal static class EmailFormat
{
    private const string AtomSpecials = "!#$%&'*+-/=?^_`{|}~";

    internal static bool IsEmail(ReadOnlySpan<char> text, bool international)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && IsLocalPart(text[..at], international) && IsDomain(text[(at + 1)..], international);
    }

    private static bool IsLocalPart(ReadOnlySpan<char> text, bool international)
    {
        if (Encoding.UTF8.GetByteCount(text) > 64)
            return false;
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            return IsQuoted(text[1..^1], international);
        foreach (var range in text.Split('.'))
        {
            var atom = text[range];
            if (atom.IsEmpty)
                return false;
            foreach (var c in atom)
            {
                if (!char.IsAsciiLetterOrDigit(c) && !AtomSpecials.Contains(c, StringComparison.Ordinal) && !(international && c > 0x7f))
                    return false;
            }
        }
        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> text, bool international)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && ++i == text.Length)
                return false;
            else if (text[i] == '"' && text[i - 1] != '\\')
                return false;
            if (text[i] is < ' ' or '\x7f' || (text[i] > 0x7f && !international))
                return false;
        }
        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> text, bool international)
    {
        if (text.Length < 2 || text[0] != '[' || text[^1] != ']')
            return international ? HostNameFormat.IsInternationalHostName(text) : HostNameFormat.IsHostName(text);
        var literal = text[1..^1];
        return literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? AddressFormats.IsIPv6(literal[5..]) : AddressFormats.IsIPv4(literal);
    }
}
