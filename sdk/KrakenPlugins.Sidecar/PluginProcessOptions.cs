using KrakenPlugins.Plugin.V1;

namespace KrakenPlugins.Sidecar;

/// <summary>Who the plugin is; without options all of it comes from <c>plugin.json</c> beside the program.</summary>
public sealed record PluginProcessOptions
{
    /// <summary>Id as in <c>plugin.json</c>; read from there when <see langword="null"/>.</summary>
    public string? Id { get; init; }

    /// <summary>Version as in <c>plugin.json</c>; read from there when <see langword="null"/>.</summary>
    public string? Version { get; init; }

    /// <summary>Folder of the plugin, in which <c>plugin.json</c> lies; that of the program by default.</summary>
    public string Folder { get; init; } = AppContext.BaseDirectory;

    /// <summary>What components need, where that is less than all that their layer has: the rest stays in the gateway. The manifest's <c>needs</c> bound it further.</summary>
    public IReadOnlyList<ComponentNeeds> Needs { get; init; } = [];
}

/// <summary>What one component needs.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Name">Its namespace, or its name among the plugins of a kind.</param>
/// <param name="Needs">What it is sent.</param>
public sealed record ComponentNeeds(Layer Layer, string Name, Needs Needs);

/// <summary>A process that cannot run as a plugin; the message says why and what to do.</summary>
public sealed class PluginProcessException : Exception
{
    /// <summary>Says why.</summary>
    public PluginProcessException(string message)
        : base(message)
    {
    }
}
