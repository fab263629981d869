using System.Buffers;
using System.Text;

namespace Gateway.Core.Routing;

/// <summary>
/// Percent-encoding of decoded text for one position of a URL, without intermediate strings. Text is encoded as UTF-8; a lone
/// surrogate becomes U+FFFD. Source: RFC 3986 sections 2 and 3.3, RTE-069, RTE-070.
/// </summary>
public static class PathEncoder
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    private static readonly SearchValues<char> s_segment = SearchValues.Create(Unreserved + "$&+,:;=@");
    private static readonly SearchValues<char> s_encodedPath = SearchValues.Create(Unreserved + "$&+,:;=@/!'()*[]");
    private static readonly SearchValues<char> s_queryValue = SearchValues.Create(Unreserved + "$,:@/?!*()");
    private static readonly SearchValues<char> s_form = SearchValues.Create(Unreserved);

    /// <summary>
    /// Writes a parameter's value into a path. A slash becomes <c>%2F</c>, so that a value never adds a segment. The caller has refused
    /// values with dot segments (<see cref="HasDotSegment"/>): encoding cannot disarm those.
    /// </summary>
    public static void AppendPath(ref UrlBuilder builder, scoped ReadOnlySpan<char> value) => Append(ref builder, value, s_segment);

    /// <summary>
    /// Writes a path that is percent-encoded already: its escapes stay byte for byte, and what may not stand in a path (controls, spaces,
    /// <c>?</c>, <c>#</c>, <c>\</c>, a <c>%</c> that starts no escape) is encoded.
    /// </summary>
    public static void AppendEncodedPath(ref UrlBuilder builder, scoped ReadOnlySpan<char> path)
    {
        while (true)
        {
            var percent = path.IndexOf('%');
            if (percent < 0)
                break;
            Append(ref builder, path[..percent], s_encodedPath);
            var length = PercentDecoder.ByteAt(path, percent) < 0 ? 1 : 3;
            if (length == 3)
                builder.Append(path.Slice(percent, 3));
            else
                builder.AppendEscape((byte)'%');
            path = path[(percent + length)..];
        }
        Append(ref builder, path, s_encodedPath);
    }

    /// <summary>
    /// Writes a value into the query of a URL pattern. It arrives as exactly one value: <c>&amp;</c>, <c>=</c>, <c>;</c>, <c>+</c>,
    /// <c>#</c>, <c>%</c>, space (<c>%20</c>), controls and everything beyond ASCII are encoded.
    /// </summary>
    public static void AppendQuery(ref UrlBuilder builder, scoped ReadOnlySpan<char> value) => Append(ref builder, value, s_queryValue);

    /// <summary>Writes a name or value of a form-encoded query: all but letters, digits and <c>-_.~</c> encoded, space as <c>+</c>.</summary>
    public static void AppendForm(ref UrlBuilder builder, scoped ReadOnlySpan<char> value)
    {
        while (true)
        {
            var space = value.IndexOf(' ');
            if (space < 0)
                break;
            Append(ref builder, value[..space], s_form);
            builder.Append('+');
            value = value[(space + 1)..];
        }
        Append(ref builder, value, s_form);
    }

    /// <summary>
    /// Whether a text has a segment that some server would resolve as <c>.</c> or <c>..</c>: written plainly or escaped to any depth,
    /// between slashes or backslashes, with or without path parameters (<c>..;a=b</c>).
    /// </summary>
    public static bool HasDotSegment(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('.', '%'))
            return false;
        var dots = 0;
        for (var i = 0; i < text.Length;)
        {
            switch (NextDecoded(text, ref i))
            {
                case '.' when dots >= 0:
                    dots++;
                    break;
                case '/' or '\\':
                    if (dots is 1 or 2)
                        return true;
                    dots = 0;
                    break;
                case ';' when dots is 1 or 2:
                    return true;
                default:
                    dots = -1;
                    break;
            }
        }
        return dots is 1 or 2;
    }

    // "%252e" is "%2e" is ".": every "25" behind a '%' is one more layer.
    private static char NextDecoded(ReadOnlySpan<char> text, ref int index)
    {
        var c = text[index++];
        if (c != '%')
            return c;
        var digits = index;
        while (digits + 1 < text.Length && text[digits] == '2' && text[digits + 1] == '5')
            digits += 2;
        var value = PercentDecoder.HexPair(text, digits);
        index = value < 0 ? digits : digits + 2;
        return value < 0 ? '%' : (char)value;
    }

    private static void Append(ref UrlBuilder builder, scoped ReadOnlySpan<char> text, SearchValues<char> plain)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (true)
        {
            var next = text.IndexOfAnyExcept(plain);
            if (next < 0)
                break;
            builder.Append(text[..next]);
            Rune.DecodeFromUtf16(text[next..], out var rune, out var consumed);
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
                builder.AppendEscape(value);
            text = text[(next + consumed)..];
        }
        builder.Append(text);
    }
}
