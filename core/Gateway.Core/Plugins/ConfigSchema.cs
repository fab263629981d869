using System.Text.Json.Nodes;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// The JSON Schema of the whole configuration: core's, with the fragments of every installed plugin in its place. No code of a plugin runs.
/// Namespaces of the language that nobody provides take any value; those of nobody are unknown.
/// </summary>
public static class ConfigSchema
{
    private static readonly string[] s_scopes = [ConfigScope.Service, ConfigScope.Endpoint, ConfigScope.Backend, ConfigScope.AsyncAgent, ConfigScope.Workflow];

    /// <summary>Assembles it.</summary>
    /// <param name="catalog">What is installed.</param>
    /// <param name="diagnostics">Told of fragments that cannot be used; their namespaces then take any value.</param>
    /// <param name="whyUnusable">
    /// Says what is wrong with a file of a plugin as a schema, or <see langword="null"/>; core has no validator of its own.
    /// </param>
    public static JsonObject Assemble(PluginCatalog catalog, ConfigDiagnostics diagnostics, Func<FoundPlugin, string, string?> whyUnusable)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(whyUnusable);
        var schema = ReadCore();
        var definitions = schema["definitions"]!.AsObject();
        var fragments = new SchemaFragments(definitions, whyUnusable, diagnostics);
        AddPluginNamespaces(definitions, catalog, fragments);
        AddKinds(definitions, catalog, fragments);
        AddEncodings(schema, catalog);
        foreach (var scope in s_scopes)
        {
            foreach (var name in NamespaceRegistry.All.Where(n => NamespaceRegistry.IsDefined(scope, n)).Order(StringComparer.Ordinal))
                NamespacesOf(definitions, scope).TryAdd(name, new JsonObject { ["description"] = "No installed plugin provides this namespace." });
        }
        return schema;
    }

    private static JsonObject ReadCore()
    {
        using var stream = typeof(ConfigSchema).Assembly.GetManifestResourceStream("gateway.schema.json")
            ?? throw new InvalidOperationException("the schema of the configuration is missing from the build");
        return JsonNode.Parse(stream)!.AsObject();
    }

    private static IEnumerable<FoundPlugin> Usable(PluginCatalog catalog) => catalog.Plugins.Where(static p => p.IsUsable);

    private static JsonObject NamespacesOf(JsonObject definitions, string scope) => definitions[$"{scope}_extra_config"]!["properties"]!.AsObject();

    private static void AddPluginNamespaces(JsonObject definitions, PluginCatalog catalog, SchemaFragments fragments)
    {
        var provided = Usable(catalog).SelectMany(static p => p.Manifest!.Namespaces.Select(n => (Plugin: p, Namespace: n))).GroupBy(static x => (x.Namespace.Scope, x.Namespace.Name));
        foreach (var offers in provided)
        {
            var schemas = offers.Select(o => fragments.Reference(o.Plugin, o.Namespace.Schema)).ToArray();
            NamespacesOf(definitions, offers.Key.Scope).TryAdd(offers.Key.Name, AnyOf(schemas));
            if (offers.Key.Scope == ConfigScope.AsyncAgent && offers.Any(static o => o.Namespace.Layer == "agent"))
                AddDriver(definitions, offers.Key.Name);
        }
    }

    // Which of two plugins a configuration chooses is not known here.
    private static JsonNode AnyOf(JsonNode[] schemas) => schemas.Length == 1 ? schemas[0] : new JsonObject { ["anyOf"] = new JsonArray(schemas) };

    private static void AddDriver(JsonObject definitions, string name)
    {
        var drivers = definitions["async_agent_extra_config"]!["anyOf"]!.AsArray();
        if (!drivers.Any(d => d!["required"]![0]!.GetValue<string>() == name))
            drivers.Add(new JsonObject { ["required"] = new JsonArray(name) });
    }

    private static void AddKinds(JsonObject definitions, PluginCatalog catalog, SchemaFragments fragments)
    {
        var installed = Usable(catalog).SelectMany(static p => p.Manifest!.Plugins.Select(k => (Plugin: p, Kind: k))).ToArray();
        foreach (var name in PluginKinds.Namespaces)
        {
            var kinds = PluginKinds.Of(name);
            var offers = installed.Where(o => kinds.Contains(o.Kind.Kind)).GroupBy(static o => o.Kind.Name).ToArray();
            var members = new JsonObject { ["name"] = PluginNames(name, offers.Select(static o => o.Key)) };
            foreach (var offer in offers)
                members.TryAdd(offer.Key, AnyOf([.. offer.DistinctBy(static o => (o.Plugin, o.Kind.Schema)).Select(o => fragments.Reference(o.Plugin, o.Kind.Schema))]));
            foreach (var scope in s_scopes.Where(s => NamespaceRegistry.IsDefined(s, name)))
            {
                NamespacesOf(definitions, scope)[name] = new JsonObject
                {
                    ["description"] = "Plugins of this kind, and under their names what they are told.",
                    ["type"] = "object",
                    ["required"] = new JsonArray("name"),
                    ["properties"] = members.DeepClone(),
                };
            }
        }
    }

    private static JsonObject PluginNames(string @namespace, IEnumerable<string> installed)
    {
        var name = new JsonObject { ["type"] = "string", ["examples"] = new JsonArray([.. installed.Select(static n => JsonValue.Create(n))]) };
        if (@namespace != PluginKinds.HttpClientNamespace)
            return new JsonObject { ["description"] = "The plugins to use, in their order.", ["type"] = "array", ["items"] = name };
        name.Insert(0, "description", "The plugin to use.");
        return name;
    }

    private static void AddEncodings(JsonObject schema, PluginCatalog catalog)
    {
        var definitions = schema["definitions"]!;
        var backend = definitions["backend"]!["properties"]!;
        foreach (var plugin in Usable(catalog))
        {
            foreach (var encoding in plugin.Manifest!.Encodings)
            {
                if (encoding.Layer == "decoder")
                {
                    Allow(backend["encoding"]!, encoding.Name);
                    continue;
                }
                Allow(definitions["output_encoding"]!, encoding.Name);
                Allow(schema["properties"]!["output_encoding"]!, encoding.Name);
            }
            foreach (var discovery in plugin.Manifest.Discovery)
                Allow(backend["sd"]!, discovery.Name);
        }
    }

    private static void Allow(JsonNode attribute, string value)
    {
        var values = attribute["enum"]!.AsArray();
        if (!values.Any(v => v!.GetValue<string>() == value))
            values.Add(value);
    }
}
