using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace KrakenPlugins.Ntlm.Messages;

/// <summary>The server's message: what it wants answered (MS-NLMP, 2.2.1.2).</summary>
internal sealed class ChallengeMessage
{
    private const int FixedLength = 48;
    private const ushort EndOfList = 0;
    private const ushort Timestamp = 7;

    private ChallengeMessage(byte[] bytes) => Bytes = bytes;

    /// <summary>The message as it came.</summary>
    public byte[] Bytes { get; }

    /// <summary>Eight bytes that the answer is computed from.</summary>
    public ReadOnlySpan<byte> Challenge => Bytes.AsSpan(24, 8);

    /// <summary>The domain or computer that the server speaks for; may be empty.</summary>
    public string TargetName { get; private init; } = "";

    /// <summary>What the server says of itself, a list of pairs with its end; may be empty.</summary>
    public ReadOnlyMemory<byte> TargetInfo { get; private init; }

    /// <summary>The server's time in its own form (eight bytes), or empty.</summary>
    public ReadOnlyMemory<byte> ServerTime { get; private init; }

    /// <summary>Reads a message; <paramref name="error"/> says why it cannot be answered.</summary>
    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out ChallengeMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        error = "the challenge of the backend is no NTLM message";
        if (bytes.Length < FixedLength || !bytes.AsSpan().StartsWith("NTLMSSP\0"u8) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)) != 2)
            return false;
        var flags = (NtlmFlags)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(20));
        if (!flags.HasFlag(NtlmFlags.Unicode))
        {
            error = "the backend speaks no Unicode, which NTLMv2 needs";
            return false;
        }
        if (!TryField(bytes, 12, out var name) || !TryField(bytes, 40, out var info) || !TryFindTime(info.Span, out var time))
            return false;
        message = new(bytes)
        {
            TargetName = Encoding.Unicode.GetString(name.Span),
            TargetInfo = info,
            ServerTime = time < 0 ? default : info.Slice(time, 8),
        };
        error = null;
        return true;
    }

    private static bool TryField(byte[] bytes, int at, out ReadOnlyMemory<byte> field)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
        field = default;
        if (length == 0)
            return true;
        if (offset > (uint)bytes.Length || length > bytes.Length - offset)
            return false;
        field = bytes.AsMemory((int)offset, length);
        return true;
    }

    /// <summary>Walks the pairs; a list without end, or with a pair that sticks out, is none.</summary>
    private static bool TryFindTime(ReadOnlySpan<byte> pairs, out int time)
    {
        time = -1;
        for (var at = 0; at < pairs.Length;)
        {
            if (pairs.Length - at < 4)
                return false;
            var kind = BinaryPrimitives.ReadUInt16LittleEndian(pairs[at..]);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(pairs[(at + 2)..]);
            if (kind == EndOfList)
                return length == 0 && at + 4 == pairs.Length;
            at += 4;
            if (length > pairs.Length - at)
                return false;
            if (kind == Timestamp && length == 8)
                time = at;
            at += length;
        }
        return pairs.IsEmpty;
    }
}
