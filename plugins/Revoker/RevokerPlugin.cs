using KrakenPlugins.Revoker.Server;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Revoker;

/// <summary>
/// Revocation of tokens: a Bloom filter in the gateway that its token validation asks, and the server that keeps those of many gateways alike. Source:
/// reference pages "revoking tokens" and "revoke server"; AUT-067 to AUT-091, AUT-250 to AUT-262.
/// </summary>
public sealed class RevokerPlugin : GatewayPlugin
{
    internal const string Namespace = "auth/revoker";
    internal const string Command = "revoker";

    private GatewayRevoker? _gateway;
    private RevokeServer? _server;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        // Services are built before endpoints, which share its filter.
        registry.Service<GatewayRevoker>(Namespace, ServiceStages.Connections, (config, context, diagnostics) => _gateway = GatewayRevoker.Create(config, context, diagnostics));
        registry.Rejecter(Namespace, RejecterStages.Revocation, (_, _, _) =>
            _gateway is { } gateway ? new ClaimCheck(gateway.Filter, gateway.Claims) : throw new InvalidOperationException("the filter of the service is missing"));
        registry.Command(Command, (config, context, diagnostics) => _server = RevokeServer.Create(config, context, diagnostics));
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        if (_gateway is not null)
            await _gateway.StartAsync(cancellationToken).ConfigureAwait(false);
        if (_server is not null)
            await _server.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (_gateway is not null)
            await _gateway.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_server is not null)
            await _server.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
