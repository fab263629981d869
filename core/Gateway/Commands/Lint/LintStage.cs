using Gateway.CommandLine;
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

    /// <summary>Lints, and gives what it finds together with what the load found, each place once.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="document">The document as it was read, which need not load.</param>
    /// <param name="loaded">What the load found.</param>
    /// <param name="catalog">What is installed.</param>
    /// <param name="unusable">Why the schema cannot be used, or <see langword="null"/>; the result is then what the load found.</param>
    public static IEnumerable<ConfigDiagnostic> Run(Arguments arguments, ConfigNode document, ConfigDiagnostics loaded, PluginCatalog catalog, out string? unusable)
    {
        unusable = null;
        var warnings = new ConfigDiagnostics();
        IReadOnlyList<ConfigDiagnostic> violations;
        try
        {
            var linter = arguments.Has(OwnSchema.Name) ? Linter.Of(arguments.Text(OwnSchema.Name) ?? "") : Linter.Of(catalog, warnings);
            violations = linter.Lint(document, loaded);
        }
        catch (Exception exception) when (exception is LintException or JsonSchemaException)
        {
            unusable = exception.Message;
            return loaded.All.Concat(warnings.All);
        }
        var said = violations.ToLookup(static v => v.Path, static v => v.Message, StringComparer.Ordinal);
        var unsaid = loaded.All.Where(w => !said[w.Path].Any(text => text.Contains(w.Message, StringComparison.Ordinal)));
        return violations.Concat(arguments.Has(OwnSchema.Name) ? unsaid : unsaid.Select(AsLint)).Concat(warnings.All);
    }

    // Advice about names that do not exist fails the lint also where the schema takes any (CFG-309).
    private static ConfigDiagnostic AsLint(ConfigDiagnostic finding) =>
        finding is { Rule: ConfigRules.Hint, Severity: ConfigSeverity.Warning }
            ? finding with { Severity = ConfigSeverity.Error, Message = $"{finding.Message} (rule \"{ConfigRules.Hint}\")" }
            : finding;
}
