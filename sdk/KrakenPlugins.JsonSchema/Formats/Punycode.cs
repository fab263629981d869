using System.Text;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>Punycode (RFC 3492) of one label, without its prefix.</summary>
internal static class Punycode
{
    private const int Base = 36, Minimum = 1, Maximum = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialPoint = 128;

    /// <summary>The code points, or <see langword="null"/> for a text that encodes none.</summary>
    internal static List<int>? Decode(ReadOnlySpan<char> text)
    {
        var points = new List<int>();
        var hyphen = text.LastIndexOf('-');
        for (var i = 0; i < hyphen; i++)
            points.Add(text[i]);
        var (n, bias, index) = (InitialPoint, InitialBias, 0L);
        for (var at = hyphen + 1; at < text.Length;)
        {
            var (start, weight) = (index, 1L);
            for (var k = Base; ; k += Base)
            {
                var digit = at < text.Length ? Digit(text[at++]) : -1;
                index += digit * weight;
                if (digit < 0 || index > int.MaxValue)
                    return null;
                var threshold = Math.Clamp(k - bias, Minimum, Maximum);
                if (digit < threshold)
                    break;
                weight *= Base - threshold;
            }
            bias = Adapt(index - start, points.Count + 1, start == 0);
            n += (int)(index / (points.Count + 1));
            index %= points.Count + 1;
            if (!Rune.IsValid(n))
                return null;
            points.Insert((int)index++, n);
        }
        return points;
    }

    internal static string Encode(List<int> points)
    {
        var result = new StringBuilder();
        foreach (var point in points.Where(p => p < InitialPoint))
            result.Append((char)point);
        var basic = result.Length;
        if (basic > 0)
            result.Append('-');
        var (n, bias, delta) = (InitialPoint, InitialBias, 0L);
        for (var handled = basic; handled < points.Count; n++, delta++)
        {
            var next = points.Where(p => p >= n).Min();
            delta += (long)(next - n) * (handled + 1);
            n = next;
            foreach (var point in points)
            {
                if (point < n)
                    delta++;
                if (point != n)
                    continue;
                AppendNumber(result, delta, bias);
                bias = Adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }
        }
        return result.ToString();
    }

    private static void AppendNumber(StringBuilder result, long value, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Math.Clamp(k - bias, Minimum, Maximum);
            if (value < threshold)
                break;
            result.Append(Character((int)(threshold + ((value - threshold) % (Base - threshold)))));
            value = (value - threshold) / (Base - threshold);
        }
        result.Append(Character((int)value));
    }

    private static char Character(int digit) => (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);

    private static int Digit(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= 'A' and <= 'Z' => c - 'A',
        >= '0' and <= '9' => c - '0' + 26,
        _ => -1,
    };

    private static int Adapt(long delta, int count, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - Minimum) * Maximum / 2; k += Base)
            delta /= Base - Minimum;
        return (int)(k + ((Base - Minimum + 1) * delta / (delta + Skew)));
    }
}
