using Gateway.CommandLine;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Lint;

/// <summary>The stage of <c>check</c> that lints: <c>-l</c>, <c>-n</c> and <c>-s</c>, of which one may be given (CFG-221).</summary>
internal static class LintStage
{
    public static readonly Flag Lint = new("lint", 'l', FlagKind.Switch, "Lints against the schema of the gateway and its plugins");
    public static readonly Flag NoNetwork = new("lint-no-network", 'n', FlagKind.Switch, "The same as --lint, which needs no network here");
    public static readonly Flag OwnSchema = new("lint-schema", 's', FlagKind.Text, "Lints against a JSON Schema of your own, a file or an address");

    private static readonly string[] s_flags = [Lint.Name, NoNetwork.Name, OwnSchema.Name];

    /// <summary>Whether it was asked for.</summary>
    /// <exception cref="UsageException">Several of its flags were given.</exception>
    public static bool IsWanted(Arguments arguments)
    {
        var given = s_flags.Where(arguments.Has).ToArray();
        if (given.Length > 1)
            throw new UsageException($"if any flags in the group [{string.Join(' ', s_flags)}] are set none of the others can be; [{string.Join(' ', given)}] were all set");
        return given.Length == 1;
    }

    /// <summary>Lints and prints what it finds together with what the load found, each place once.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="config">The configuration, which loads.</param>
    /// <param name="loaded">What the load found.</param>
    /// <param name="catalog">What is installed.</param>
    /// <param name="terminal">Where to.</param>
    /// <returns>Whether there is nothing to complain about.</returns>
    public static bool Run(Arguments arguments, ServiceConfig config, ConfigDiagnostics loaded, PluginCatalog catalog, Terminal terminal)
    {
        var warnings = new ConfigDiagnostics();
        IReadOnlyList<ConfigDiagnostic> violations;
        try
        {
            var linter = arguments.Has(OwnSchema.Name) ? Linter.Of(arguments.Text(OwnSchema.Name) ?? "") : Linter.Of(catalog, warnings);
            violations = linter.Lint(config.Source, loaded);
        }
        catch (Exception exception) when (exception is LintException or JsonSchemaException)
        {
            Findings.PrintWarnings(terminal, loaded);
            Findings.PrintWarnings(terminal, warnings);
            terminal.Error($"{terminal.Red("ERROR")} compiling the schema: {exception.Message}\n");
            return false;
        }

        var found = new ConfigDiagnostics();
        var said = violations.ToLookup(static v => v.Path, static v => v.Message, StringComparer.Ordinal);
        var unsaid = loaded.All.Where(w => !said[w.Path].Any(text => text.Contains(w.Message, StringComparison.Ordinal)));
        foreach (var finding in violations.Concat(unsaid).Concat(warnings.All))
            found.Add(finding);
        if (found.HasErrors)
            Findings.PrintErrors(terminal, "linting the configuration file", found);
        else
            Findings.PrintWarnings(terminal, found);
        return !found.HasErrors;
    }
}
