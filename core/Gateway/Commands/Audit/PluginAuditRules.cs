using System.Text;
using System.Text.Json;
using Gateway.Commands.Lint;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Commands.Audit;

/// <summary>The rules that manifests of installed plugins bring along (CFG-313); none of their code runs.</summary>
internal static class PluginAuditRules
{
    /// <summary>The rules of every usable plugin, in the order of the search and of each manifest.</summary>
    /// <param name="catalog">What is installed.</param>
    /// <param name="faults">Receives rules that cannot be judged by: leaving them out would pass for a clean bill.</param>
    public static IReadOnlyList<AuditRule> Of(PluginCatalog catalog, ConfigDiagnostics faults)
    {
        var rules = new List<AuditRule>();
        foreach (var manifest in catalog.Plugins.Where(static p => p.IsUsable).Select(static p => p.Manifest!))
        {
            for (var i = 0; i < manifest.Audit.Count; i++)
            {
                if (RuleOf(manifest.Audit[i], ConfigPath.Root.Member("audit").Item(i), faults) is { } rule)
                    rules.Add(rule);
            }
        }
        return rules;
    }

    private static AuditRule? RuleOf(PluginAuditRule rule, ConfigPath path, ConfigDiagnostics faults)
    {
        var severity = AuditSeverities.Parse(rule.Severity);
        if (rule.Absent)
            return AuditRule.Whole(rule.Rule, severity, rule.Message, service => !Scopes(service, rule).Any());
        if (rule.When is null)
            return new(rule.Rule, severity, rule.Message, service => Scopes(service, rule).Select(s => s.At(rule.Namespace)));
        try
        {
            using var document = JsonDocument.Parse(ConfigNodeJson.Write(rule.When), new JsonDocumentOptions { MaxDepth = SchemaSource.MaxDepth });
            var schema = Schema.Compile(document.RootElement, new() { DefaultDraft = JsonSchemaDraft.Draft7 });
            return new(rule.Rule, severity, rule.Message, service => Scopes(service, rule).Where(s => Matches(schema, s[rule.Namespace]!)).Select(s => s.At(rule.Namespace)));
        }
        catch (Exception exception) when (exception is JsonException or JsonSchemaException)
        {
            faults.Error(rule.When.Position, path.Member("when").ToString(), $"it is no JSON Schema: {exception.Message}");
            return null;
        }
    }

    private static IEnumerable<AuditedScope> Scopes(AuditedService service, PluginAuditRule rule) =>
        service.Having(rule.Namespace).Where(s => rule.Scope.Length == 0 || s.Kind == rule.Scope);

    private static bool Matches(Schema schema, ConfigNode value) =>
        schema.IsValid<ConfigInstance, ConfigInstance.Children>(new ConfigInstance(value, value.Position));
}
