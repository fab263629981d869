using Gateway.Core.Configuration;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>The executor of a backend's HTTP call: <c>plugin/http-client</c> (EXT-029 to EXT-038).</summary>
internal static class HttpClientKind
{
    /// <summary>The plugin that makes the backend's call, or <see langword="null"/> for the gateway's own client.</summary>
    public static IClientMiddleware? Compile(ExtraConfig extra, BackendContext context, ConfigDiagnostics faults)
    {
        if (extra[PluginKinds.HttpClientNamespace] is not { } config)
            return null;
        var plugins = new NamedPlugins(PluginKinds.HttpClientNamespace, context.AllowMissing, faults, context.LogPrefix, context.Logger);
        if (PluginKinds.NamesIn(PluginKinds.HttpClientNamespace, config) is not [var name])
        {
            plugins.ReportNone();
            return null;
        }
        if (context.Plugins.HttpClients.Find(name.Text) is not { } component)
        {
            plugins.ReportMissing(name);
            return null;
        }
        if (plugins.Build(component, config, context) is not { } executor)
            return null;
        plugins.ReportInjected(name.Text, LogLevel.Debug);
        return new PluginCall(executor, name.Text, context.LogPrefix, context.Logger);
    }

    /// <summary>Whether a client component has no part in a call that a plugin makes (EXT-034); one that is configured all the same is reported.</summary>
    public static bool Replaces(Component<IBackendContext, IClientMiddleware> component, ExtraConfig extra, ConfigDiagnostics faults)
    {
        if (component.Stage.Order < ClientStages.HttpClientPlugins.Order)
            return false;
        if (extra[component.Name] is { } config)
        {
            faults.Warning(config.Position, $"extra_config.{component.Name}",
                $"\"{component.Name}\" has no effect: \"{PluginKinds.HttpClientNamespace}\" takes the place of the HTTP client and of what belongs to it");
        }
        return true;
    }
}
