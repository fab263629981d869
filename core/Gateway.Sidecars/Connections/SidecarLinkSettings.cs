using System.Net.Security;
using Gateway.Core;
using Gateway.Sidecars.Calls;

namespace Gateway.Sidecars.Connections;

/// <summary>How a sidecar is reached and what its calls keep to.</summary>
internal sealed record SidecarLinkSettings
{
    /// <summary><c>unix:/path</c>, <c>https://host:port</c>, or <c>http://host:port</c> on loopback.</summary>
    public required string Address { get; init; }

    /// <summary>Goes with every call of the protocol; none for a sidecar of somebody else's that asks for none.</summary>
    public string? Secret { get; init; }

    /// <summary>
    /// Number of the process that was started, which leads its session: whoever listens has to be of it. <see langword="null"/> for a process of somebody
    /// else's, which the gateway does not ask to end either.
    /// </summary>
    public int? Session { get; init; }

    /// <summary>Certificates for <c>https</c>.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Time until somebody listens.</summary>
    public TimeSpan DialLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that the sidecar is given to end its calls when it is asked to end; it is told.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the gateway calls itself.</summary>
    public string GatewayVersion { get; init; } = Product.Version;

    /// <summary>What the gateway accepts.</summary>
    public CallLimits Limits { get; init; } = new();

    /// <summary>Its calls.</summary>
    public required CallStreamSettings Calls { get; init; }
}
