using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>Handlers around the whole service: <c>plugin/http-server</c> (EXT-019 to EXT-028).</summary>
internal static class HttpServerKind
{
    private const string Prefix = "[PLUGIN: Server]";

    /// <summary>The handlers, outermost first: each name wraps those before it, so that the last sees the request first (EXT-021).</summary>
    public static IReadOnlyList<IHttpMiddleware> Compile(GenerationContext generation, ServiceContext context, ConfigDiagnostics faults)
    {
        if (generation.Config.ExtraConfig[PluginKinds.HttpServerNamespace] is not { } config)
            return [];
        var plugins = new NamedPlugins(PluginKinds.HttpServerNamespace, generation.Config.AllowMissing, faults, Prefix, generation.Logger);
        var names = PluginKinds.NamesIn(PluginKinds.HttpServerNamespace, config);
        if (names.Count == 0)
            plugins.ReportNone();
        var handlers = new List<IHttpMiddleware>();
        foreach (var name in names)
        {
            if (generation.Plugins.HttpServers.Find(name.Text) is not { } component)
            {
                plugins.ReportMissing(name);
            }
            else if (plugins.Build(component, config, context) is { } handler)
            {
                plugins.ReportInjected(name.Text, LogLevel.Information);
                handlers.Insert(0, handler);
            }
        }
        return handlers;
    }
}
