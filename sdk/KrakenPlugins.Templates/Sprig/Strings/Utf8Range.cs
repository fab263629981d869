using System.Text;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>
/// Parts of texts by byte positions in UTF-8, which is how Go counts. A character that a position cuts in two is left out,
/// where Go would leave broken bytes.
/// </summary>
internal static class Utf8Range
{
    public static int Length(string text) => Encoding.UTF8.GetByteCount(text);

    public static string Slice(string text, int start, int end)
    {
        if (Ascii.IsValid(text)) return text[start..end];
        var (position, from, to) = (0, -1, 0);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var width);
            if (position + rune.Utf8SequenceLength > end) break;
            if (position >= start && from < 0) from = i;
            position += rune.Utf8SequenceLength;
            i += width;
            to = i;
        }
        return from < 0 ? "" : text[from..to];
    }
}
