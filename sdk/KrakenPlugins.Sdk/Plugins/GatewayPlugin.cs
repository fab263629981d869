namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// One plugin: declares its components, and may do work in the background. Named in <c>plugin.json</c> as <c>entry.type</c>; it has a public
/// constructor without parameters. There is one instance per configuration: a reload makes the next one beside the running one.
/// </summary>
public abstract class GatewayPlugin
{
    /// <summary>Declares the components; no side effects.</summary>
    public abstract void Register(IPluginRegistry registry);

    /// <summary>Starts background work, before the listener opens.</summary>
    public virtual ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops background work, after the listener closed.</summary>
    public virtual ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
