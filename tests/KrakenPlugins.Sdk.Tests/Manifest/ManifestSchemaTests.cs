using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.Sdk.Tests.Manifest;

/// <summary>The JSON Schema that ships with the SDK says what the gateway's reader accepts.</summary>
public sealed class ManifestSchemaTests
{
    private static readonly JsonObject s_schema = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "sdk", "KrakenPlugins.Sdk", "schema", "plugin.schema.json")))!.AsObject();

    [Fact]
    public void Has_the_members_of_the_manifest_with_their_types_and_values_at_every_level() => Compare(typeof(PluginManifest), s_schema, "plugin.json");

    [Fact]
    public void Describes_every_member()
    {
        Assert.All(Objects(s_schema), static o => Assert.All(o["properties"]!.AsObject(), static p => Assert.False(string.IsNullOrEmpty((string?)p.Value!["description"]), p.Key)));
        Assert.Equal("http://json-schema.org/draft-07/schema#", (string?)s_schema["$schema"]);
    }

    [Fact]
    public void Allows_metadata_in_every_object_and_nothing_else() => Assert.All(Objects(s_schema), static o =>
    {
        Assert.False((bool?)o["additionalProperties"]);
        Assert.Equal("^[@$_#]", Assert.Single(o["patternProperties"]!.AsObject()).Key);
    });

    /// <summary>The layers of a scope are written down twice: in the schema and in the reader.</summary>
    [Fact]
    public void Pairs_scopes_and_layers_as_the_reader_does()
    {
        var name = s_schema["properties"]!["namespaces"]!["items"]!;
        var allowed = name["allOf"]!.AsArray().ToDictionary(static rule => (string)rule!["if"]!["properties"]!["scope"]!["const"]!, static rule => Texts(rule!["then"]!["properties"]!["layer"]!["enum"]));
        foreach (var scope in Texts(name["properties"]!["scope"]!["enum"]))
        {
            foreach (var layer in Texts(name["properties"]!["layer"]!["enum"]))
            {
                var manifest = $$"""{"id":"a","version":"1.0.0","sdk":"[0.2,1.0)","entry":{"assembly":"A.dll","type":"A"},"namespaces":[{"name":"a/b","scope":"{{scope}}","layer":"{{layer}}"}]}""";
                var isAccepted = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(manifest), new ConfigDiagnostics()) is not null;
                Assert.True(isAccepted == allowed[scope].Contains(layer), $"{scope}/{layer}");
            }
        }
    }

    private static void Compare(Type type, JsonObject schema, string path)
    {
        var members = schema["properties"]!.AsObject();
        var properties = type.GetProperties().Where(static p => p.PropertyType != typeof(ConfigSource)).ToArray();
        Assert.True(properties.Select(SnakeCase).Order().SequenceEqual(members.Select(static m => m.Key).Order()), $"members of {path}");
        var required = Texts(schema["required"]);
        foreach (var property in properties)
        {
            var name = SnakeCase(property);
            var member = members[name]!.AsObject();
            // What the build fills in is required of the manifest that the gateway reads, not of the author's.
            if (property.IsDefined(typeof(ConfigRequiredAttribute)) && name is not ("version" or "sdk"))
                Assert.True(required.Contains(name), $"{path}.{name} is required");
            var values = property.GetCustomAttribute<ConfigValuesAttribute>()?.Values ?? [];
            Assert.True(values.SequenceEqual(Texts(member["enum"])), $"values of {path}.{name}");
            CompareType(property.PropertyType, member, $"{path}.{name}");
        }
    }

    private static void CompareType(Type type, JsonObject member, string path)
    {
        var kind = member["type"] is JsonValue single ? (string?)single : null;
        if (type == typeof(string))
            Assert.True(kind == "string", path);
        else if (type == typeof(TimeSpan?))
            Assert.True(kind == "string" && member["pattern"] is not null, path);
        else if (type == typeof(long?) || type == typeof(int?))
            Assert.True(kind == "integer", path);
        else if (type == typeof(bool))
            Assert.True(kind == "boolean", path);
        else if (type == typeof(ConfigNode))
            Assert.Contains("object", Texts(member["type"]));
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Assert.True(kind == "array", path);
            CompareType(type.GetGenericArguments()[0], member["items"]!.AsObject(), path + "[]");
        }
        else if (type.IsGenericType)
            Assert.True(kind == "object" && (string?)member["additionalProperties"]!["type"] == "string", path);
        else
            Compare(type, member, path);
    }

    private static IEnumerable<JsonObject> Objects(JsonObject schema)
    {
        if (schema["properties"] is not JsonObject properties)
            yield break;
        if (schema["description"] is not null)
            yield return schema;
        foreach (var (_, member) in properties)
        {
            var inner = member as JsonObject;
            foreach (var found in inner is null ? [] : Objects(inner["items"] as JsonObject ?? inner))
                yield return found;
        }
    }

    private static string[] Texts(JsonNode? list) => list is null ? [] : [.. list.AsArray().Select(static v => (string)v!)];

    private static string SnakeCase(PropertyInfo property) => property.GetCustomAttribute<ConfigNameAttribute>()?.Name
        ?? string.Concat(property.Name.Select(static (c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
