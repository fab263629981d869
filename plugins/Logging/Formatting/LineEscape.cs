using System.Buffers;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>
/// The escapes of values in lines: those of JSON, so that one rule serves plain text and JSON patterns. Escaped are <c>"</c>, <c>\</c>,
/// control characters (C0, DEL, C1) and the line separators of Unicode.
/// </summary>
internal static class LineEscape
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Concat([0x2028, 0x2029, '"', '\\']).Select(static c => (char)c)));

    /// <summary>Position of the first character that needs an escape, or -1.</summary>
    public static int IndexOfSpecial(ReadOnlySpan<char> text) => text.IndexOfAny(s_special);

    /// <summary>Appends the escape of a character.</summary>
    public static void Append(Utf8Line line, char c)
    {
        line.Append('\\');
        switch (c)
        {
            case '"' or '\\':
                line.Append(c);
                return;
            case '\n':
                line.Append('n');
                return;
            case '\r':
                line.Append('r');
                return;
            case '\t':
                line.Append('t');
                return;
            default:
                line.Append('u');
                for (var shift = 12; shift >= 0; shift -= 4)
                    line.Append("0123456789abcdef"[(c >> shift) & 0xf]);
                return;
        }
    }
}
