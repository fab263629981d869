using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Ntlm.Messages;

/// <summary>
/// The last message: who it is and the NTLMv2 answer to the challenge (MS-NLMP, 2.2.1.3 and 3.3.2). An NTLMv1 answer is never computed. A
/// server that names its time gets a code over the three messages too (MIC, 3.1.5.1.2), so that nobody between can change them.
/// </summary>
internal static class AuthenticateMessage
{
    private const int FixedLength = 88;
    private const int MicAt = 72;
    private const ushort AvFlags = 6;
    private const uint HasMic = 2;

    /// <summary>The message.</summary>
    /// <param name="account">Who signs in.</param>
    /// <param name="negotiate">The first message as it was sent.</param>
    /// <param name="challenge">The server's message.</param>
    /// <param name="now">Time of the client, for servers that name none.</param>
    /// <param name="clientChallenge">Eight random bytes.</param>
    public static byte[] Create(NtlmAccount account, ReadOnlySpan<byte> negotiate, ChallengeMessage challenge, DateTimeOffset now, ReadOnlySpan<byte> clientChallenge)
    {
        var domain = account.Domain ?? challenge.TargetName;
        var key = account.KeyFor(domain);
        var hasMic = !challenge.ServerTime.IsEmpty;
        Span<byte> time = stackalloc byte[8];
        if (hasMic)
            challenge.ServerTime.Span.CopyTo(time);
        else
            BinaryPrimitives.WriteInt64LittleEndian(time, now.ToFileTime());
        var blob = Blob(time, clientChallenge, hasMic ? WithMicFlag(challenge.TargetInfo.Span) : challenge.TargetInfo.Span);
        var proof = Proof(key, challenge.Challenge, blob);
        byte[] answer = [.. proof, .. blob];
        byte[] older = hasMic ? new byte[24] : [.. Proof(key, challenge.Challenge, clientChallenge), .. clientChallenge];

        var message = Assemble(older, answer, Encoding.Unicode.GetBytes(domain), Encoding.Unicode.GetBytes(account.Name));
        if (hasMic)
        {
            byte[] all = [.. negotiate, .. challenge.Bytes, .. message];
            HMACMD5.HashData(HMACMD5.HashData(key, proof), all).CopyTo(message, MicAt);
        }
        return message;
    }

    /// <summary>NTProofStr and the first part of LMv2: the key over the server's challenge and what the client adds.</summary>
    public static byte[] Proof(byte[] key, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> addition)
    {
        byte[] text = [.. challenge, .. addition];
        return HMACMD5.HashData(key, text);
    }

    /// <summary>The client's part of the NTLMv2 answer (<c>temp</c> of 3.3.2).</summary>
    public static byte[] Blob(ReadOnlySpan<byte> time, ReadOnlySpan<byte> clientChallenge, ReadOnlySpan<byte> targetInfo) =>
        [1, 1, 0, 0, 0, 0, 0, 0, .. time, .. clientChallenge, 0, 0, 0, 0, .. targetInfo, 0, 0, 0, 0];

    // The flags stand before the end of the list; those that the server sent are kept.
    private static byte[] WithMicFlag(ReadOnlySpan<byte> pairs)
    {
        var copy = pairs.ToArray();
        for (var at = 0; at + 4 <= copy.Length;)
        {
            var kind = BinaryPrimitives.ReadUInt16LittleEndian(copy.AsSpan(at));
            var length = BinaryPrimitives.ReadUInt16LittleEndian(copy.AsSpan(at + 2));
            if (kind == AvFlags && length == 4)
            {
                var flags = copy.AsSpan(at + 4, 4);
                BinaryPrimitives.WriteUInt32LittleEndian(flags, BinaryPrimitives.ReadUInt32LittleEndian(flags) | HasMic);
                return copy;
            }
            at += 4 + length;
        }
        return [.. copy.AsSpan(0, copy.Length - 4), 6, 0, 4, 0, (byte)HasMic, 0, 0, 0, 0, 0, 0, 0];
    }

    private static byte[] Assemble(byte[] older, byte[] answer, byte[] domain, byte[] user)
    {
        var message = new byte[FixedLength + domain.Length + user.Length + older.Length + answer.Length];
        "NTLMSSP\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), 3);
        var at = FixedLength;
        Put(message, 28, domain, ref at);
        Put(message, 36, user, ref at);
        Put(message, 44, [], ref at);
        Put(message, 12, older, ref at);
        Put(message, 20, answer, ref at);
        Put(message, 52, [], ref at);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(60), (uint)NegotiateMessage.Flags);
        return message;
    }

    private static void Put(byte[] message, int field, byte[] bytes, ref int at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(field), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(field + 2), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(field + 4), (uint)at);
        bytes.CopyTo(message, at);
        at += bytes.Length;
    }
}
