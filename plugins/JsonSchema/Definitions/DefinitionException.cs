using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>A definition that is no usable JSON Schema.</summary>
internal sealed class DefinitionException(SourcePosition position, string path, string reason)
    : Exception(new ConfigDiagnostic(ConfigSeverity.Error, position, path, reason).ToString())
{
    /// <summary>Whether it says which line is wrong; a file as a whole has none.</summary>
    public bool HasLine => position.Line > 0;

    /// <summary>What is wrong and where.</summary>
    public ConfigDiagnostic Finding(ConfigSeverity severity) => new(severity, position, path, reason);
}
