using KrakenPlugins.Logging.Sinks;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging;

/// <summary>The log of one configuration; its end flushes the queues in front of its sinks.</summary>
/// <param name="logger">Application log.</param>
/// <param name="access">Access log, or <see langword="null"/> for the built-in one.</param>
/// <param name="queues">What it has to flush.</param>
internal sealed class GatewayLog(ILogger logger, IAccessLog? access, IReadOnlyList<DeliveryQueue> queues) : IGatewayLog
{
    /// <inheritdoc/>
    public ILogger Logger => logger;

    /// <inheritdoc/>
    public IAccessLog? Access => access;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var queue in queues)
            await queue.DisposeAsync().ConfigureAwait(false);
    }
}
