using KrakenPlugins.Dns.Protocol;
using KrakenPlugins.Dns.Resolving;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Dns;

/// <summary>
/// <c>"sd": "dns"</c> and <c>"dns-shared"</c>: the first <c>host</c> of a backend is an SRV name, whose records are its hosts. Source:
/// reference page "backends_service-discovery"; RTE-355 to RTE-368.
/// </summary>
public sealed class DnsPlugin : GatewayPlugin
{
    private const string Variable = "KRAKEND_DNS_CACHE_TTL";
    private static readonly TimeSpan s_defaultPeriod = TimeSpan.FromSeconds(30);

    private readonly Func<ResolverSettings> _settings;
    private readonly Func<string, string?> _environment;
    private SrvRefresh? _refresh;

    /// <summary>A plugin that resolves as the system does.</summary>
    public DnsPlugin() : this(ResolverSettings.OfSystem, Environment.GetEnvironmentVariable)
    {
    }

    internal DnsPlugin(Func<ResolverSettings> settings, Func<string, string?> environment)
    {
        _settings = settings;
        _environment = environment;
    }

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Discovery("dns", Create);
        registry.Discovery("dns-shared", Create);
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_refresh is not null)
            await _refresh.StartAsync(PeriodOf(context), context.Logger, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (_refresh is not null)
            await _refresh.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Both kinds share: backends with lists of their own would see the same records, by more questions.
    private SrvHosts? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var backend = new ConfigSource(config, ConfigPath.Root.Member("backend"));
        var owner = FirstHost(backend) is not null ? backend : new ConfigSource(context.Document, ConfigPath.Root);
        if (FirstHost(owner) is not { } first || !WeakTyping.TryString(first, out var written))
        {
            backend.Error(diagnostics, "host", "no hosts: the first \"host\" of the backend must be an SRV name");
            return null;
        }
        var name = NameOf(written);
        if (!DnsName.IsValid(name.TrimEnd('.')))
        {
            owner.Error(diagnostics, "host", 0, $"{ConfigText.Quote(written)} is no SRV name; expected one such as \"_http._tcp.shop.example.com\"");
            return null;
        }
        var scheme = backend.Find("sd_scheme") is { } node && WeakTyping.TryString(node, out var text) && text.Length > 0 ? text : "http";
        _refresh ??= new SrvRefresh(new SrvResolver(_settings, context.Time), context.Time);
        var hosts = _refresh.HostsOf(name, scheme);
        hosts.Remember(context.Carry($"{scheme}://{name}", first, static () => new SrvMemory()));
        return hosts;
    }

    private static ConfigNode? FirstHost(ConfigSource owner)
    {
        var host = owner.Find("host");
        if (host is { Kind: ConfigKind.Array })
            host = host.Items.Count > 0 ? host.Items[0] : null;
        return host is not null && WeakTyping.TryString(host, out var text) && text.Length > 0 ? host : null;
    }

    /// <summary>The name in lower case; hosts may carry a scheme, which <c>sd_scheme</c> replaces.</summary>
    private static string NameOf(string written)
    {
        var scheme = written.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? written : written[(scheme + 3)..]).TrimEnd('/').ToLowerInvariant();
    }

    private TimeSpan PeriodOf(IServiceContext context)
    {
        if (new ConfigSource(context.Document, ConfigPath.Root).Find("dns_cache_ttl") is not { } node)
            return s_defaultPeriod;
        var overriding = _environment(Variable);
        var isDuration = !string.IsNullOrEmpty(overriding) ? GoDuration.TryParse(overriding, out var period) : WeakTyping.TryDuration(node, out period, out _);
        return isDuration && period >= TimeSpan.FromSeconds(1) ? period : s_defaultPeriod;
    }
}
