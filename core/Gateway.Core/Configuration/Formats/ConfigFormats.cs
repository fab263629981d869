using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>A format that documents and settings are written in.</summary>
public enum ConfigFormat
{
    /// <summary>RFC 8259.</summary>
    Json,
    /// <summary>YAML 1.2, core schema.</summary>
    Yaml,
    /// <summary>TOML 1.0.</summary>
    Toml,
    /// <summary>Java properties; dots in a key open objects.</summary>
    Properties,
    /// <summary>HCL without expressions.</summary>
    Hcl,
    /// <summary>Sections with keys.</summary>
    Ini,
    /// <summary>Lines such as <c>NAME=value</c>.</summary>
    DotEnv,
}

/// <summary>Reads a document of any format into the one tree. Source: reference page "supported formats"; CFG-023 to CFG-030, CFG-118.</summary>
public static class ConfigFormats
{
    /// <summary>The format that a file's extension names in any letter case; <see langword="null"/> for every other extension or none.</summary>
    public static ConfigFormat? OfExtension(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => ConfigFormat.Json,
        ".yaml" or ".yml" => ConfigFormat.Yaml,
        ".toml" or ".tml" => ConfigFormat.Toml,
        ".properties" or ".props" or ".prop" => ConfigFormat.Properties,
        ".hcl" => ConfigFormat.Hcl,
        ".ini" => ConfigFormat.Ini,
        ".env" or ".dotenv" => ConfigFormat.DotEnv,
        _ => null,
    };

    /// <summary>The root of a document, of any kind; <see langword="null"/> with an error reported when it is not of the format.</summary>
    /// <param name="file">Name for positions.</param>
    /// <param name="content">The document, UTF-8 with or without a byte-order mark.</param>
    /// <param name="format">Its format.</param>
    /// <param name="diagnostics">Receives the error, with line and column.</param>
    public static ConfigNode? Read(string file, ReadOnlySpan<byte> content, ConfigFormat format, ConfigDiagnostics diagnostics)
    {
        if (format == ConfigFormat.Json)
            return JsonConfigReader.Read(file, content, diagnostics);
        if (SourceText.Decode(file, content, diagnostics) is not { } text)
            return null;
        if (format == ConfigFormat.Yaml)
            return YamlFile.Read(file, text, diagnostics);
        try
        {
            return format switch
            {
                ConfigFormat.Toml => TomlReader.Read(file, text),
                ConfigFormat.Properties => PropertiesReader.Read(file, text),
                ConfigFormat.Hcl => HclReader.Read(file, text),
                ConfigFormat.Ini => IniReader.Read(file, text),
                ConfigFormat.DotEnv => DotEnvReader.Read(file, text),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
            };
        }
        catch (SourceTextException exception)
        {
            diagnostics.Error(exception.Position, "", exception.Message);
            return null;
        }
    }
}
