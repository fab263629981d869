using System.Buffers.Binary;

namespace KrakenPlugins.Ntlm.Messages;

/// <summary>The first message: what the client can (MS-NLMP, 2.2.1.1). It names nobody. Neither signing nor sealing is asked for.</summary>
internal static class NegotiateMessage
{
    public const NtlmFlags Flags = NtlmFlags.Unicode | NtlmFlags.RequestTarget | NtlmFlags.Ntlm | NtlmFlags.ExtendedSessionSecurity | NtlmFlags.TargetInfo;

    private const int Length = 32;

    /// <summary>The message, which is always the same.</summary>
    public static byte[] Bytes { get; } = Create();

    private static byte[] Create()
    {
        var message = new byte[Length];
        "NTLMSSP\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(12), (uint)Flags);
        return message;
    }
}
