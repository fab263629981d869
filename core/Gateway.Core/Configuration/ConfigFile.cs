using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Reads a configuration file into a tree, in the format that its extension names.</summary>
internal static class ConfigFile
{
    /// <summary>The root object, or <see langword="null"/> with one error reported.</summary>
    public static ConfigNode? Read(string path, ConfigDiagnostics diagnostics)
    {
        var place = new SourcePosition(path, 0, 0);
        if (ReadBytes(path, place, diagnostics) is not { } content)
            return null;

        var format = Format(path);
        var root = ConfigFormats.Read(path, content, format, diagnostics);
        if (root is null)
            return null;
        if (root.Kind == ConfigKind.Object)
        {
            return format switch
            {
                ConfigFormat.Properties => UntypedValues.Typed(root),
                ConfigFormat.Hcl => UntypedValues.Listed(root),
                _ => root,
            };
        }
        diagnostics.Error(root.Position, "", "a configuration is an object: {\"version\": 3, …}");
        return null;
    }

    /// <summary>INI and dotenv files are for settings; a configuration of such a name is JSON, as one of every other name.</summary>
    private static ConfigFormat Format(string path) => ConfigFormats.OfExtension(path) switch
    {
        ConfigFormat.Ini or ConfigFormat.DotEnv or null => ConfigFormat.Json,
        { } format => format,
    };

    private static byte[]? ReadBytes(string path, SourcePosition place, ConfigDiagnostics diagnostics)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            diagnostics.Error(place, "", $"cannot read the configuration: {Reason(path, e)} ({Absolute(path)})");
            return null;
        }
    }

    private static string Reason(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        UnauthorizedAccessException when Directory.Exists(path) => "is a directory",
        UnauthorizedAccessException => "permission denied",
        _ => e.Message,
    };

    private static string Absolute(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException)
        {
            // An empty path, or one that holds a NUL, has no absolute form.
            return "no valid path";
        }
    }
}
