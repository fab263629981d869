namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>The plugin as the build laid it out.</summary>
internal static class PluginFolder
{
    // …/tests/PROJECT/bin/<configuration>/net10.0/
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "..", "..", "plugins", "AwsSigV4", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", "aws-sigv4"));

    public static string File(string name) => System.IO.Path.Combine(Path, name);
}
