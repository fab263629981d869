using System.Globalization;
using System.Text;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary>What a range request gets.</summary>
/// <param name="StatusCode">206 or 416.</param>
/// <param name="Body">The bytes.</param>
/// <param name="ContentType">Their type.</param>
/// <param name="ContentRange">Value of <c>Content-Range</c>, or <see langword="null"/> where the parts have their own.</param>
internal readonly record struct RangeAnswer(int StatusCode, ReadOnlyMemory<byte> Body, string ContentType, string? ContentRange);

/// <summary>
/// Answers a <c>Range</c> header out of bytes in memory (RFC 9110, section 14; MAN-155). Malformed and inverted ranges, those that begin
/// behind the end, and more of them than anybody needs get a 416: a client must not multiply the body by naming it often.
/// </summary>
internal static class ByteRanges
{
    private const int MaxRanges = 16;
    private const string Unit = "bytes=";

    public static RangeAnswer Answer(string header, ReadOnlyMemory<byte> body, string contentType, string boundary)
    {
        Span<(int Start, int Length)> ranges = stackalloc (int, int)[MaxRanges];
        var count = Parse(header, body.Length, ranges);
        if (count == 0)
            return new(416, ReadOnlyMemory<byte>.Empty, contentType, string.Create(CultureInfo.InvariantCulture, $"bytes */{body.Length}"));
        if (count == 1)
            return new(206, body.Slice(ranges[0].Start, ranges[0].Length), contentType, ContentRange(ranges[0], body.Length));
        return new(206, Multipart(ranges[..count], body.Span, contentType, boundary), $"multipart/byteranges; boundary={boundary}", null);
    }

    /// <summary>Number of ranges; 0 when the header asks for nothing that there is.</summary>
    private static int Parse(string header, int length, Span<(int Start, int Length)> ranges)
    {
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return 0;
        var count = 0;
        var list = header.AsSpan(Unit.Length);
        foreach (var part in list.Split(','))
        {
            if (count == ranges.Length || !TryParseOne(list[part].Trim(), length, out ranges[count]))
                return 0;
            count++;
        }
        return count;
    }

    private static bool TryParseOne(ReadOnlySpan<char> text, int length, out (int Start, int Length) range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash < 0 || length == 0)
            return false;
        var first = text[..dash].Trim();
        var last = text[(dash + 1)..].Trim();
        if (first.IsEmpty)
        {
            if (!TryParseNumber(last, out var suffix) || suffix == 0)
                return false;
            var size = (int)Math.Min(suffix, length);
            range = (length - size, size);
            return true;
        }
        if (!TryParseNumber(first, out var start) || start >= length)
            return false;
        var end = (long)length - 1;
        if (!last.IsEmpty && (!TryParseNumber(last, out end) || end < start))
            return false;
        range = ((int)start, (int)(Math.Min(end, length - 1) - start + 1));
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string ContentRange((int Start, int Length) range, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.Start + range.Length - 1}/{length}");

    private static byte[] Multipart(ReadOnlySpan<(int Start, int Length)> ranges, ReadOnlySpan<byte> body, string contentType, string boundary)
    {
        using var parts = new MemoryStream();
        foreach (var range in ranges)
        {
            parts.Write(Encoding.UTF8.GetBytes($"\r\n--{boundary}\r\nContent-Type: {contentType}\r\nContent-Range: {ContentRange(range, body.Length)}\r\n\r\n").AsSpan(parts.Length == 0 ? 2 : 0));
            parts.Write(body.Slice(range.Start, range.Length));
        }
        parts.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        return parts.ToArray();
    }
}
