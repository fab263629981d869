using System.Net.Security;
using Gateway.Core.Configuration;

namespace Gateway.Core.Tls;

/// <summary>Cipher suites in the platform's form.</summary>
internal static class TlsSuites
{
    /// <summary>The policy for suites that were chosen; <see langword="null"/> for the platform's own.</summary>
    public static CipherSuitesPolicy? PolicyOf(TlsProtocolConfig protocol) =>
        protocol.CipherSuites.Count == 0 || OperatingSystem.IsWindows() ? null : new CipherSuitesPolicy(protocol.CipherSuites);
}
