using System.Globalization;
using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>What a sidecar finds about the configuration of a place, as findings of the load.</summary>
internal static class PlaceFindings
{
    private const int MostMessage = 2_000;
    private const int MostFindings = 100;

    /// <summary>Reports them, each with the position of what it is about.</summary>
    /// <param name="findings">What the sidecar said.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="config">Its value.</param>
    /// <param name="path">Its place in the document.</param>
    /// <param name="diagnostics">Where to.</param>
    public static void Report(IReadOnlyList<Diagnostic> findings, string name, ConfigNode config, string path, ConfigDiagnostics diagnostics)
    {
        foreach (var finding in findings.Take(MostFindings))
        {
            var severity = SeverityOf(finding.Severity);
            diagnostics.Add(new(severity, PositionOf(config, finding.Path), Join(path, finding.Path), Clean(finding.Message))
            {
                RefusesStart = severity == ConfigSeverity.Error && (finding.RefusesStart || ProcessRules.IsGuard(name)),
            });
        }
    }

    /// <summary>The level of a finding that is logged.</summary>
    public static LogLevel LevelOf(Severity severity) => severity switch
    {
        Severity.Error => LogLevel.Error,
        Severity.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    /// <summary>Where what a path such as <c>rules[2].expr</c> leads to stands, or the last thing on the way that is there.</summary>
    public static SourcePosition PositionOf(ConfigNode config, string path)
    {
        var node = config;
        var rest = path.AsSpan();
        while (!rest.IsEmpty && Step(node, ref rest) is { } next)
            node = next;
        return node.Position;
    }

    private static ConfigNode? Step(ConfigNode node, ref ReadOnlySpan<char> rest)
    {
        if (rest[0] != '[')
        {
            rest = rest[0] == '.' ? rest[1..] : rest;
            var end = rest.IndexOfAny('.', '[');
            var name = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? default : rest[end..];
            return node[name];
        }
        var close = rest.StartsWith("[\"", StringComparison.Ordinal) ? rest.IndexOf("\"]", StringComparison.Ordinal) + 1 : rest.IndexOf(']');
        if (close <= 0)
            return null;
        var inner = rest[1..close];
        rest = rest[(close + 1)..];
        if (inner is ['"', .. var quoted, '"'])
            return node[quoted.ToString()];
        return int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < node.Items.Count ? node.Items[index] : null;
    }

    private static ConfigSeverity SeverityOf(Severity severity) => severity switch
    {
        Severity.Error => ConfigSeverity.Error,
        Severity.Warning => ConfigSeverity.Warning,
        _ => ConfigSeverity.Notice,
    };

    private static string Join(string path, string inner)
    {
        inner = Clean(inner);
        return inner.Length == 0 ? path : inner[0] == '[' ? path + inner : $"{path}.{inner}";
    }

    // Findings are one line each, whoever writes them.
    private static string Clean(string text)
    {
        if (text.Length > MostMessage)
            text = text[..MostMessage] + "…";
        return text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)) : text;
    }
}
