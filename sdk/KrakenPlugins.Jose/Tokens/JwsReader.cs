using System.Buffers;
using System.Text;

namespace KrakenPlugins.Jose;

/// <summary>Takes the compact form apart.</summary>
internal static class JwsReader
{
    public static JwsFault Read(ReadOnlySpan<char> compact, Span<byte> buffer, out JwsToken token)
    {
        token = default;
        if (compact.IsEmpty)
            return JwsFault.Empty;
        if (compact.Length > JwsToken.MaximumLength)
            return JwsFault.TooLong;
        if (buffer.Length < JwsToken.BufferSize(compact.Length))
            throw new ArgumentException("shorter than JwsToken.BufferSize says", nameof(buffer));

        var text = buffer[..compact.Length];
        if (Ascii.FromUtf16(compact, text, out _) != OperationStatus.Done)
            return JwsFault.Encoding;
        var first = text.IndexOf((byte)'.');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf((byte)'.') + first + 1;
        if (second <= first || text[(second + 1)..].Contains((byte)'.'))
            return text.Count((byte)'.') == 4 ? JwsFault.Encrypted : JwsFault.NotThreeParts;

        var rest = buffer[text.Length..];
        if (!TryDecode(text[..first], ref rest, out var header)
            || !TryDecode(text[(first + 1)..second], ref rest, out var payload))
            return JwsFault.Encoding;

        var fault = JwsHeader.Read(header, rest, out var fields);
        if (fault != JwsFault.None)
            return fault;
        // After the header: a token without signature is told apart from one that is cut off.
        if (!TryDecode(text[(second + 1)..], ref rest, out var signature, fields.Length))
            return JwsFault.Encoding;
        token = new JwsToken(fields.Algorithm, text[..second], header, payload, signature)
        {
            KeyId = fields.KeyId,
            X5t = fields.X5t,
            X5tS256 = fields.X5tS256,
        };
        return JwsFault.None;
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, scoped ref Span<byte> rest, out ReadOnlySpan<byte> value, int from = 0)
    {
        rest = rest[from..];
        var isValue = StrictBase64Url.TryDecode(text, rest, out var written);
        value = rest[..written];
        rest = rest[written..];
        return isValue;
    }
}
