using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.YamlDocuments;

namespace Gateway.Core.Configuration;

/// <summary>YAML, apart from the other formats so that its libraries are loaded when a YAML file is read and not before.</summary>
internal static class YamlFile
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ConfigNode? Read(string file, string text, ConfigDiagnostics diagnostics) =>
        YamlDocument.Read(file, text, new YamlLimits(), diagnostics);
}
