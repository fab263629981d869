using System.Globalization;
using System.Text;

namespace Gateway.Core.Routing;

/// <summary>What is wrong with a path or a value, as the text of the 400 that answers it (RTE-017).</summary>
internal static class ParameterCheck
{
    /// <summary>The text for values that are still encoded, and for dot segments.</summary>
    public const string Encoded = "error: encoded url params";

    /// <summary>The text for a value of a placeholder, or <see langword="null"/> when it is acceptable.</summary>
    /// <param name="value">Decoded once.</param>
    /// <param name="checkEncoding">Whether leftover escapes, <c>?</c> and <c>#</c> are refused; dot segments always are (RTE-026).</param>
    public static string? OfValue(ReadOnlySpan<char> value, bool checkEncoding)
    {
        if (PathEncoder.HasDotSegment(value))
            return Encoded;
        if (!checkEncoding || !value.ContainsAny('%', '?', '#'))
            return null;
        for (var i = value.IndexOf('%'); i >= 0 && i < value.Length; i++)
        {
            if (value[i] == '%' && PercentDecoder.ByteAt(value, i) < 0)
                return InvalidEscape(value[i..]);
        }
        return Encoded;
    }

    /// <summary>The text for what a wildcard took, or <see langword="null"/> when it is acceptable (RTE-243, RTE-244).</summary>
    /// <param name="raw">As the client sent it.</param>
    /// <param name="decoded">Decoded once.</param>
    /// <param name="checkEncoding">Whether <c>?</c> and <c>#</c> are refused.</param>
    public static string? OfRemainder(ReadOnlySpan<char> raw, ReadOnlySpan<char> decoded, bool checkEncoding) =>
        PathEncoder.HasDotSegment(raw) || (checkEncoding && decoded.ContainsAny('?', '#')) ? Encoded : null;

    /// <summary>The text for a path that cannot be decoded.</summary>
    public static string OfFault(DecodeFault fault, ReadOnlySpan<char> rest) => fault switch
    {
        DecodeFault.Escape => InvalidEscape(rest),
        DecodeFault.Utf8 => "error: invalid UTF-8 in URL path",
        _ => "error: invalid control character in URL",
    };

    // The escape is quoted as Go quotes it: at most three bytes, so that a character may be cut.
    private static string InvalidEscape(ReadOnlySpan<char> rest)
    {
        Span<byte> bytes = stackalloc byte[9];
        var length = Encoding.UTF8.GetBytes(rest[..Math.Min(rest.Length, 3)], bytes);
        var text = new StringBuilder("error: invalid URL escape \"");
        foreach (var value in bytes[..Math.Min(length, 3)])
        {
            if (value is (byte)'"' or (byte)'\\')
                text.Append('\\');
            if (value is >= 0x20 and < 0x7f)
                text.Append((char)value);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }
        return text.Append('"').ToString();
    }
}
