using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing;
using KrakenPlugins.JsonSchema;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The schema that is put together of core's and those of the installed plugins.</summary>
public sealed class SchemaCommandTests : IDisposable
{
    private const string Nothing = "public sealed class P : GatewayPlugin { public override void Register(IPluginRegistry registry) { } }";

    private readonly PluginSmith _smith = new();

    public void Dispose() => _smith.Dispose();

    [Fact, Spec("CFG-227")]
    public async Task What_is_printed_is_a_valid_schema_of_its_dialect()
    {
        Install("acme.audit", "endpoint/proxy acme/audit", """{"type":"object","properties":{"level":{"enum":["low","high"]}},"additionalProperties":false}""");
        var schema = await SchemaAsync();

        var metaschema = JsonSchema.Compile(JsonElement.Parse("""{"$ref":"https://json-schema.org/draft/2019-09/schema"}"""));

        Assert.Equal("https://json-schema.org/draft/2019-09/schema", schema.GetProperty("$schema").GetString());
        Assert.Empty(metaschema.Validate(schema).Select(static e => e.ToString()));
    }

    [Fact, Spec("CFG-222")]
    public async Task Editors_find_the_dialect_at_the_head_and_a_configuration_that_names_the_schema_validates()
    {
        var run = await Executable.RunAsync("schema", "--plugins", _smith.Folder);
        var schema = JsonSchema.Compile(JsonElement.Parse(run.Out));

        Assert.StartsWith("{\n  \"$schema\": \"https://json-schema.org/draft/2019-09/schema\",\n", run.Out, StringComparison.Ordinal);
        foreach (var example in Directory.GetFiles(Path.Combine(Executable.Repository, "examples"), "*.json", SearchOption.AllDirectories))
        {
            var document = JsonNode.Parse(await File.ReadAllTextAsync(example))!.AsObject();
            document["$schema"] = "./gateway.schema.json";
            Assert.Empty(schema.Validate(JsonElement.Parse(document.ToJsonString())).Select(static e => e.ToString()));
        }
        Assert.NotEmpty(schema.Validate(JsonElement.Parse("""{"$schema":"./gateway.schema.json","version":3,"prot":8080}""")));
    }

    [Fact]
    public async Task References_inside_of_a_fragment_lead_to_its_own_definitions()
    {
        var folder = Install("acme.audit", "endpoint/proxy acme/audit", """
            {
              "$schema": "http://json-schema.org/draft-07/schema#",
              "$id": "https://acme.example/audit.json",
              "type": "object",
              "properties": {
                "level": { "$ref": "#/definitions/level", "minLength": 90 },
                "again": { "$ref": "#again" },
                "full": { "$ref": "https://acme.example/audit.json#/definitions/level" },
                "size": { "$ref": "size.json#/definitions/bytes" },
                "self": { "$ref": "#" },
                "$id": { "const": { "$ref": "#/definitions/level" } }
              },
              "additionalProperties": false,
              "definitions": {
                "level": { "enum": ["low", "high"] },
                "other": { "$id": "#again", "type": "boolean" }
              }
            }
            """);
        File.WriteAllText(Path.Combine(folder, "size.json"), """{"definitions":{"bytes":{"$ref":"#/definitions/number"},"number":{"type":"integer"}}}""");

        var schema = JsonSchema.Compile(await SchemaAsync());

        Assert.Empty(Validate(schema, """{"level":"low","again":true,"full":"high","size":5,"self":{"level":"high"},"$id":{"$ref":"#/definitions/level"}}"""));
        foreach (var wrong in new[] { """{"level":"x"}""", """{"again":1}""", """{"full":1}""", """{"size":"5"}""", """{"self":{"level":1}}""", """{"self":{"x":1}}""", """{"$id":1}""" })
            Assert.Single(Validate(schema, wrong));
    }

