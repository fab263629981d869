using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>A connection to a sidecar that has said what it is.</summary>
internal interface ISidecarSession : ISidecarLink, ISidecarCalls
{
    /// <summary>What it said.</summary>
    DescribeResponse Description { get; }

    /// <summary>What it said of itself when it was last asked how it is; empty when it is well.</summary>
    string Trouble { get; }

    /// <summary>Hands over places. Throws <see cref="SidecarException"/> when it does not come to that.</summary>
    Task<ConfigureResponse> ConfigureAsync(ConfigureRequest request, CancellationToken cancellationToken);

    /// <summary>Says that no call of a generation will come any more. Throws <see cref="SidecarException"/>.</summary>
    Task RetireAsync(ulong generation, CancellationToken cancellationToken);

    /// <summary>Opens the stream of calls.</summary>
    Task OpenAsync(CancellationToken cancellationToken);
}

/// <summary>Where a sidecar is reached, and how one knows that it is the one.</summary>
internal sealed record SidecarTarget
{
    /// <summary>Id of the plugin, for messages.</summary>
    public required string Id { get; init; }

    /// <summary><c>unix:/path</c>, <c>https://host:port</c> or <c>http://127.0.0.1:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>What every call shows; or empty.</summary>
    public required string Secret { get; init; }

    /// <summary>The process that the gateway started, or <see langword="null"/>.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Times and certificates.</summary>
    public required ProcessPlan Plan { get; init; }

    /// <summary>Application log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>Connects to a sidecar and asks what it is. Throws <see cref="SidecarException"/>.</summary>
internal delegate Task<ISidecarSession> SidecarDial(SidecarTarget target, CancellationToken cancellationToken);
