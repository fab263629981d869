using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Findings about what people use and what has no effect (CFG-309).</summary>
internal static class ConfigHints
{
    /// <summary>A warning with advice about an attribute, which the linter fails with.</summary>
    public static void Hint(this ConfigSource source, ConfigDiagnostics diagnostics, string attributeName, string message) =>
        diagnostics.Add(new(ConfigSeverity.Warning, source.PositionOf(attributeName), source.Path.Member(attributeName).ToString(), message) { Rule = ConfigRules.Hint });

    /// <summary>The same about an element of a list, counted from 0; a lone value that stands for a list is element 0.</summary>
    public static void Hint(this ConfigSource source, ConfigDiagnostics diagnostics, string attributeName, int index, string message)
    {
        var list = source.Find(attributeName);
        if (list is not { Kind: ConfigKind.Array } || index >= list.Items.Count)
            source.Hint(diagnostics, attributeName, message);
        else
            diagnostics.Add(new(ConfigSeverity.Warning, list.Items[index].Position, source.Path.Member(attributeName).Item(index).ToString(), message) { Rule = ConfigRules.Hint });
    }
}
