using System.Text.Json.Nodes;
using Gateway.Commands.Plugins;
using Gateway.Core;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine.Reports;

/// <summary>Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read.</summary>
internal static class SarifReport
{
    private static readonly Dictionary<string, string> s_descriptions = new(StringComparer.Ordinal)
    {
        [ConfigRules.Syntax] = "The document cannot be read in its format.",
        [ConfigRules.Type] = "A value is of the wrong type.",
        [ConfigRules.UnknownAttribute] = "An attribute that nothing reads has no effect.",
        [ConfigRules.Hint] = "A name or value that is in use elsewhere and has no effect here.",
        [ConfigRules.OldName] = "An old name, which is honoured.",
        [ConfigRules.MissingPlugin] = "No installed plugin provides what the configuration uses.",
        [ConfigRules.UnknownNamespace] = "A namespace that nothing reads at its place.",
        ["configuration"] = "The configuration cannot be used as it stands.",
    };

    /// <summary>The log with one run.</summary>
    public static string Write(FindingsReport report)
    {
        var rules = report.Findings.Select(FindingsReport.RuleOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return OutputFormat.Json(new JsonObject
        {
            ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = Product.Name,
                        ["version"] = Product.Version,
                        ["rules"] = new JsonArray([.. rules.Select(Rule)]),
                    },
                },
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = new JsonArray([.. report.Findings.Select(f => Result(f, report, rules))]),
            }),
        });
    }

    private static JsonObject Rule(string id) => new()
    {
        ["id"] = id,
        ["shortDescription"] = Text(s_descriptions.GetValueOrDefault(id) ?? $"The rule \"{id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" of the schema is broken."),
    };

    private static JsonObject Result(ConfigDiagnostic finding, FindingsReport report, List<string> rules)
    {
        var rule = FindingsReport.RuleOf(finding);
        return new JsonObject
        {
            ["ruleId"] = rule,
            ["ruleIndex"] = rules.IndexOf(rule),
            ["level"] = finding.Severity switch { ConfigSeverity.Error => "error", ConfigSeverity.Warning => "warning", _ => "note" },
            ["message"] = Text(report.MessageOf(finding)),
            ["locations"] = new JsonArray(Location(finding, report)),
        };
    }

    private static JsonObject Location(ConfigDiagnostic finding, FindingsReport report)
    {
        var file = report.IsOfFile(finding) ? finding.Position.File : report.File;
        var place = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = Uri(file) } };
        if (finding.Position.Line > 0)
            place["region"] = new JsonObject { ["startLine"] = finding.Position.Line, ["startColumn"] = Math.Max(1, finding.Position.Column) };
        var location = new JsonObject { ["physicalLocation"] = place };
        if (finding.Path.Length > 0)
            location["logicalLocations"] = new JsonArray(new JsonObject { ["fullyQualifiedName"] = finding.Path });
        return location;
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    // Relative paths stay relative: code scanning resolves them against the repository.
    private static string Uri(string file)
    {
        var path = string.Join('/', file.Replace('\\', '/').Split('/').Select(System.Uri.EscapeDataString));
        return Path.IsPathRooted(file) ? $"file://{(path.StartsWith('/') ? "" : "/")}{path}" : path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
    }
}
