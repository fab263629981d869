using System.Text;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine;

/// <summary>Prints what a load found, for a person at a terminal.</summary>
internal static class Findings
{
    private const int Most = 100;

    /// <summary>
    /// <c>ERROR parsing the configuration file:</c> and every finding with its source line: first the errors, then the warnings.
    /// </summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="title">What failed: <c>parsing the configuration file</c>.</param>
    /// <param name="diagnostics">At least one error.</param>
    public static void PrintErrors(Terminal terminal, string title, ConfigDiagnostics diagnostics)
    {
        var excerpts = new SourceExcerpt();
        var errors = diagnostics.All.Where(static d => d.Severity == ConfigSeverity.Error).ToArray();
        var text = new StringBuilder();
        text.Append(terminal.Red("ERROR")).Append(' ').Append(title).Append(": ");
        if (errors.Length > 1)
            text.Append(errors.Length).Append(" errors\n");
        foreach (var error in errors.Take(Most))
            text.Append(error).Append('\n').Append(excerpts.Of(error));
        if (errors.Length > Most)
            text.Append("… and ").Append(errors.Length - Most).Append(" more\n");
        terminal.Error(text.ToString());
        PrintWarnings(terminal, diagnostics, excerpts);
    }

    /// <summary>Go plugins in a plugin folder: a configuration that does not load may want one of them (EXT-013).</summary>
    public static void PrintGoPlugins(Terminal terminal, PluginCatalog catalog)
    {
        foreach (var file in catalog.GoPlugins)
            terminal.Error($"{terminal.Yellow("WARNING")} {file} is a Go plugin, which cannot run here; rewrite it with the SDK (`gateway plugin new`, docs/plugins/writing.md)\n");
    }

    /// <summary>Every warning and notice with its source line.</summary>
    public static void PrintWarnings(Terminal terminal, ConfigDiagnostics diagnostics) => PrintWarnings(terminal, diagnostics, new SourceExcerpt());

    private static void PrintWarnings(Terminal terminal, ConfigDiagnostics diagnostics, SourceExcerpt excerpts)
    {
        var text = new StringBuilder();
        foreach (var warning in diagnostics.All.Where(static d => d.Severity != ConfigSeverity.Error).Take(Most))
            text.Append(terminal.Yellow("WARNING")).Append(' ').Append(warning).Append('\n').Append(excerpts.Of(warning));
        if (text.Length > 0)
            terminal.Error(text.ToString());
    }
}
