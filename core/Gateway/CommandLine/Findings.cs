using System.Globalization;
using System.Text;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine;

/// <summary>Prints what a load found, for a person at a terminal.</summary>
internal static class Findings
{
    private const int Most = 100;

    /// <summary>
    /// <c>ERROR parsing the configuration file:</c> and every finding with its source line, in the order of the files.
    /// </summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="title">What failed: <c>parsing the configuration file</c>.</param>
    /// <param name="diagnostics">At least one error.</param>
    public static void PrintErrors(Terminal terminal, string title, ConfigDiagnostics diagnostics)
    {
        var findings = InOrder(diagnostics.All);
        var text = new StringBuilder();
        text.Append(terminal.Red("ERROR")).Append(' ').Append(title).Append(": ");
        if (findings.Count > 1)
            text.Append(Counts(findings)).Append('\n');
        Append(text, terminal, findings);
        terminal.Error(text.ToString());
    }

    /// <summary>Every warning and notice with its source line.</summary>
    public static void PrintWarnings(Terminal terminal, ConfigDiagnostics diagnostics)
    {
        var text = new StringBuilder();
        Append(text, terminal, InOrder(diagnostics.All.Where(static d => d.Severity != ConfigSeverity.Error)));
        if (text.Length > 0)
            terminal.Error(text.ToString());
    }

    /// <summary>Go plugins in a plugin folder: a configuration that does not load may want one of them (EXT-013).</summary>
    public static void PrintGoPlugins(Terminal terminal, PluginCatalog catalog)
    {
        foreach (var file in catalog.GoPlugins)
            terminal.Error($"{terminal.Yellow("WARNING")} {GoPlugin(file)}\n");
    }

    /// <summary>What is said about a Go plugin.</summary>
    public static string GoPlugin(string file) => $"{file} is a Go plugin, which cannot run here; rewrite it with the SDK (`gateway plugin new`, docs/plugins/writing.md)";

    /// <summary>Each finding once: what is about no line first, then file by file and line by line, of one place the worst first.</summary>
    public static IReadOnlyList<ConfigDiagnostic> InOrder(IEnumerable<ConfigDiagnostic> findings) =>
        [.. findings.Distinct()
            .OrderBy(static f => f.Position.Line > 0)
            .ThenBy(static f => f.Position.File, StringComparer.Ordinal)
            .ThenBy(static f => f.Position.Line).ThenBy(static f => f.Position.Column)
            .ThenByDescending(static f => f.Severity)];

    /// <summary>
    /// What a load found and what was found while components were built from it, each once. Of a place that the load spoke about the build
    /// has only errors to add.
    /// </summary>
    public static IReadOnlyList<ConfigDiagnostic> Together(ConfigDiagnostics loaded, ConfigDiagnostics built)
    {
        var places = loaded.All.Where(static f => f.Position.Line > 0).Select(static f => f.Position).ToHashSet();
        return [.. loaded.All.Concat(built.All.Where(f => f.Severity == ConfigSeverity.Error || !places.Contains(f.Position))).Distinct()];
    }

    /// <summary><c>2 errors, 1 warning</c>; notices count as warnings.</summary>
    public static string Counts(IReadOnlyList<ConfigDiagnostic> findings)
    {
        var errors = findings.Count(static f => f.Severity == ConfigSeverity.Error);
        var warnings = findings.Count - errors;
        var first = Count(errors, "error");
        return warnings == 0 ? first : $"{first}, {Count(warnings, "warning")}";
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static void Append(StringBuilder text, Terminal terminal, IReadOnlyList<ConfigDiagnostic> findings)
    {
        var excerpts = new SourceExcerpt();
        // Of very many the errors are shown before a warning is.
        var shown = findings.Count <= Most ? findings : [.. findings.OrderByDescending(static f => f.Severity == ConfigSeverity.Error).Take(Most)];
        foreach (var finding in shown.Count == findings.Count ? shown : InOrder(shown))
        {
            if (finding.Severity != ConfigSeverity.Error)
                text.Append(terminal.Yellow("WARNING")).Append(' ');
            text.Append(finding).Append('\n').Append(excerpts.Of(finding));
        }
        if (findings.Count > Most)
            text.Append(CultureInfo.InvariantCulture, $"… and {findings.Count - Most} more\n");
    }
}
