using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.ApiKeys;

/// <summary>Finds the key in a request. Immutable.</summary>
internal abstract class PresentedKey
{
    /// <summary>The number of the key in a ring, or -1 when there is none or it is unknown.</summary>
    public abstract int Find(HttpRequest request, KeyRing ring, out UInt128 digest);

    /// <summary>What finds it.</summary>
    /// <param name="strategy"><c>header</c> or <c>query_string</c>.</param>
    /// <param name="identifier">Name of header or parameter.</param>
    public static PresentedKey Of(string strategy, string identifier) => strategy == "header" ? new HeaderKey(identifier) : new QueryKey(identifier);
}

/// <summary><c>Bearer K</c>, <c>Basic base64(K:)</c> or <c>K</c> in a header (AUT-094, AUT-095).</summary>
internal sealed class HeaderKey(string name) : PresentedKey
{
    // Four characters of Base64 are three bytes.
    private const int LongestBasic = 4 * KeyDigest.Longest;

    public override int Find(HttpRequest request, KeyRing ring, out UInt128 digest)
    {
        digest = default;
        // Two lines are two identities; which of them a backend would believe nobody knows.
        if (request.Headers[name] is not [{ } line])
            return -1;
        var value = line.AsSpan().Trim(" \t");
        if (TryAfter(value, "Bearer ", out var token))
            return ring.Find(token, out digest);
        return TryAfter(value, "Basic ", out var encoded) ? FindBasic(encoded, ring, out digest) : ring.Find(value, out digest);
    }

    private static bool TryAfter(ReadOnlySpan<char> value, string scheme, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        rest = value[scheme.Length..].TrimStart(" \t");
        return true;
    }

    private static int FindBasic(ReadOnlySpan<char> encoded, KeyRing ring, out UInt128 digest)
    {
        digest = default;
        if (encoded.Length > LongestBasic)
            return -1;
        var bytes = ArrayPool<byte>.Shared.Rent(encoded.Length);
        var chars = ArrayPool<char>.Shared.Rent(encoded.Length);
        var found = -1;
        if (Convert.TryFromBase64Chars(encoded, bytes, out var length) && Utf8.ToUtf16(bytes.AsSpan(0, length), chars, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            var text = chars.AsSpan(0, written);
            var colon = text.IndexOf(':');
            found = ring.Find(colon < 0 ? text : text[..colon], out digest);
        }
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        ArrayPool<char>.Shared.Return(chars, clearArray: true);
        return found;
    }
}

/// <summary><c>?name=K</c>; the first value counts (AUT-096).</summary>
internal sealed class QueryKey(string name) : PresentedKey
{
    public override int Find(HttpRequest request, KeyRing ring, out UInt128 digest)
    {
        digest = default;
        var query = request.QueryString.Value.AsSpan();
        if (query.Length < 2)
            return -1;
        query = query[1..];
        var buffer = ArrayPool<char>.Shared.Rent(query.Length);
        var found = -1;
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            // As the engine reads queries, a pair with a semicolon or a broken escape is none (RTE-098).
            if (pair.Contains(';') || !IsName(equals < 0 ? pair : pair[..equals], buffer))
                continue;
            if (!FormText.TryDecode(equals < 0 ? [] : pair[(equals + 1)..], buffer, out var key))
                continue;
            found = ring.Find(key, out digest);
            break;
        }
        ArrayPool<char>.Shared.Return(buffer, clearArray: true);
        return found;
    }

    private bool IsName(ReadOnlySpan<char> raw, Span<char> buffer) =>
        FormText.TryDecode(raw, buffer, out var decoded) && decoded.SequenceEqual(name);
}

/// <summary>Percent-encoded text of a query, with <c>+</c> for a space.</summary>
internal static class FormText
{
    /// <summary>Decodes a text; returns false for a broken escape and for what is no UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<char> raw, Span<char> buffer, out ReadOnlySpan<char> decoded)
    {
        decoded = raw;
        if (raw.IndexOfAny('%', '+') < 0)
            return true;
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        var isText = TryUnescape(raw, bytes, out var length);
        var written = 0;
        isText = isText && Utf8.ToUtf16(bytes.AsSpan(0, length), buffer, out _, out written, replaceInvalidSequences: false) == OperationStatus.Done;
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        decoded = buffer[..written];
        return isText;
    }

    private static bool TryUnescape(ReadOnlySpan<char> raw, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                    return false;
                bytes[length++] = byte.Parse(raw.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else if (raw[i] < 0x80)
            {
                bytes[length++] = raw[i] == '+' ? (byte)' ' : (byte)raw[i];
            }
            else
            {
                return false;
            }
        }
        return true;
    }
}
