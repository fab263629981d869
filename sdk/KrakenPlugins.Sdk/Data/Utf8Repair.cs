using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace KrakenPlugins.Sdk.Data;

/// <summary>Replaces each byte that is part of no valid UTF-8 sequence by U+FFFD, as Go does; .NET's own replacement covers several bytes with one.</summary>
internal static class Utf8Repair
{
    /// <summary>Repairs the bytes; a buffer that needs it is disposed and another put in its place.</summary>
    public static void Apply(ref PooledBytes body)
    {
        if (Utf8.IsValid(body.Span))
            return;
        var repaired = new PooledBytes(body.Length + (body.Length / 2));
        var rest = body.Span;
        while (!rest.IsEmpty)
        {
            // What is valid is copied as a whole, up to the first byte that is not.
            var valid = ValidLength(rest);
            repaired.Write(rest[..valid]);
            rest = rest[valid..];
            if (rest.IsEmpty)
                break;
            repaired.Write("\uFFFD"u8);
            rest = rest[1..];
        }
        body.Dispose();
        body = repaired;
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (bytes[at] < 0x80)
            {
                var ascii = bytes[at..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                at = ascii < 0 ? bytes.Length : at + ascii;
                continue;
            }
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }
        return at;
    }
}
