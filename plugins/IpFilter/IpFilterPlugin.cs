using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.IpFilter;

/// <summary>
/// <c>ip-filter</c> of <c>plugin/http-server</c> and of <c>plugin/req-resp-modifier</c>. Source: reference page "IP filtering"; TRF-136 to TRF-147.
/// </summary>
public sealed partial class IpFilterPlugin : GatewayPlugin
{
    /// <summary>The name in both namespaces.</summary>
    public const string Name = "ip-filter";

    private const string Server = "plugin/http-server";
    private const string Modifier = "plugin/req-resp-modifier";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.HttpServer(Name, CreateForService);
        registry.RequestModifier(Name, CreateForEndpoint);
    }

    private static IHttpMiddleware? CreateForService(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (Filter.Compile(config, Server, context.Logger, diagnostics) is not { } filter)
            return null;
        if (filter.IsSpoofable)
            Log.Spoofable(context.Logger);
        return new ServiceFilter(filter);
    }

    // Of an endpoint that is not what its author wrote nobody can tell whom it lets in: no part of the configuration is served.
    private static IRequestModifier? CreateForEndpoint(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var filter = Filter.Compile(config, Modifier, context.Logger, found);
        foreach (var finding in found.All)
            diagnostics.Add(finding.Severity == ConfigSeverity.Error ? finding with { RefusesStart = true } : finding);
        return filter is null ? null : new EndpointFilter(filter, context, RefusalStatus(context));
    }

    // The client sees why only where the only backend's statuses are handed on (TRF-137).
    private static int RefusalStatus(IEndpointContext context)
    {
        var backends = context.Endpoint["backend"]?.Items ?? [];
        return context.BackendCount == 1 && backends.Count == 1 && HandsStatusOn(backends[0]["extra_config"]) ? 403 : 500;
    }

    private static bool HandsStatusOn(ConfigNode? extra)
    {
        foreach (var name in (ReadOnlySpan<string>)["backend/http", "github.com/devopsfaith/krakend/http", "github_com/devopsfaith/krakend/http"])
        {
            if (extra?[name]?["return_error_code"] is { } value)
                return WeakTyping.TryBoolean(value, out var isOn) && isOn;
        }
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: ip-filter] Without \"trusted_proxies\" clients choose the address that they are judged by: anybody can send the headers of \"client_ip_headers\"; name your proxies, or make the list of headers empty when there are none")]
        public static partial void Spoofable(ILogger logger);
    }
}
