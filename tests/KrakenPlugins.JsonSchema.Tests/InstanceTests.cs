using System.Text.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using Xunit;
using static KrakenPlugins.JsonSchema.Tests.Written;

namespace KrakenPlugins.JsonSchema.Tests;

public sealed class InstanceTests
{
    private static readonly JsonSchema s_schema = Schema("""
        {"type":"object","required":["name","port"],
         "properties":{
           "name":{"type":"string","minLength":1,"maxLength":20},
           "port":{"type":"integer","minimum":1,"maximum":65535},
           "mode":{"enum":["a","b",null]},
           "ratio":{"type":"number","multipleOf":0.5},
           "hosts":{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":"string","pattern":"^http"}},
           "inner":{"$ref":"#"}},
         "additionalProperties":false}
        """);

    [Fact]
    public void Validates_the_data_tree_without_a_copy()
    {
        var port = new DataObject { ["name"] = new DataString("x"), ["port"] = new DataNumber("80") };
        var value = new DataObject { ["name"] = new DataString("y"), ["port"] = new DataNumber("70000"), ["inner"] = port };

        var errors = s_schema.Validate<DataInstance, DataInstance.Children>(new DataInstance(value));

        Assert.Equal("\"port\" must be at most 65535, not 70000", Assert.Single(errors).Message);
        Assert.True(s_schema.IsValid<DataInstance, DataInstance.Children>(new DataInstance(port)));
    }

    [Fact]
    public void Hands_back_the_node_so_that_a_configuration_error_has_its_position()
    {
        static SourcePosition At(int line) => new("krakend.json", line, 3);
        var root = ConfigNode.Object(At(1), [
            new ConfigMember("name", At(2), ConfigNode.String(At(2), "x")),
            new ConfigMember("prot", At(3), ConfigNode.Number(At(3), "80")),
            new ConfigMember("port", At(4), ConfigNode.String(At(4), "80"))]);

        var errors = s_schema.Validate<ConfigInstance, ConfigInstance.Children>(new ConfigInstance(root, root.Position));

        Assert.Equal(
            ["krakend.json:3:3 unknown property \"prot\"; did you mean \"port\"?", "krakend.json:4:3 \"port\" must be an integer, not a string"],
            errors.Select(e => $"{e.Instance.Position} {e.Message}"));
    }

    [Fact]
    public void Allocates_nothing_for_a_valid_value()
    {
        var value = Json("""{"name":"svc\u00e9","port":8080,"mode":"b","ratio":1.5,"hosts":["http://a","http://b"],"inner":{"name":"n","port":1}}""");
        Assert.True(s_schema.IsValid(value));

        var allocated = Allocations.Least(16 * 100, () => { for (var i = 0; i < 100; i++) s_schema.IsValid(value); });

        Assert.InRange(allocated, 0, 16 * 100);
    }

    [Fact]
    public void Reads_escapes_and_lone_surrogates_of_a_json_document()
    {
        Assert.True(Schema("""{"const":"a\"\\/\b\f\n\r\té🐲"}""").IsValid(Json("""
            "\u0061\"\\\/\b\f\n\r\t\u00e9\ud83d\udc32"
            """)));
        Assert.True(Schema("""{"maxLength":1,"minLength":1}""").IsValid(Json("""
            "\ud83d"
            """)));
        Assert.True(Schema("""{"properties":{"é":{"type":"integer"}},"required":["é"]}""").IsValid(Json("""{"\u00e9":1}""")));
    }

    [Fact]
    public void Serves_many_threads_at_once()
    {
        var good = Json("""{"name":"a","port":1,"hosts":["http://a"]}""");
        var bad = Json("""{"name":"a","port":1,"hosts":["a"]}""");

        var wrong = Enumerable.Range(0, 4000).AsParallel().Count(i =>
            s_schema.IsValid(i % 2 == 0 ? good : bad) != (i % 2 == 0) || s_schema.Validate(i % 2 == 0 ? good : bad).Count != i % 2);

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Outlives_the_document_that_it_was_compiled_from()
    {
        JsonSchema schema;
        using (var document = JsonDocument.Parse("""{"properties":{"a":{"enum":["x",{"y":1}]}},"required":["a"]}"""))
            schema = JsonSchema.Compile(document.RootElement);

        Assert.True(schema.IsValid(Json("""{"a":{"y":1}}""")));
        Assert.Equal("must be one of", Assert.Single(schema.Validate(Json("""{"a":1}"""))).Message[4..18]);
    }
}
