using System.Buffers;
using System.Buffers.Text;

namespace KrakenPlugins.Jose;

/// <summary>base64url as RFC 7515 has it: no padding, no white space, no bits that mean nothing, so that a value has one spelling.</summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<byte> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Decodes a text that is not empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">At least three quarters of its length.</param>
    /// <param name="written">Length of the value.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes, out int written)
    {
        written = 0;
        if (text.IsEmpty || text.ContainsAnyExcept(s_alphabet) || !HasNoStrayBits(text))
            return false;
        return Base64Url.DecodeFromUtf8(text, bytes, out _, out written) == OperationStatus.Done;
    }

    /// <summary>The value of a text, or <see langword="null"/>.</summary>
    public static byte[]? Decode(string text)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        var bytes = new byte[utf8.Length];
        return TryDecode(utf8, bytes, out var written) ? bytes[..written] : null;
    }

    private static bool HasNoStrayBits(ReadOnlySpan<byte> text)
    {
        var stray = (text.Length & 3) switch { 0 => 0, 2 => 0x0f, 3 => 0x03, _ => -1 };
        return stray >= 0 && (ValueOf(text[^1]) & stray) == 0;
    }

    private static int ValueOf(byte letter) => letter switch
    {
        (byte)'-' => 62,
        (byte)'_' => 63,
        <= (byte)'9' => letter - '0' + 52,
        <= (byte)'Z' => letter - 'A',
        _ => letter - 'a' + 26,
    };
}
