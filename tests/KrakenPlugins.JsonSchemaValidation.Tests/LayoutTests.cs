using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.JsonSchemaValidation.Tests;

/// <summary>The plugin as the build lays it out.</summary>
public sealed class LayoutTests
{
    [Fact]
    public async Task It_is_found_loaded_and_used_from_its_folder()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/b", """{"id":"x"}""");
        await using var gateway = await TestGateway.StartAsync(
            """
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e","method":"POST","extra_config":{"validation/json-schema":{"type":"object"}},"backend":[{"url_pattern":"/b"}]},
              {"endpoint":"/r","method":"POST","extra_config":{"validation/response-json-schema":{"schema":{"properties":{"id":{"type":"integer"}}},"error":{"status":502}}},"backend":[{"url_pattern":"/b"}]}]}
            """,
            upstream.Host,
            new TestGatewayOptions { PluginFolders = [Path.GetDirectoryName(PluginFolder.Path)!] });

        Assert.Equal((400, 200, 502), (await PostAsync("/e", "[]"), await PostAsync("/e", "{}"), await PostAsync("/r", "{}")));

        async Task<int> PostAsync(string path, string body)
        {
            using var response = await gateway.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8));
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public void The_example_of_the_readme_is_valid()
    {
        using var example = JsonDocument.Parse(Regex.Match(File.ReadAllText(PluginFolder.File("README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);
        var endpoint = example.RootElement.GetProperty("endpoints")[0].GetProperty("extra_config");

        Assert.Empty(SchemaOf("request.schema.json").Validate(endpoint.GetProperty("validation/json-schema")));
        Assert.Empty(SchemaOf("response.schema.json").Validate(endpoint.GetProperty("validation/response-json-schema")));
    }

    private static Schema SchemaOf(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(PluginFolder.File(file)));
        return Schema.Compile(document.RootElement);
    }
}
