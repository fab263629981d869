using System.Buffers;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.Basic;

/// <summary>User and password of <c>Authorization: Basic …</c> (RFC 7617), in a buffer of the caller. A password may hold colons.</summary>
internal readonly ref struct Credentials(ReadOnlySpan<char> user, ReadOnlySpan<char> password)
{
    /// <summary>Longest <c>user:password</c>, in UTF-16 units.</summary>
    public const int Longest = 512;

    // Four characters of Base64 for three bytes, and up to three bytes per character.
    private const int LongestEncoded = 4 * Longest;

    /// <summary>Name of the user.</summary>
    public ReadOnlySpan<char> User { get; } = user;

    /// <summary>The password.</summary>
    public ReadOnlySpan<char> Password { get; } = password;

    /// <summary>Reads the header; returns false when it is none of this scheme, or malformed, or there is more than one.</summary>
    /// <param name="header">The header's lines.</param>
    /// <param name="buffer">At least <see cref="Longest"/> characters.</param>
    /// <param name="credentials">They point into the buffer.</param>
    public static bool TryRead(StringValues header, Span<char> buffer, out Credentials credentials)
    {
        credentials = default;
        if (header is not [{ } line])
            return false;
        var value = line.AsSpan().Trim(" \t");
        if (!value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        value = value[6..].TrimStart(' ');
        if (value.Length > LongestEncoded)
            return false;
        Span<byte> bytes = stackalloc byte[LongestEncoded];
        if (!Convert.TryFromBase64Chars(value, bytes, out var length)
            || Utf8.ToUtf16(bytes[..length], buffer[..Longest], out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            return false;
        var text = buffer[..written];
        var colon = text.IndexOf(':');
        if (colon <= 0)
            return false;
        credentials = new Credentials(text[..colon], text[(colon + 1)..]);
        return true;
    }
}
