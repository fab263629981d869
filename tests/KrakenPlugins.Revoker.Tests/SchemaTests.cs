using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Revoker.Tests;

public sealed class SchemaTests
{
    private static readonly JsonElement s_text = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("revoker.schema.json"))).RootElement;
    private static readonly Schema s_schema = Schema.Compile(s_text);

    [Fact]
    public void Every_attribute_is_described()
    {
        foreach (var property in s_text.GetProperty("properties").EnumerateObject())
            Assert.True(property.Value.TryGetProperty("description", out _), property.Name);
    }

    [Fact]
    public void The_readmes_examples_are_valid()
    {
        var readme = File.ReadAllText(Path.Combine(PluginFolder.Path, "..", "..", "..", "..", "..", "README.md"));
        var examples = Regex.Matches(readme, "```json\n(?<json>.*?)```", RegexOptions.Singleline);

        Assert.Equal(2, examples.Count);
        foreach (Match example in examples)
        {
            var value = JsonDocument.Parse(example.Groups["json"].Value).RootElement.GetProperty("extra_config").GetProperty("auth/revoker");
            Assert.Empty(s_schema.Validate(value));
        }
    }

    [Theory, Spec("AUT-075")]
    [InlineData("""{"N":0,"P":0.1,"hash_name":"optimal","TTL":1,"port":1,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":1,"hash_name":"optimal","TTL":1,"port":1,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":0,"hash_name":"optimal","TTL":1,"port":1,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"murmur","TTL":1,"port":1,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"optimal","TTL":0,"port":1,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"optimal","TTL":1,"port":70000,"token_keys":["jti"]}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"optimal","TTL":1,"port":1,"token_keys":[""]}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"optimal","TTL":1,"port":1,"token_keys":["jti"],"api_port":2}""")]
    [InlineData("""{"N":1,"P":0.1,"hash_name":"optimal","TTL":1,"port":1}""")]
    [InlineData("""{"n":1,"P":0.1,"hash_name":"optimal","TTL":1,"port":1,"token_keys":["jti"]}""")]
    public void What_the_plugin_refuses_the_schema_refuses(string value) => Assert.NotEmpty(s_schema.Validate(JsonDocument.Parse(value).RootElement));
}
