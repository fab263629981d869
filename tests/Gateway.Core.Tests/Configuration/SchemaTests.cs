using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

/// <summary>The schema and the settings classes that read the document say the same.</summary>
public sealed class SchemaTests
{
    // Old places that are read and fail the lint (CFG-041, CFG-168, CFG-178).
    private static readonly string[] s_old =
    [
        "RootDocument.allow_insecure_connections", "RouterDocument.use_h2c", "TlsDocument.public_key", "TlsDocument.private_key", "TlsDocument.prefer_server_cipher_suites",
    ];

    // Read as lists of values; the schema has more to say.
    private static readonly string[] s_own = ["RootDocument.$schema", "RootDocument.version"];

    private static readonly JsonObject s_schema = ConfigSchema.Assemble(PluginCatalog.Empty, new ConfigDiagnostics(), static (_, _) => null);

    public static TheoryData<Type, string> Documents => new()
    {
        { typeof(RootDocument), "" },
        { typeof(EndpointDocument), "definitions/endpoint" },
        { typeof(BackendDocument), "definitions/backend" },
        { typeof(AgentDocument), "definitions/async_agent" },
        { typeof(RouterDocument), "definitions/service_extra_config/properties/router" },
        { typeof(EndpointProxyDocument), "definitions/endpoint_proxy" },
        { typeof(StaticDocument), "definitions/endpoint_proxy/properties/static" },
        { typeof(BackendProxyDocument), "definitions/backend_extra_config/properties/proxy" },
        { typeof(BackendHttpDocument), "definitions/backend_extra_config/properties/backend~1http" },
        { typeof(BackendHttpClientDocument), "definitions/backend_extra_config/properties/backend~1http~1client" },
    };

    [Theory, Spec("CFG-226")]
    [MemberData(nameof(Documents))]
    public void The_schema_has_the_attributes_that_are_read_and_no_others(Type document, string place)
    {
        var differences = new List<string>();

        Compare(document, At(place), differences);

        Assert.Empty(differences);
    }

    [Fact, Spec("CFG-044", "CFG-226")]
    public void The_schema_has_the_namespaces_of_each_scope()
    {
        foreach (var scope in new[] { ConfigScope.Service, ConfigScope.Endpoint, ConfigScope.Backend, ConfigScope.Workflow, ConfigScope.AsyncAgent })
        {
            var names = At($"definitions/{scope}_extra_config")["properties"]!.AsObject().Select(static p => p.Key).Order(StringComparer.Ordinal);

            Assert.Equal(NamespaceRegistry.All.Where(n => NamespaceRegistry.IsDefined(scope, n)).Order(StringComparer.Ordinal), names);
        }
    }

    [Fact]
    public void Every_attribute_has_a_description_of_one_sentence()
    {
        foreach (var (place, attribute) in Attributes(s_schema, "").Where(static a => !a.Place.Contains("_extra_config", StringComparison.Ordinal) || a.Place.Contains("/router/", StringComparison.Ordinal) || a.Place.Contains("/backend/http", StringComparison.Ordinal)))
        {
            var text = attribute["description"]?.GetValue<string>() ?? (attribute["$ref"] is { } reference ? At(reference.GetValue<string>()[2..])["description"]!.GetValue<string>() : "");

            Assert.True(text.Length > 5 && text.EndsWith('.') && !text[..^1].Contains(". ", StringComparison.Ordinal), $"{place}: {text}");
        }
    }

    [Fact, Spec("CFG-007")]
    public void Comments_are_allowed_wherever_attributes_are_listed()
    {
        foreach (var (place, schema) in Closed(s_schema, ""))
            Assert.True(schema["patternProperties"]?["^[@$_#]"]?.GetValue<bool>() == true, place);
    }

