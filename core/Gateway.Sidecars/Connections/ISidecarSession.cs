using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Connections;

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

    /// <summary>Opens the stream of calls. Once.</summary>
    void Open();
}
