using System.Net.Security;
using System.Security.Authentication;
using Gateway.Core.Configuration;

namespace Gateway.Core.Tls;

/// <summary>Cipher suites in the platform's form.</summary>
internal static class TlsSuites
{
    /// <summary>
    /// The policy for suites that were chosen; <see langword="null"/> for the platform's own, which for TLS 1.3 alone are the three of the
    /// language. A policy has its price: the platform then makes its context anew for every handshake and takes no session up again.
    /// </summary>
    public static CipherSuitesPolicy? PolicyOf(TlsProtocolConfig protocol)
    {
        if (protocol.CipherSuites.Count == 0 || OperatingSystem.IsWindows())
            return null;
        var isAllOf13 = protocol.Versions == SslProtocols.Tls13 && protocol.CipherSuites.Count == 3;
        return isAllOf13 ? null : new CipherSuitesPolicy(protocol.CipherSuites);
    }
}
