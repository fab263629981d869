using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>A definition that is no usable JSON Schema.</summary>
internal sealed class DefinitionException(SourcePosition position, string path, string reason)
    : Exception(new ConfigDiagnostic(ConfigSeverity.Error, position, path, reason).ToString())
{
    /// <summary>What is wrong and where.</summary>
    public ConfigDiagnostic Finding(ConfigSeverity severity) => new(severity, position, path, reason);
}
