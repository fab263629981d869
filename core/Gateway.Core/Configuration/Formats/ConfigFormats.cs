using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The formats of configuration files.</summary>
public enum ConfigFormat
{
    /// <summary>JSON.</summary>
    Json,
}

/// <summary>Reads every format into the same tree.</summary>
public static class ConfigFormats
{
    /// <summary>The format that the extension of a path names.</summary>
    public static ConfigFormat? OfExtension(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ConfigFormat.Json : null;

    /// <summary>The root, or <see langword="null"/> after an error.</summary>
    public static ConfigNode? Read(string file, ReadOnlySpan<byte> content, ConfigFormat format, ConfigDiagnostics diagnostics) =>
        format == ConfigFormat.Json ? JsonConfigReader.Read(file, content, diagnostics) : null;
}
