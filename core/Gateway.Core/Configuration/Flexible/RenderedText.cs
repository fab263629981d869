using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>What a template rendered, and where each part of it came from.</summary>
internal sealed record RenderedText(string Text, SourceMap Map)
{
    // What a template prints for a variable that does not exist.
    private const string NoValue = "<no value>";

    /// <summary>
    /// The text as a tree whose positions, and whose errors, are those of the templates; <see langword="null"/> after an error
    /// (CFG-077, 081).
    /// </summary>
    /// <param name="file">Name of the rendered text for readers of its format.</param>
    /// <param name="format">Its format.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="diagnostics">Receives the errors.</param>
    public ConfigNode? Parse(string file, ConfigFormat format, FlexibleLimits limits, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var root = ConfigFormats.Read(file, Encoding.UTF8.GetBytes(Text), format, found);
        foreach (var finding in found.All)
        {
            var place = finding.Position.Line == 0
                ? "" : string.Create(CultureInfo.InvariantCulture, $" (line {finding.Position.Line}, column {finding.Position.Column} of the rendered text)");
            diagnostics.Add(finding with { Position = Map.Origin(finding.Position), Message = finding.Message + place + WhyNoValue(finding.Position) });
        }
        if (root is null)
            return null;
        if (NodeDepth.FirstBelow(root, limits.Depth) is not { } deep)
            return Map.Relocate(root);
        diagnostics.Error(Map.Origin(deep.Position), "", string.Create(CultureInfo.InvariantCulture, $"more than {limits.Depth} levels of nesting"));
        return null;
    }

    private string WhyNoValue(SourcePosition position) => Text.AsSpan(Map.OffsetOf(position) ?? Text.Length).StartsWith(NoValue, StringComparison.Ordinal)
        ? $"; the template printed {NoValue}: the variable is in no settings file, or has another name there" : "";
}
