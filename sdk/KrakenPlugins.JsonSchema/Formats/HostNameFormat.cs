using System.Buffers;
using System.Text;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>Host names (RFC 1123 section 2.1) and internationalised ones (RFC 5890 and 5891, with the Bidi rule of RFC 5893).</summary>
internal static class HostNameFormat
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private static readonly SearchValues<char> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    internal static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxName)
            return false;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-' || label.ContainsAnyExcept(s_letters))
                return false;
            if (IsEncoded(label) && DecodedLabel(label) is null)
                return false;
        }
        return true;
    }

    internal static bool IsInternationalHostName(ReadOnlySpan<char> text)
    {
        // The dots of RFC 3490 section 3.1; each U-label is longer as an A-label, so that this bounds the work.
        if (text.Length is 0 or > MaxName)
            return false;
        var length = -1;
        var labels = new List<List<int>>();
        foreach (var range in text.SplitAny('.', '\u3002', '\uff0e', '\uff61'))
        {
            var label = text[range];
            if (Label(label, out var encodedLength) is not { } points)
                return false;
            length += encodedLength + 1;
            labels.Add(points);
        }
        if (length > MaxName)
            return false;
        return !labels.Exists(BidiRule.IsRightToLeft) || labels.TrueForAll(BidiRule.Holds);
    }

    private static List<int>? Label(ReadOnlySpan<char> label, out int encodedLength)
    {
        encodedLength = label.Length;
        if (label.Length is 0 or > MaxLabel)
            return null;
        if (IsEncoded(label))
            return DecodedLabel(label);
        var points = new List<int>();
        foreach (var rune in label.EnumerateRunes())
            points.Add(rune.Value);
        if (points.TrueForAll(p => p < 128))
            return label[0] != '-' && label[^1] != '-' && !label.ContainsAnyExcept(s_letters) ? points : null;
        encodedLength = 4 + Punycode.Encode(points).Length;
        return encodedLength <= MaxLabel && IdnaLabel.IsValid(points) ? points : null;
    }

    private static bool IsEncoded(ReadOnlySpan<char> label) => label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase);

    // An A-label must be the encoding of a valid U-label and the only one.
    private static List<int>? DecodedLabel(ReadOnlySpan<char> label)
    {
        var encoded = label[4..];
        if (encoded.Length == 0 || Punycode.Decode(encoded) is not { } points || points.TrueForAll(p => p < 128))
            return null;
        var isCanonical = encoded.Equals(Punycode.Encode(points), StringComparison.OrdinalIgnoreCase);
        return isCanonical && IdnaLabel.IsValid(points) && (!BidiRule.IsRightToLeft(points) || BidiRule.Holds(points)) ? points : null;
    }
}
