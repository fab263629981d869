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
internal sealed record ListenerSettings(IPAddress? Ip, int Port, ServerConfig Server)
{
    /// <summary>The settings of a configuration.</summary>
    /// <param name="generation">The configuration, compiled.</param>
    /// <param name="port">Port instead of the configuration's, or <see langword="null"/>.</param>
    public static ListenerSettings Of(Generation generation, int? port)
    {
        var server = generation.Config.Server with { MaxShutdownWaitTime = TimeSpan.Zero };
        return new(generation.Config.ListenIp, port ?? generation.Config.Port, generation.NeedsClearTextHttp2 ? server with { UseH2c = true } : server);
    }

    /// <summary>Whether both listen at the same address, so that its socket can go from one to the other.</summary>
    public bool HasAddressOf(ListenerSettings other) => Port == other.Port && Equals(Ip, other.Ip);
}