    private static void Compare(Type document, JsonObject schema, List<string> differences)
    {
        var properties = schema["properties"]!.AsObject();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in document.GetProperties().Where(static p => p.PropertyType != typeof(ConfigSource)))
        {
            var name = property.GetCustomAttribute<ConfigNameAttribute>()?.Name ?? Regex.Replace(property.Name, "(?<=[a-z])[A-Z]", "_$0").ToLowerInvariant();
            names.Add(name);
            var place = $"{document.Name}.{name}";
            if (s_old.Contains(place) != !properties.ContainsKey(name))
                differences.Add($"{place} is {(properties.ContainsKey(name) ? "an old name but" : "not")} in the schema");
            else if (properties[name] is JsonObject attribute && !s_own.Contains(place))
                CompareType(place, property, attribute, differences);
            if (property.IsDefined(typeof(ConfigRequiredAttribute)) && !Required(schema).Contains(name))
                differences.Add($"{place} is required to load and not in the schema");
            if (property.GetCustomAttribute<ConfigValuesAttribute>() is { } values && !values.Values.Order().SequenceEqual(properties[name]!["enum"]!.AsArray().Select(static v => v!.GetValue<string>()).Order()))
                differences.Add($"{place} has other values in the schema");
        }
        differences.AddRange(properties.Select(static p => p.Key).Where(p => !names.Contains(p) && !s_own.Contains($"{document.Name}.{p}")).Select(p => $"{document.Name} does not read {p}"));
    }

    private static void CompareType(string place, PropertyInfo property, JsonObject attribute, List<string> differences)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = Resolve(attribute);
        var expected = type switch
        {
            _ when type == typeof(TimeSpan) => "string",
            _ when type == typeof(string) => "string",
            _ when type == typeof(bool) => "boolean",
            _ when type == typeof(int) || type == typeof(long) => "integer",
            _ when type == typeof(double) => "number",
            _ when type == typeof(ConfigNode) => "object",
            _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => "array",
            _ => "object",
        };
        if (!Types(schema).Contains(expected))
            differences.Add($"{place} is of type {string.Join(" or ", Types(schema))} in the schema, {expected} in the document");
        if (type == typeof(TimeSpan) && attribute["$ref"]?.GetValue<string>() != "#/definitions/duration")
            differences.Add($"{place} is no duration in the schema");
        if (expected == "array" && type.GenericTypeArguments[0] is { IsClass: true } item && item != typeof(ConfigNode) && item != typeof(string))
            Compare(item, Resolve(schema["items"]!.AsObject()), differences);
        else if (expected == "object" && type != typeof(ConfigNode) && !type.IsGenericType)
            Compare(type, schema, differences);
    }

    private static string[] Types(JsonObject schema) => schema["type"] switch
    {
        JsonArray list => [.. list.Select(static t => t!.GetValue<string>())],
        null => [schema["enum"]![0]!.GetValueKind() == System.Text.Json.JsonValueKind.String ? "string" : "?"],
        var one => [one.GetValue<string>()],
    };

    private static IEnumerable<string> Required(JsonObject schema) => schema["required"]?.AsArray().Select(static r => r!.GetValue<string>()) ?? [];

    private static JsonObject Resolve(JsonObject schema) => schema["$ref"] is { } reference ? At(reference.GetValue<string>()[2..]) : schema;

    private static JsonObject At(string place) =>
        place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(s_schema, static (at, step) => at[step.Replace("~1", "/", StringComparison.Ordinal)]!.AsObject());

    private static IEnumerable<(string Place, JsonObject Schema)> Attributes(JsonObject schema, string place)
    {
        foreach (var (at, found) in Objects(schema, place))
        {
            if (at.Split('/') is [.., "properties", _] && !at.Contains("/if/", StringComparison.Ordinal))
                yield return (at, found);
        }
    }

    private static IEnumerable<(string Place, JsonObject Schema)> Closed(JsonObject schema, string place) =>
        Objects(schema, place).Where(static o => o.Schema["properties"] is JsonObject && o.Schema["additionalProperties"] is JsonValue);

    private static IEnumerable<(string Place, JsonObject Schema)> Objects(JsonNode? node, string place)
    {
        if (node is not JsonObject schema)
            yield break;
        yield return (place, schema);
        foreach (var (name, value) in schema)
        {
            foreach (var inner in Objects(value, $"{place}/{name}"))
                yield return inner;
        }
    }
}
