using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// The JSON Schema of the whole configuration: core's, with the fragments of every installed plugin in its place. No code of a plugin runs.
/// Namespaces of the language that nobody provides take any value; those of nobody are unknown.
/// </summary>
public static class ConfigSchema
{
    private const int MaxFragmentBytes = 4 << 20;

    private static readonly Dictionary<string, string> s_kindNamespaces = new(StringComparer.Ordinal)
    {
        ["http-server"] = "plugin/http-server",
        ["http-client"] = "plugin/http-client",
        ["request-modifier"] = "plugin/req-resp-modifier",
        ["response-modifier"] = "plugin/req-resp-modifier",
        ["middleware"] = "plugin/middleware",
    };

    /// <summary>Assembles it.</summary>
    /// <param name="catalog">What is installed.</param>
    /// <param name="diagnostics">Told of fragments that cannot be read; their namespaces then take any value.</param>
    public static JsonObject Assemble(PluginCatalog catalog, ConfigDiagnostics diagnostics)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var schema = ReadCore();
        var definitions = schema["definitions"]!.AsObject();
        var fragments = new Fragments(definitions, diagnostics);
        foreach (var plugin in catalog.Plugins.Where(static p => p.IsUsable))
        {
            foreach (var name in plugin.Manifest!.Namespaces)
                Namespaces(definitions, name.Scope).TryAdd(name.Name, fragments.Reference(plugin, name.Schema));
        }
        AddKinds(definitions, catalog, fragments);
        AddEncodings(definitions, catalog);
        foreach (var scope in s_scopes)
        {
            foreach (var name in NamespaceRegistry.In(scope).Order(StringComparer.Ordinal))
                Namespaces(definitions, scope).TryAdd(name, new JsonObject { ["description"] = "No installed plugin provides this namespace." });
        }
        return schema;
    }

    private static readonly string[] s_scopes = [ConfigScope.Service, ConfigScope.Endpoint, ConfigScope.Backend, ConfigScope.AsyncAgent, ConfigScope.Workflow];

    private static JsonObject ReadCore()
    {
        using var stream = typeof(ConfigSchema).Assembly.GetManifestResourceStream("gateway.schema.json")
            ?? throw new InvalidOperationException("the schema of the configuration is missing from the build");
        return JsonNode.Parse(stream)!.AsObject();
    }

    private static JsonObject Namespaces(JsonObject definitions, string scope) => definitions[$"{scope}_extra_config"]!["properties"]!.AsObject();

    private static void AddKinds(JsonObject definitions, PluginCatalog catalog, Fragments fragments)
    {
        var kinds = catalog.Plugins.Where(static p => p.IsUsable).SelectMany(static p => p.Manifest!.Plugins.Select(k => (Plugin: p, Kind: k))).ToArray();
        foreach (var (name, scopes) in s_kindNamespaces.Values.Distinct().Select(static n => (n, s_scopes.Where(s => NamespaceRegistry.IsDefined(s, n)))))
        {
            var members = new JsonObject
            {
                ["name"] = new JsonObject
                {
                    ["description"] = "The plugins to use, in their order.",
                    ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }),
                },
            };
            foreach (var (plugin, kind) in kinds.Where(k => s_kindNamespaces[k.Kind.Kind] == name))
                members.TryAdd(kind.Name, fragments.Reference(plugin, kind.Schema));
            foreach (var scope in scopes)
                Namespaces(definitions, scope)[name] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray("name"), ["properties"] = members.DeepClone() };
        }
    }

    private static void AddEncodings(JsonObject definitions, PluginCatalog catalog)
    {
        foreach (var plugin in catalog.Plugins.Where(static p => p.IsUsable))
        {
            foreach (var encoding in plugin.Manifest!.Encodings)
                Suggest(definitions, encoding.Layer == "decoder" ? "backend" : "endpoint", encoding.Layer == "decoder" ? "encoding" : "output_encoding", encoding.Name);
            foreach (var discovery in plugin.Manifest.Discovery)
                Suggest(definitions, "backend", "sd", discovery.Name);
        }
    }

    private static void Suggest(JsonObject definitions, string owner, string attribute, string value)
    {
        var examples = definitions[owner]!["properties"]![attribute]!["examples"]!.AsArray();
        if (!examples.Any(e => e!.GetValue<string>() == value))
            examples.Add(value);
    }

    /// <summary>The files of plugins, each once among the definitions.</summary>
    private sealed class Fragments(JsonObject definitions, ConfigDiagnostics diagnostics)
    {
        public JsonNode Reference(FoundPlugin plugin, string file)
        {
            if (file.Length == 0)
                return new JsonObject { ["description"] = plugin.Manifest!.Description };
            var key = $"{plugin.Id}/{file}";
            if (!definitions.ContainsKey(key))
                definitions[key] = Read(plugin, file, Pointer(key));
            return new JsonObject { ["$ref"] = Pointer(key) };
        }

        private JsonNode Read(FoundPlugin plugin, string file, string place)
        {
            var path = Path.Combine(plugin.Folder, file);
            try
            {
                if (new FileInfo(path).Length > MaxFragmentBytes)
                    throw new InvalidDataException($"it is larger than {MaxFragmentBytes >> 20} MiB");
                var fragment = JsonNode.Parse(File.ReadAllBytes(path), null, new JsonDocumentOptions { MaxDepth = 200 });
                if (fragment is not JsonObject and not JsonValue)
                    throw new InvalidDataException("it is neither an object nor a boolean");
                Rebase(fragment, place);
                return fragment;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
            {
                diagnostics.Warning(new(path, 0, 0), "", $"the schema of plugin {plugin.Id} cannot be used: {exception.Message}");
                return JsonValue.Create(true);
            }
        }

        // A fragment refers to its own root; inside of the whole that is its definition.
        private static void Rebase(JsonNode? node, string place)
        {
            if (node is JsonArray list)
            {
                foreach (var item in list)
                    Rebase(item, place);
            }
            if (node is not JsonObject members)
                return;
            members.Remove("$id");
            members.Remove("$schema");
            if (members["$ref"] is JsonValue value && value.TryGetValue<string>(out var target) && (target == "#" || target.StartsWith("#/", StringComparison.Ordinal)))
                members["$ref"] = place + target[1..];
            foreach (var (_, child) in members)
                Rebase(child, place);
        }

        private static string Pointer(string key) =>
            "#/definitions/" + Uri.EscapeDataString(key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
    }
}