    [Theory]
    [InlineData("{ not json", "level")]
    [InlineData("""{"type":"objekt"}""", "objekt")]
    [InlineData("""{"properties":{"a":{"$ref":"#/definitions/missing"}}}""", "missing")]
    [InlineData("""{"properties":{"a":{"$ref":"#missing"}}}""", "missing")]
    [InlineData("""{"properties":{"a":{"$ref":"../../other.json"}}}""", "other.json")]
    [InlineData("""{"type":"object","type":"string"}""", "type")]
    [InlineData("""[]""", "schema")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema"}""", "2020-12")]
    [InlineData("""{"properties":{"a":{"$id":"inner.json"}}}""", "inner.json")]
    public async Task A_schema_file_that_cannot_be_used_is_a_warning_and_its_settings_are_free(string fragment, string reason)
    {
        var folder = Install("acme.audit", "endpoint/proxy acme/audit", fragment);

        var run = await Executable.RunAsync("schema", "--plugins", _smith.Folder);

        Assert.Equal(0, run.Status);
        Assert.StartsWith($"WARNING {Path.Combine(folder, "schema.json")}: the schema of plugin acme.audit cannot be used", run.Error, StringComparison.Ordinal);
        Assert.True(fragment.StartsWith("{ not", StringComparison.Ordinal) || run.Error.Contains(reason, StringComparison.Ordinal), run.Error);
        Assert.Empty(Validate(JsonSchema.Compile(JsonElement.Parse(run.Out)), """{"anything":1}"""));
    }

    [Fact]
    public async Task A_missing_schema_file_is_a_warning()
    {
        _smith.Make("acme.audit", Nothing, ["endpoint/proxy acme/audit"], edit: static m => m["namespaces"]![0]!["schema"] = "schema.json");

        var run = await Executable.RunAsync("schema", "--plugins", _smith.Folder);

        Assert.Equal(0, run.Status);
        Assert.Contains("schema.json: no such file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_code_of_a_plugin_runs()
    {
        var trace = Path.Combine(_smith.Folder, "trace");
        var leave = $"System.IO.File.WriteAllText(@\"{trace}\", \"\");";
        _smith.Make("acme.audit", $$"""
            public sealed class P : GatewayPlugin
            {
                static P() { {{leave}} }
                public P() { {{leave}} }
                public override void Register(IPluginRegistry registry) { {{leave}} }
            }
            internal static class Module { [System.Runtime.CompilerServices.ModuleInitializer] internal static void Start() { {{leave}} } }
            """, ["endpoint/proxy acme/audit"]);

        var schema = await Executable.RunAsync("schema", "--plugins", _smith.Folder);

        Assert.Equal(0, schema.Status);
        Assert.Contains("acme/audit", schema.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(trace));
    }

    [Fact, Spec("CFG-036")]
    public async Task Encodings_and_discovery_of_plugins_are_values_of_their_attributes()
    {
        _smith.Make("acme.data", Nothing, [], edit: static m =>
        {
            m["encodings"] = new JsonArray(new JsonObject { ["name"] = "csv", ["layer"] = "decoder" }, new JsonObject { ["name"] = "toml", ["layer"] = "render" });
            m["discovery"] = new JsonArray(new JsonObject { ["name"] = "registry" });
        });

        var schema = await SchemaAsync();

        Assert.Contains("csv", Values(schema, "backend", "encoding"));
        Assert.Contains("registry", Values(schema, "backend", "sd"));
        Assert.Contains("toml", schema.GetProperty("definitions").GetProperty("output_encoding").GetProperty("enum").EnumerateArray().Select(static v => v.GetString()));
        Assert.Contains("toml", schema.GetProperty("properties").GetProperty("output_encoding").GetProperty("enum").EnumerateArray().Select(static v => v.GetString()));
        Assert.DoesNotContain("toml", Values(schema, "backend", "encoding"));
    }

    [Fact]
    public async Task Plugins_of_the_languages_kinds_are_offered_and_their_settings_checked()
    {
        var folder = _smith.Make("acme.kinds", Nothing, [], edit: static m => m["plugins"] = new JsonArray(
            new JsonObject { ["kind"] = "request-modifier", ["name"] = "stamp", ["schema"] = "stamp.json" },
            new JsonObject { ["kind"] = "response-modifier", ["name"] = "stamp", ["schema"] = "stamp.json" }));
        File.WriteAllText(Path.Combine(folder, "stamp.json"), """{"type":"object","required":["ink"]}""");
        var schema = JsonSchema.Compile(await SchemaAsync());

        Assert.Empty(Validate(schema, """{"name":["stamp","foreign"],"stamp":{"ink":1},"foreign":5}""", "plugin/req-resp-modifier"));
        Assert.Single(Validate(schema, """{"name":["stamp"],"stamp":{}}""", "plugin/req-resp-modifier"));
        Assert.Single(Validate(schema, """{"stamp":{"ink":1}}""", "plugin/req-resp-modifier"));
        Assert.Single(Validate(schema, """{"name":"stamp"}""", "plugin/req-resp-modifier"));
    }

    [Fact]
    public async Task Of_two_plugins_with_one_namespace_either_may_be_meant()
    {
        Install("a.audit", "endpoint/proxy acme/audit", """{"required":["a"]}""");
        Install("b.audit", "endpoint/proxy acme/audit", """{"required":["b"]}""");
        var schema = JsonSchema.Compile(await SchemaAsync());

        Assert.Empty(Validate(schema, """{"a":1}"""));
        Assert.Empty(Validate(schema, """{"b":1}"""));
        Assert.NotEmpty(Validate(schema, """{}"""));
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_an_error()
    {
        var run = await Executable.RunAsync("schema", "--plugins", Path.Combine(_smith.Folder, "none"));

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.StartsWith("ERROR assembling the schema: ", run.Error, StringComparison.Ordinal);
    }

    private string Install(string id, string @namespace, string schema)
    {
        var folder = _smith.Make(id, Nothing, [@namespace], edit: static m => m["namespaces"]![0]!["schema"] = "schema.json");
        File.WriteAllText(Path.Combine(folder, "schema.json"), schema);
        return folder;
    }

    private async Task<JsonElement> SchemaAsync()
    {
        var run = await Executable.RunAsync("schema", "--plugins", _smith.Folder);

        Assert.Equal((0, ""), (run.Status, run.Error));
        return JsonElement.Parse(run.Out);
    }

    private static IEnumerable<string?> Values(JsonElement schema, string owner, string attribute) =>
        schema.GetProperty("definitions").GetProperty(owner).GetProperty("properties").GetProperty(attribute).GetProperty("enum").EnumerateArray().Select(static v => v.GetString());

    private static IReadOnlyList<JsonSchemaError> Validate(JsonSchema schema, string settings, string @namespace = "acme/audit") =>
        schema.Validate(JsonElement.Parse(Document(settings, @namespace)));

    private static string Document(string settings, string @namespace = "acme/audit") =>
        $$$"""{"version":3,"endpoints":[{"endpoint":"/a","extra_config":{"{{{@namespace}}}":{{{settings}}}},"backend":[{"host":["http://a"],"url_pattern":"/"}]}]}""";
}
