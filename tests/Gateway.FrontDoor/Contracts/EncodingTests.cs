using Gateway.Core.Plugins;
using Gateway.FrontDoor.Manipulation;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Encodings that plugins bring.</summary>
public sealed class EncodingTests
{
    private const string Table = "id,name\n1,x\n2,y\n";

    [Theory, Spec("MAN-058", "MAN-083")]
    [InlineData(Table, "", """{"rows":[{"id":"1","name":"x"},{"id":"2","name":"y"}]}""")]
    [InlineData(Table, """ "is_collection":true """, """{"collection":[{"id":"1","name":"x"},{"id":"2","name":"y"}]}""")]
    [InlineData(Table, """ "allow":["other"] """, "{}")]
    [InlineData(Table, """ "deny":["rows"] """, "{}")]
    [InlineData(Table, """ "allow":["rows"],"mapping":{"rows":"lines"},"group":"g" """, """{"g":{"lines":[{"id":"1","name":"x"},{"id":"2","name":"y"}]}}""")]
    [InlineData(Table, """ "target":"rows.x","group":"g" """, """{"g":{}}""")]
    [InlineData(Table, """ "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["rows.*.id"]},{"type":"move","args":["rows.0","first"]}]}},"group":"g" """,
        """{"g":{"first":{"name":"x"},"rows":[{"name":"y"}]}}""")]
    [InlineData("-", "", "null")]
    [InlineData("-", """ "group":"g" """, """{"g":null}""")]
    public async Task A_decoder_of_a_plugin_gives_data_that_is_shaped_like_any_other(string body, string backend, string expected) =>
        Assert.Equal(expected, (await GetAsync(body, Backend(backend))).Body);

    [Theory, Spec("MAN-083")]
    [InlineData("a,b\n1\n", "line 2 has 1 fields and not 2")]
    [InlineData("?", "the answer is no csv")]
    public async Task What_a_decoder_refuses_is_a_failure_of_the_backend(string body, string expected) => (await GetAsync(body, Backend())).IsError(expected);

    [Fact]
    public async Task Backends_with_and_without_plugins_merge()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", """ "encoding":"csv" """, ""), upstream => upstream.Answer("/b0", Table).Answer("/b1", """{"j":1}"""), Options());

        (await pipe.GetAsync("/x")).IsData("""{"j":1,"rows":[{"id":"1","name":"x"},{"id":"2","name":"y"}]}""");
    }

    [Theory, Spec("MAN-072")]
    [InlineData(""" "output_encoding":"csv" """, DataPipe.ShowErrors, "id,name\n1,x\n2,y\n")]
    [InlineData(""" "output_encoding":"csv","separator":";" """, DataPipe.ShowErrors, "id;name\n1;x\n2;y\n")]
    [InlineData("", """ "output_encoding":"csv" """, "id,name\n1,x\n2,y\n")]
    public async Task A_render_of_a_plugin_writes_the_answer(string endpoint, string root, string expected)
    {
        var answer = await GetAsync(Table, Backend(), endpoint, root);

        Assert.Equal(expected, answer.Body);
        Assert.Equal("text/csv; charset=utf-8", answer.ContentType);
        Assert.Equal("true", answer.Completed);
    }

    [Fact, Spec("RTE-124")]
    public async Task A_render_that_throws_is_answered_500()
    {
        var answer = await GetAsync("""{"a":1}""", "", """ "output_encoding":"csv" """);

        answer.IsError("there are no rows to write");
    }

    [Theory, Spec("MAN-081", "MAN-082")]
    [InlineData("text/plain", "application/yaml; charset=utf-8")]
    [InlineData("application/x-yaml;q=0.1, application/json", "application/yaml; charset=utf-8")]
    [InlineData("application/xml", "application/xml")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    public async Task Negotiation_knows_yaml_when_a_plugin_writes_it(string accept, string expected) =>
        Assert.Equal(expected, (await GetAsync("{}", "", """ "output_encoding":"negotiate" """, accept: accept)).ContentType);

    [Theory, Spec("RTE-011")]
    [InlineData(""" "fail":1 """, "the decoder of /b does not like this")]
    [InlineData(""" "none":1 """, "the plugin made no decoder for the encoding \"csv\"")]
    public async Task A_decoder_that_cannot_be_built_fails_its_endpoint_alone(string backend, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One(Backend(backend)), static _ => { }, Options());

        Assert.Equal(500, (await pipe.GetAsync("/x")).Status);
        Assert.Equal(200, (await pipe.GetAsync("/__health")).Status);
        Assert.Contains(pipe.Gateway.Diagnostics.All, d => d.Severity == ConfigSeverity.Error && d.Message.Contains(expected, StringComparison.Ordinal));
    }

    private static string Backend(string attributes = "") => "\"encoding\":\"csv\"" + (attributes.Length == 0 ? "" : "," + attributes);

    private static async Task<Answer> GetAsync(string body, string backend, string endpoint = "", string root = DataPipe.ShowErrors, string? accept = null)
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One(backend, endpoint, root), upstream => upstream.Answer("/b", body), Options());
        return await pipe.GetAsync("/x", accept is null ? [] : [("Accept", accept)]);
    }

    private static TestGatewayOptions Options()
    {
        var registry = new PluginRegistry();
        new CsvPlugin().Register(registry);
        return new() { Plugins = registry };
    }
}
