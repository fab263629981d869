using System.Net;
using Gateway.Core.Configuration;

namespace Gateway.Core.Server;

/// <summary>
/// Everything that a server is built from. Settings that are equal need no other server; a reload with others gets one beside the running
/// one, which takes the port over.
/// </summary>
/// <param name="Ip">Address; <see langword="null"/> means all, IPv4 and IPv6.</param>
/// <param name="Port">Port; 0 lets the system choose.</param>
/// <param name="Server">Timers and limits, and whether HTTP/2 in clear text is served; without what concerns the stop.</param>
/// <param name="Tls">TLS; <see langword="null"/> for clear text. What stands in its files is no part of it: that changes without another server.</param>
internal sealed record ListenerSettings(IPAddress? Ip, int Port, ServerConfig Server, TlsServerConfig? Tls)
{
    /// <summary>The settings of a configuration.</summary>
    /// <param name="generation">The configuration, compiled.</param>
    /// <param name="port">Port instead of the configuration's, or <see langword="null"/>.</param>
    public static ListenerSettings Of(Generation generation, int? port)
    {
        var config = generation.Config;
        var server = config.Server with { MaxShutdownWaitTime = TimeSpan.Zero };
        // With TLS the handshake settles the protocol.
        server = server with { UseH2c = config.Tls is null && (server.UseH2c || generation.NeedsClearTextHttp2) };
        return new(config.ListenIp, port ?? config.Port, server, config.Tls);
    }

    /// <summary>What is spoken.</summary>
    public IReadOnlyList<string> Protocols => Tls is not null ? ["tls", "http/1.1", "h2"] : Server.UseH2c ? ["http/1.1", "h2c"] : ["http/1.1"];

    /// <summary>Whether these let in whom the others let in: not where they need a certificate and the others need none, or one of other authorities.</summary>
    public bool AdmitsAllOf(ListenerSettings others) =>
        Tls is not { EnableMtls: true } tls
        || (others.Tls is { EnableMtls: true } before && before.CaCerts.Equals(tls.CaCerts) && before.DisableSystemCaPool == tls.DisableSystemCaPool);

    /// <summary>Whether both listen at the same address, so that its socket can go from one to the other.</summary>
    public bool HasAddressOf(ListenerSettings other) => Port == other.Port && Equals(Ip, other.Ip);
}
