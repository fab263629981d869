using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Turns the root object into a <see cref="ServiceConfig"/>.</summary>
internal sealed class ServiceLoader(LoadContext context)
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_defaultDnsTtl = TimeSpan.FromSeconds(30);

    private readonly ConfigDiagnostics _diagnostics = context.Diagnostics;

    public ServiceConfig Load(ConfigNode document)
    {
        var root = context.Binder.Bind<RootDocument>(
            EnvironmentOverrides.Apply(document, context.Options.Environment, _diagnostics), ConfigPath.Root);
        var plugins = PluginFolder(root.Plugin);
        context.Options.PluginFolderKnown(plugins);
        if (root.Timeout < TimeSpan.Zero)
            root.Source.Error(_diagnostics, "timeout", "a timeout must not be negative");
        if (root.AllowInsecureConnections)
            root.Source.Notice(_diagnostics, "allow_insecure_connections", "the attribute moved to \"client_tls\"; it still works here");
        if (root.SequentialStart && root.AsyncAgent.Count == 0)
            root.Source.Hint(_diagnostics, "sequential_start", "it orders the start of async agents, and there are none; backends run one after another with \"sequential\" under extra_config, namespace proxy");

        var extra = context.Namespaces.Resolve(ConfigScope.Service, root.ExtraConfig, ConfigPath.Root.Member("extra_config"));
        var routerDocument = context.Bind<RouterDocument>(extra, "router", ConfigPath.Root);
        var router = RouterLoader.Load(routerDocument, _diagnostics);
        var admin = AdminLoader.Load(context.Bind<AdminDocument>(extra, AdminLoader.Namespace, ConfigPath.Root), _diagnostics);
        var encoding = root.OutputEncoding.Length == 0 ? "json" : OutputEncodings.Resolve(root.OutputEncoding, root.Source, context);
        var backends = new BackendLoader(context, root);
        var endpoints = new EndpointsLoader(context, root, router, backends, encoding).Load();
        var agents = new AgentsLoader(context, root, backends).Load();
        backends.CheckUnusedRootHosts();
        return new ServiceConfig
        {
            Name = root.Name,
            Port = Port(root),
            ListenIp = ListenIp(root),
            Host = root.Host,
            Timeout = Timeout(root),
            CacheTtl = NotNegative(root.CacheTtl),
            OutputEncoding = encoding,
            DebugEndpoint = root.DebugEndpoint || context.Options.DebugEndpoint,
            EchoEndpoint = root.EchoEndpoint,
            DisableRest = root.DisableRest,
            SequentialStart = root.SequentialStart,
            DnsCacheTtl = root.DnsCacheTtl < TimeSpan.FromSeconds(1) ? s_defaultDnsTtl : root.DnsCacheTtl,
            Server = Server(root, routerDocument.UseH2c),
            Tls = new TlsLoader(_diagnostics).Server(root.Tls),
            Transport = Transport(root),
            Router = router,
            Admin = admin,
            Endpoints = endpoints,
            Agents = agents,
            ExtraConfig = extra,
            AllowMissing = context.Options.AllowMissing,
            Plugin = plugins,
            Sidecars = Sidecars(root.Plugin),
            Source = document,
        };
    }

    /// <summary>The effective service timeout.</summary>
    public static TimeSpan Timeout(RootDocument root) => root.Timeout > TimeSpan.Zero ? root.Timeout : s_defaultTimeout;

    /// <summary>Negative durations of timers mean the same as zero: none.</summary>
    public static TimeSpan NotNegative(TimeSpan duration) => duration < TimeSpan.Zero ? TimeSpan.Zero : duration;

    private int Port(RootDocument root)
    {
        if (context.Options.PortOverride is { } port)
        {
            if (port is < 1 or > 65535)
                _diagnostics.Error(new("command line", 0, 0), "port", string.Create(CultureInfo.InvariantCulture, $"{port} is no TCP port (1 to 65535)"));
            return port;
        }
        if (root.Port is < 0 or > 65535)
            root.Source.Error(_diagnostics, "port", string.Create(CultureInfo.InvariantCulture, $"{root.Port} is no TCP port (1 to 65535, or 0 for 8080)"));
        return root.Port == 0 ? 8080 : root.Port;
    }

    private IPAddress? ListenIp(RootDocument root)
    {
        if (root.ListenIp is "" or "0.0.0.0" or "::")
            return null;
        if (AddressLiteral.TryParse(root.ListenIp, out var address))
            return address;
        root.Source.Error(_diagnostics, "listen_ip", $"invalid ip address {ConfigText.Inline(root.ListenIp)}");
        return null;
    }

    private static ServerConfig Server(RootDocument root, bool routerUsesH2c)
    {
        var readTimeout = NotNegative(root.ReadTimeout);
        return new ServerConfig
        {
            ReadTimeout = readTimeout,
            ReadHeaderTimeout = root.ReadHeaderTimeout > TimeSpan.Zero ? root.ReadHeaderTimeout : readTimeout,
            WriteTimeout = NotNegative(root.WriteTimeout),
            IdleTimeout = root.IdleTimeout > TimeSpan.Zero ? root.IdleTimeout : readTimeout,
            MaxHeaderBytes = root.MaxHeaderBytes > 0 ? root.MaxHeaderBytes : 1 << 20,
            MaxShutdownWaitTime = NotNegative(root.MaxShutdownWaitTime),
            UseH2c = root.UseH2c || routerUsesH2c,
        };
    }

    private TransportConfig Transport(RootDocument root)
    {
        var defaults = new TransportConfig();
        return new TransportConfig
        {
            DialerTimeout = NotNegative(root.DialerTimeout),
            DialerKeepAlive = root.DialerKeepAlive == TimeSpan.Zero ? defaults.DialerKeepAlive : root.DialerKeepAlive,
            DialerFallbackDelay = root.DialerFallbackDelay == TimeSpan.Zero ? defaults.DialerFallbackDelay : root.DialerFallbackDelay,
            DisableCompression = root.DisableCompression,
            DisableKeepAlives = root.DisableKeepAlives,
            MaxIdleConnections = Math.Max(0, root.MaxIdleConnections),
            MaxIdleConnectionsPerHost = root.MaxIdleConnectionsPerHost > 0 ? root.MaxIdleConnectionsPerHost : defaults.MaxIdleConnectionsPerHost,
            IdleConnectionTimeout = NotNegative(root.IdleConnectionTimeout),
            ResponseHeaderTimeout = NotNegative(root.ResponseHeaderTimeout),
            ExpectContinueTimeout = NotNegative(root.ExpectContinueTimeout),
            Tls = ClientTls(root),
        };
    }

    /// <summary>The old root attribute is the one inside <c>client_tls</c>, and makes the object exist as that one does.</summary>
    private TlsClientConfig ClientTls(RootDocument root)
    {
        var tls = new TlsLoader(_diagnostics).Client(root.ClientTls);
        return root.AllowInsecureConnections
            ? (tls ?? new TlsClientConfig()) with { AllowInsecureConnections = true }
            : tls ?? TlsClientConfig.Default;
    }

    private IReadOnlyDictionary<string, SidecarConfig> Sidecars(PluginDocument? plugin)
    {
        if (plugin is null)
            return new Dictionary<string, SidecarConfig>();
        foreach (var sidecar in plugin.Sidecars.Values)
            ProcessRules.Judge(sidecar, _diagnostics);
        return plugin.Sidecars;
    }

    private PluginFolderConfig? PluginFolder(PluginDocument? plugin)
    {
        // Who only says how processes are run names no folder.
        if (plugin is null || (plugin.Sidecars.Count > 0 && plugin.Source.Find("folder") is null && plugin.Source.Find("pattern") is null))
            return null;
        if (plugin.Pattern.Contains(".so", StringComparison.Ordinal))
            plugin.Source.Warning(_diagnostics, "pattern", "plugins written in Go (.so) cannot be loaded by this gateway; nothing is loaded with this pattern");
        return new(plugin.Folder, plugin.Pattern);
    }
}

/// <summary>Address literals in their strict forms.</summary>
internal static class AddressLiteral
{
    /// <summary>Four decimal numbers, or an IPv6 address without brackets; no short forms, no port, no host name.</summary>
    public static bool TryParse(string text, out IPAddress address)
    {
        // IPAddress.TryParse alone takes "1" for 0.0.0.1 and "[::1]:80" for ::1.
        var isIpv6 = text.Contains(':', StringComparison.Ordinal);
        if (text.Contains('[', StringComparison.Ordinal)
            || (!isIpv6 && text.Count(static c => c == '.') != 3)
            || (!isIpv6 && text.Any(static c => c != '.' && !char.IsAsciiDigit(c)))
            || !IPAddress.TryParse(text, out var parsed)
            || (!isIpv6 && parsed.ToString() != text)
            || (isIpv6 && parsed.AddressFamily != AddressFamily.InterNetworkV6))
        {
            address = IPAddress.None;
            return false;
        }
        address = parsed;
        return true;
    }
}
