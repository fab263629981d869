namespace Gateway.Core.Plugins;

/// <summary>Whose a component is: what errors, counters and contexts say of its plugin.</summary>
/// <param name="id">Id of the plugin.</param>
/// <param name="folder">Its folder.</param>
internal sealed class PluginOwner(string id, string folder)
{
    /// <summary>Components that no plugin declared.</summary>
    public static PluginOwner Core { get; } = new("core", "");

    /// <summary>Id of the plugin.</summary>
    public string Id { get; } = id;

    /// <summary>Its folder.</summary>
    public string Folder { get; } = folder;
}
