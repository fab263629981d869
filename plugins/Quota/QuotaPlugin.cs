using KrakenPlugins.Quota.Attachment;
using KrakenPlugins.Quota.Processors;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Quota;

/// <summary>
/// Quotas: <c>governance/processors</c> counts them in Redis, <c>governance/quota</c> attaches them to the service, endpoints and backends. Source:
/// reference page "API Governance using Quota"; TRF-148 to TRF-185.
/// </summary>
public sealed partial class QuotaPlugin : GatewayPlugin
{
    /// <summary>The namespace of the processors in the <c>extra_config</c> of the service.</summary>
    public const string ProcessorsNamespace = "governance/processors";

    /// <summary>The namespace that attaches a quota.</summary>
    public const string QuotaNamespace = "governance/quota";

    private const string ServicePrefix = "[SERVICE: Gin]";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Service<IQuotaProcessors>(ProcessorsNamespace, ServiceStages.Processors, ProcessorReader.Read);
        registry.Health(ProcessorsNamespace, static (_, context, _) => context.Service<IQuotaProcessors>() as IHealthContributor);
        // Rate limits are local and cheap, and go first.
        registry.Server(QuotaNamespace, ServerStages.ServiceGuards.After(), CreateAtService);
        registry.Endpoint(QuotaNamespace, EndpointStages.RateLimit.After(), CreateAtEndpoint);
        registry.Proxy(QuotaNamespace, ProxyStages.FinalResponse.Before(), CreateWeight);
        registry.Backend(QuotaNamespace, BackendStages.RateLimit.After(), CreateAtBackend);
    }

    private static IHttpMiddleware CreateAtService(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var quota = new QuotaReader(context, found).Read(config, choice => ClientsOf(choice, context, null));
        foreach (var finding in found.All)
        {
            diagnostics.Add(finding);
            if (finding is { Severity: ConfigSeverity.Error, KeepsStart: true })
                Log.CannotBuild(context.Logger, ServicePrefix, finding.ToString());
        }
        return quota is null ? new MissingQuota(context) : new HttpQuota(quota, context);
    }

    private static HttpQuota? CreateAtEndpoint(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics) =>
        new QuotaReader(context, diagnostics).Read(config, choice => ClientsOf(choice, context, context)) is { } quota ? new HttpQuota(quota, context) : null;

    private static EndpointWeight? CreateWeight(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics) =>
        QuotaReader.ReadWeight(config, context) is { } weight ? new EndpointWeight(new WeightCharge(weight, RedisConnections.ServiceTimeout, context.Logger, context.LogPrefix)) : null;

    private static BackendQuota? CreateAtBackend(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (new QuotaReader(context, diagnostics).Read(config, choice => new BackendClients(choice, context)) is not { } quota)
            return null;
        var charge = quota.Weight is null ? null : new WeightCharge(quota.Weight, RedisConnections.ServiceTimeout, context.Logger, context.LogPrefix);
        return new BackendQuota(quota, charge, HandsStatusOn(context));
    }

    private static ClientIdentity ClientsOf(ClientChoice choice, IServiceContext context, IEndpointContext? endpoint) => choice.Strategy switch
    {
        "header" => ClientIdentity.OfHeader(choice.Key),
        "param" => ClientIdentity.OfParameter(endpoint!, choice.Key),
        _ => ClientIdentity.OfAddress(context, choice.Key),
    };

    private static bool HandsStatusOn(IBackendContext context) =>
        context.BackendConfig("backend/http")?["return_error_code"] is { } value && WeakTyping.TryBoolean(value, out var isOn) && isOn;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Quota] {Finding}; every request is answered with 500")]
        public static partial void CannotBuild(ILogger logger, string prefix, string finding);
    }
}
