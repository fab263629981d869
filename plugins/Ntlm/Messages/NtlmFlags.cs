namespace KrakenPlugins.Ntlm.Messages;

/// <summary>What the two sides agree on (MS-NLMP, 2.2.2.5).</summary>
[Flags]
internal enum NtlmFlags : uint
{
    None = 0,
    Unicode = 0x1,
    RequestTarget = 0x4,
    Ntlm = 0x200,
    ExtendedSessionSecurity = 0x80000,
    TargetInfo = 0x800000,
    Version = 0x2000000,
}
