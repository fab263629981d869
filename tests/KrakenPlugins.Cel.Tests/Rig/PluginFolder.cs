namespace KrakenPlugins.Expressions.Rig;

/// <summary>A plugin as the build laid it out.</summary>
internal static class PluginFolder
{
    /// <summary>The folder with the plugin's folder in it.</summary>
    /// <param name="project">Name of the folder under <c>plugins</c>.</param>
    // …/tests/PROJECT/bin/<configuration>/net10.0/
    public static string Of(string project) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "..", "..", "plugins", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin"));
}
