using System.Text;

namespace KrakenPlugins.Martian.Messages;

/// <summary>Percent-encoded text of a URL, compared and written byte by byte: escapes need not be UTF-8.</summary>
internal static class PercentText
{
    private const string Digits = "0123456789ABCDEF";

    /// <summary>Whether every escape is two hexadecimal digits and every other character visible ASCII.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (Next(text, ref i, plusIsSpace: false) < 0)
                return false;
        }
        return true;
    }

    /// <summary>The byte at a position, which moves on; -1 when nothing well-formed stands there.</summary>
    public static int Next(ReadOnlySpan<char> text, ref int position, bool plusIsSpace)
    {
        var c = text[position++];
        if (c == '+' && plusIsSpace)
            return ' ';
        if (c != '%')
            return c is > ' ' and < '\u007f' ? c : -1;
        if (position + 2 > text.Length || !char.IsAsciiHexDigit(text[position]) || !char.IsAsciiHexDigit(text[position + 1]))
            return -1;
        var value = (Hex(text[position]) << 4) | Hex(text[position + 1]);
        position += 2;
        return value;
    }

    /// <summary>Whether a text decodes to exactly these bytes.</summary>
    public static bool Is(ReadOnlySpan<char> text, ReadOnlySpan<byte> bytes, bool plusIsSpace) =>
        StartsWith(text, bytes, plusIsSpace, out var used) && used == bytes.Length;

    /// <summary>Whether a text decodes to the first of these bytes.</summary>
    public static bool StartsWith(ReadOnlySpan<char> text, ReadOnlySpan<byte> bytes, bool plusIsSpace, out int used)
    {
        used = 0;
        for (var i = 0; i < text.Length; used++)
        {
            if (used == bytes.Length || Next(text, ref i, plusIsSpace) != bytes[used])
                return false;
        }
        return true;
    }

    /// <summary>The decoded bytes of a well-formed text.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length;)
            bytes[length++] = (byte)Next(text, ref i, plusIsSpace);
        return bytes[..length];
    }

    /// <summary>A path out of decoded text; the result starts with <c>/</c> and holds nothing that ends a path or a line.</summary>
    public static string EscapePath(string path)
    {
        var escaped = new StringBuilder();
        if (!path.StartsWith('/'))
            escaped.Append('/');
        Escape(escaped, Encoding.UTF8.GetBytes(path), "$&+,/:;=@", spaceIsPlus: false);
        return escaped.ToString();
    }

    /// <summary>A query that somebody wrote by hand: what may stand in a request target stays, the rest is escaped.</summary>
    public static string EscapeQuery(string query)
    {
        var escaped = new StringBuilder();
        Escape(escaped, Encoding.UTF8.GetBytes(query), "!\"$%&'()*+,/:;<=>?@[\\]^`{|}", spaceIsPlus: false);
        return escaped.ToString();
    }

    /// <summary>A name or value of a query.</summary>
    public static void EscapeComponent(StringBuilder target, ReadOnlySpan<byte> bytes) => Escape(target, bytes, "", spaceIsPlus: true);

    private static void Escape(StringBuilder target, ReadOnlySpan<byte> bytes, string kept, bool spaceIsPlus)
    {
        foreach (var b in bytes)
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' || kept.Contains(c, StringComparison.Ordinal))
                target.Append(c);
            else if (c == ' ' && spaceIsPlus)
                target.Append('+');
            else
                target.Append('%').Append(Digits[b >> 4]).Append(Digits[b & 15]);
        }
    }

    private static int Hex(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
