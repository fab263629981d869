using System.Text;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Lines of a limited width, broken at spaces. Line breaks that the text has count as characters like others.</summary>
internal static class WordWrap
{
    /// <summary>Wraps a text at <paramref name="width"/> bytes of UTF-8; longer words are broken or stand out.</summary>
    public static string Wrap(string text, long width, string lineBreak, bool breaksWords)
    {
        if (lineBreak.Length == 0) lineBreak = "\n";
        var limit = (int)Math.Clamp(width, 1, int.MaxValue / 2);
        var bytes = Encoding.UTF8.GetBytes(text);
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (bytes.Length - at > limit)
        {
            if (bytes[at] == ' ')
            {
                at++;
                continue;
            }
            var (end, next) = LineFrom(bytes, at, limit, breaksWords);
            result.Append(Encoding.UTF8.GetString(bytes, at, end - at));
            at = next;
            if (end == bytes.Length) break;
            SprigLimits.CheckCharacters("wrap", (long)result.Length + lineBreak.Length);
            result.Append(lineBreak);
        }
        return result.Append(Encoding.UTF8.GetString(bytes, at, bytes.Length - at)).ToString();
    }

    private static (int End, int Next) LineFrom(byte[] bytes, int at, int limit, bool breaksWords)
    {
        var space = bytes.AsSpan(at, limit + 1).LastIndexOf((byte)' ');
        if (space >= 0) return (at + space, at + space + 1);
        if (breaksWords)
        {
            var cut = CharacterBoundary(bytes, at, at + limit);
            return (cut, cut);
        }
        var behind = bytes.AsSpan(at + limit).IndexOf((byte)' ');
        return behind < 0 ? (bytes.Length, bytes.Length) : (at + limit + behind, at + limit + behind + 1);
    }

    private static int CharacterBoundary(byte[] bytes, int start, int cut)
    {
        var boundary = cut;
        while (boundary > start && IsContinuation(bytes[boundary])) boundary--;
        if (boundary > start) return boundary;
        while (cut < bytes.Length && IsContinuation(bytes[cut])) cut++;
        return cut;
    }

    private static bool IsContinuation(byte value) => (value & 0xc0) == 0x80;
}
