using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Grpc;

/// <summary>Values of metadata on the wire: printable ASCII, or base64 under names that end in <c>-bin</c>.</summary>
internal static class MetadataValues
{
    private const int OnStack = 256;

    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static bool IsText(ReadOnlySpan<char> value)
    {
        foreach (var letter in value)
        {
            if (letter is < ' ' or > '~')
                return false;
        }
        // HTTP drops the blanks around a value, so they would not arrive.
        return value.Length == 0 || (value[0] != ' ' && value[^1] != ' ');
    }

    /// <summary>Base64 without padding, as the protocol asks senders to write it.</summary>
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Length of <see cref="Encode"/>.</summary>
    public static int EncodedLength(int bytes) => ((bytes * 4) + 2) / 3;

    /// <summary>Whether <see cref="TryDecode"/> would succeed, for a single value or several with commas between them.</summary>
    public static bool IsDecodable(ReadOnlySpan<char> value)
    {
        foreach (var part in value.Split(','))
        {
            if (!TryStrip(value[part], out _))
                return false;
        }
        return true;
    }

    /// <summary>Bytes of base64 with or without padding.</summary>
    public static bool TryDecode(ReadOnlySpan<char> value, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!TryStrip(value, out var digits))
            return false;
        var padded = (digits.Length + 3) / 4 * 4;
        char[]? rented = null;
        var text = padded <= OnStack ? stackalloc char[OnStack] : rented = ArrayPool<char>.Shared.Rent(padded);
        digits.CopyTo(text);
        text[digits.Length..padded].Fill('=');
        bytes = new byte[digits.Length * 3 / 4];
        var decoded = Convert.TryFromBase64Chars(text[..padded], bytes, out _);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return decoded;
    }

    private static bool TryStrip(ReadOnlySpan<char> value, out ReadOnlySpan<char> digits)
    {
        value = value.Trim(' ');
        digits = value.TrimEnd('=');
        return value.Length - digits.Length <= 2
            && (digits.Length == value.Length || value.Length % 4 == 0)
            && digits.Length % 4 != 1
            && !digits.ContainsAnyExcept(s_base64);
    }
}
