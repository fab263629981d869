using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Reads a configuration file the way that the environment asks for.</summary>
internal static class FlexibleConfiguration
{
    /// <summary>The root object, or <see langword="null"/> after errors.</summary>
    public static ConfigNode? Read(string path, LoadOptions options, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
    {
        return ConfigFile.Read(path, files, diagnostics);
    }
}
