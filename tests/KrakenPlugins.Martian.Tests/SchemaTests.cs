using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Martian.Definitions;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Martian.Tests;

public sealed class SchemaTests
{
    private static readonly JsonElement s_text = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("martian.schema.json"))).RootElement;
    private static readonly Schema s_schema = Schema.Compile(s_text);

    [Fact]
    public void Every_component_has_its_definition()
    {
        var definitions = s_text.GetProperty("definitions");

        var defined = definitions.EnumerateObject().Select(static d => d.Name).Where(static n => n != "component").Order(StringComparer.Ordinal);
        var referenced = definitions.GetProperty("component").GetProperty("properties").EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal);

        Assert.Equal(ComponentCompiler.Names.Order(StringComparer.Ordinal), defined);
        Assert.Equal(ComponentCompiler.Names.Order(StringComparer.Ordinal), referenced);
    }

    [Fact]
    public void Every_property_is_described()
    {
        var undescribed = new List<string>();
        Walk(s_text, "");

        Assert.Empty(undescribed);

        void Walk(JsonElement node, string path)
        {
            if (node.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in node.EnumerateObject())
            {
                if (member.Name == "properties")
                    undescribed.AddRange(member.Value.EnumerateObject().Where(static p => !p.Value.TryGetProperty("description", out _)).Select(p => $"{path}/{p.Name}"));
                Walk(member.Value, $"{path}/{member.Name}");
            }
        }
    }

    [Fact]
    public void The_readmes_example_is_valid()
    {
        var readme = File.ReadAllText(PluginFolder.File("README.md"));
        using var example = JsonDocument.Parse(Regex.Match(readme, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);

        foreach (var endpoint in example.RootElement.GetProperty("endpoints").EnumerateArray())
            Assert.Empty(s_schema.Validate(endpoint.GetProperty("backend")[0].GetProperty("extra_config").GetProperty("modifier/martian")));
    }

    [Theory]
    [InlineData("""{"header.Modifier":{"scope":["request"],"@c":{},"name":"X","value":"v"}}""", true)]
    [InlineData("""{"header.Modifier":{"name":"X","value":"v"}}""", false)]
    [InlineData("""{"@c":1,"header.Modifier":{"scope":["request"],"name":"X","value":"v"}}""", false)]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"X","value":"a\r\nb"}}""", false)]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"a b","value":"v"}}""", false)]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"X","value":1}}""", false)]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"X","value":"v","nmae":1}}""", false)]
    [InlineData("""{"header.Id":{"scope":["response"]}}""", false)]
    [InlineData("""{"header.Id":{"scope":["request"]}}""", true)]
    [InlineData("""{"port.Modifier":{"scope":["request"]}}""", false)]
    [InlineData("""{"port.Modifier":{"scope":["request"],"remove":true}}""", true)]
    [InlineData("""{"port.Modifier":{"scope":["request"],"remove":true,"port":1}}""", false)]
    [InlineData("""{"port.Filter":{"scope":["request"],"port":1,"modifier":{"port.Modifier":{"scope":["request"],"port":2}}}}""", true)]
    [InlineData("""{"url.Filter":{"scope":["request"],"modifier":{"nope":{}}}}""", false)]
    [InlineData("""{"fifo.Group":{"scope":[],"modifiers":[{"priority.Group":{"scope":["request"],"modifiers":[{"priority":1,"modifier":{"header.Id":{"scope":["request"]}}}]}}]}}""", true)]
    [InlineData("""{"fifo.Group":{"scope":[],"modifiers":[{}]}}""", false)]
    [InlineData("""{"static.Modifier":{"scope":["response"]}}""", false)]
    [InlineData("""{}""", false)]
    [Spec("MAN-138", "MAN-139")]
    public void The_schema_accepts_what_can_be_used(string json, bool isValid)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Equal(isValid, s_schema.IsValid(document.RootElement));
    }
}
