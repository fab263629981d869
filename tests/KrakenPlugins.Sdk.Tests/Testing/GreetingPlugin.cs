using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Tests.Testing;

public sealed class GreetingConfig
{
    public ConfigSource Source { get; init; } = null!;

    [ConfigRequired]
    public string Text { get; init; } = "";
}

/// <summary>The plugin of the example in the README of KrakenPlugins.Sdk.Testing.</summary>
public sealed class GreetingPlugin : GatewayPlugin
{
    public override void Register(IPluginRegistry registry) => registry.Proxy("acme/greeting", ProxyStages.FinalResponse, static (config, context, diagnostics) =>
    {
        if (!new ConfigBinder(diagnostics).TryBind<GreetingConfig>(config, ConfigPath.Root, out var settings))
            return null;
        if (settings.Text.Length == 0)
            settings.Source.Error(diagnostics, "text", "the greeting is empty");
        return settings.Text == "none" ? null : new Greeting(settings, context.Logger);
    });

    private sealed class Greeting(GreetingConfig config, ILogger logger) : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken).ConfigureAwait(false);
            var user = request.Headers.Get("X-User");
            if (result.Response?.Data is { } data)
                data.Tree["greeting"] = new DataString($"{config.Text} {user}");
            logger.LogInformation("greeted {User}", user);
            return result;
        }
    }
}
