using System.Globalization;
using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JwkAggregator;

/// <summary>
/// <c>jwk-aggregator</c> of <c>plugin/http-server</c>: the key sets of several identity providers as one. Source: reference page "multiple
/// identity providers"; AUT-125 to AUT-131. It stands in no request's way.
/// </summary>
public sealed class JwkAggregatorPlugin : GatewayPlugin
{
    /// <summary>The name in <c>plugin/http-server</c>.</summary>
    public const string Name = "jwk-aggregator";

    private Aggregation? _aggregation;
    private AggregatorListener? _listener;
    private int _port;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.HttpServer(Name, Create);
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        if (_listener is null || _aggregation is null)
            return;
        try
        {
            await _listener.ServeAsync(_aggregation, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"the jwk-aggregator cannot listen on port {_port} of this machine: {exception.Message}; choose another \"port\""), exception);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is null || _aggregation is null)
            return;
        await _listener.WithdrawAsync(_aggregation, cancellationToken).ConfigureAwait(false);
        _aggregation.Dispose();
    }

    private IHttpMiddleware? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member("extra_config").Member("plugin/http-server").Member(Name);
        if (config[Name] is not { } own)
        {
            diagnostics.Error(config.Position, path.ToString(), "its object with \"port\" and \"origins\" is missing");
            return null;
        }
        if (!new ConfigBinder(diagnostics).TryBind<AggregatorSettings>(own, path, out var settings))
            return null;
        if (settings.Port is < 1 or > ushort.MaxValue)
            settings.Source!.Error(diagnostics, "port", "expected a port from 1 to 65535");
        if (settings.Origins.Count is 0 or > 100)
            settings.Source!.Error(diagnostics, "origins", "expected 1 to 100 URLs of key sets");
        var origins = Origins(settings, context, diagnostics);
        if (diagnostics.HasErrors)
        {
            origins.ForEach(static origin => origin.Dispose());
            return null;
        }
        _port = settings.Port;
        _aggregation = new Aggregation(origins);
        _listener = context.Carry("listener", settings.Source!.Find("port")!, () => new AggregatorListener(settings.Port));
        return null;
    }

    // One that is listed twice is fetched once (AUT-129).
    private static List<OriginKeys> Origins(AggregatorSettings settings, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var origins = new List<OriginKeys>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Origins.Count; i++)
        {
            if (!seen.Add(settings.Origins[i]))
                continue;
            try
            {
                origins.Add(new OriginKeys(settings.Origins[i], settings.Cache, context.Time, context.Logger));
            }
            catch (JwkException)
            {
                settings.Source!.Error(diagnostics, "origins", i, "it is no URL; expected https://host/path");
            }
        }
        return origins;
    }
}
