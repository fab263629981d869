using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>The state of a plugin's process in <c>/__health</c>.</summary>
internal sealed class ProcessHealth(Func<ProcessStatus> status) : IHealthContributor
{
    /// <inheritdoc/>
    public string Status => status().ToString();
}
