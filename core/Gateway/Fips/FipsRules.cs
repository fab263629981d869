using System.Text.Json;
using Gateway.Commands.Audit;
using Gateway.Commands.Lint;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Fips;

/// <summary>
/// What a configuration must not ask for under <c>only</c> (SEC-057): what plugins say in their manifests, without any of their code, and what
/// the gateway's own TLS settings say.
/// </summary>
internal static class FipsRules
{
    /// <summary>Reports an error for everything that needs an algorithm which is not approved.</summary>
    public static void Judge(ServiceConfig config, PluginCatalog catalog, ConfigDiagnostics diagnostics) =>
        Judge(config, catalog.Plugins.Where(static p => p.IsUsable).Select(static p => p.Manifest!), diagnostics);

    /// <summary>Reports an error for everything that needs an algorithm which is not approved.</summary>
    public static void Judge(ServiceConfig config, IEnumerable<PluginManifest> manifests, ConfigDiagnostics diagnostics)
    {
        var service = new AuditedService(config);
        foreach (var manifest in manifests)
        {
            foreach (var rule in manifest.Fips)
                Judge(rule, manifest, service, diagnostics);
        }
        FipsTls.Judge(service, diagnostics);
    }

    private static void Judge(PluginFipsRule rule, PluginManifest manifest, AuditedService service, ConfigDiagnostics diagnostics)
    {
        var places = service.Having(rule.Namespace).Where(s => rule.Scope.Length == 0 || s.Kind == rule.Scope).ToArray();
        if (places.Length == 0)
            return;
        Schema? when = null;
        if (rule.When is not null)
        {
            try
            {
                using var document = JsonDocument.Parse(ConfigNodeJson.Write(rule.When), new JsonDocumentOptions { MaxDepth = SchemaSource.MaxDepth });
                when = Schema.Compile(document.RootElement, new() { DefaultDraft = JsonSchemaDraft.Draft7 });
            }
            catch (Exception exception) when (exception is JsonException or JsonSchemaException)
            {
                // A rule that cannot be judged by must not pass for one that found nothing.
                diagnostics.Error(rule.When.Position, "fips", $"the rule of the plugin \"{manifest.Id}\" for \"{rule.Namespace}\" is no JSON Schema: {exception.Message}");
                return;
            }
        }
        foreach (var place in places)
        {
            var value = place[rule.Namespace]!;
            if (when?.IsValid<ConfigInstance, ConfigInstance.Children>(new ConfigInstance(value, value.Position)) == false)
                continue;
            var at = place.At(rule.Namespace, [.. rule.Attribute.Split('.', StringSplitOptions.RemoveEmptyEntries)]);
            diagnostics.Error(at.Position, at.Path, $"not allowed under {FipsSetting.Variable}=fips140=only: {rule.Message}");
        }
    }
}
