using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Martian.Definitions;

/// <summary>A definition that cannot be used (MAN-139).</summary>
internal sealed class DefinitionException(SourcePosition position, ConfigPath path, string message) : Exception(message)
{
    /// <summary>What is wrong and where. A warning, because the gateway starts nevertheless.</summary>
    public ConfigDiagnostic Finding { get; } = new(ConfigSeverity.Warning, position, path.ToString(), message);
}
