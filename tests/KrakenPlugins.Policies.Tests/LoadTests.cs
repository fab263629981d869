using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Policies.Tests;

/// <summary>What becomes of policies when the gateway starts.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("\"req\":{\"policies\":[\"true\",\"req_method ==\"]}", "security/policies.req.policies[1]: ")]
    [InlineData("\"req\":{\"policies\":[\"req_metod == 'GET'\"]}", "did you mean \"req_method\"")]
    [InlineData("\"req\":{\"policies\":[\"\"]}", "expected an expression")]
    [InlineData("\"req\":{\"policies\":[1]}", "expected an expression")]
    [InlineData("\"req\":{\"policies\":\"true\"}", "expected a list of expressions")]
    [InlineData("\"req\":{}", "expected a list of expressions")]
    [InlineData("\"req\":{\"policies\":[\"resp_completed\"]}", "do not know resp_*")]
    [InlineData("\"req\":{\"policies\":[\"has(JWT.a)\"]}", "do not know JWT")]
    [InlineData("\"resp\":{\"policies\":[\"has(JWT.a)\"]}", "do not know JWT")]
    [InlineData("\"jwt\":{\"policies\":[\"req_method == 'GET'\"]}", "do not know req_*")]
    [InlineData("\"jwt\":{\"policies\":[\"hasHeader('a')\"]}", "do not know req_*")]
    [InlineData("\"req\":{\"policies\":[\"req_headers.X-Forwarded-For[0] == 'a'\"]}", "security/policies.req.policies[0]: ")]
    [InlineData("\"req\":{\"policies\":[\"quotaProcesor('a') == 1\"]}", "the advanced macros are base64.decode, base64.encode, between, ")]
    [InlineData("\"req\":{\"policies\":[\"hasHeaders('a')\"]}", "hasHeader")]
    [InlineData("\"req\":{\"policies\":[\"req_method.matches('(a)\\\\\\\\1')\"]}", "security/policies.req.policies[0]: ")]
    [InlineData("\"req\":{\"policies\":[\"req_method.matches('(?<=a)b')\"]}", "security/policies.req.policies[0]: ")]
    [InlineData("\"req\":{\"policies\":[\"true\"],\"error\":{\"status\":99}}", "expected a status from 200 to 599")]
    [InlineData("\"req\":{\"policies\":[\"true\"],\"error\":{\"status\":\"x\"}}", "security/policies.req.error.status: ")]
    [InlineData("\"req\":{\"policies\":[\"true\"],\"error\":{\"content_type\":\"a\\r\\nX-B: c\"}}", "without line breaks")]
    [InlineData("\"req\":7", "security/policies.req: ")]
    [InlineData("\"disable_macros\":true,\"req\":{\"policies\":[\"hasHeader('a')\"]}", "disabled by \"disable_macros\"")]
    [InlineData("\"disable_advanced_macros\":true,\"req\":{\"policies\":[\"isEmpty('')\"]}", "disabled by \"disable_macros\"")]
    [InlineData("\"disable_macros\":true,\"req\":{\"policies\":[\"'A'.lowerAscii() == 'a'\"]}", "disabled by \"disable_macros\"")]
    [Spec("SEC-061", "SEC-070", "SEC-076", "SEC-080", "SEC-083", "SEC-097", "SEC-220")]
    public async Task What_does_not_compile_refuses_the_start(string policies, string reason)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(policies)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Matches(@"krakend-[0-9a-f]+\.json:\d+:\d+ ", exception.Message);
    }

    [Fact]
    [Spec("SEC-062", "SEC-080")]
    public async Task Backends_have_no_policies_over_tokens()
    {
        var backend = $$$$$""","extra_config":{"security/policies":{{{{{{Group.Of("jwt", "", "has(JWT.a)")}}}}}}}""";
        var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
            Front.StartAsync(new PoliciesPlugin(), $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b"{{{{{backend}}}}}}]}"""));

        Assert.Contains("propagate_claims", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"security/policies\":{\"jwt\":{\"policies\":[\"JWT.a ==\"]}}", "security/policies.jwt.policies[0]: ")]
    [InlineData("\"security/policies\":{\"jwt\":{\"policies\":[\"JWT.a == 1\"]},\"debug\":\"x\"}", "security/policies.debug: ")]
    [Spec("SEC-061")]
    public async Task Policies_over_tokens_refuse_the_start_where_no_pipe_reads_them_too(string policies, string reason)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(
            new PoliciesPlugin(),
            $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/validator":{},"test/connection":{},{{{{{policies}}}}}}}""",
            others: static registry => registry.Connection("test/connection", static (_, _, _) => new Silent())));

        Assert.Equal(2, exception.Message.Split(reason).Length);
    }

    [Theory]
    [InlineData("\"req\":{\"policies\":[\"true\"]}", true)]
    [InlineData("\"jwt\":{\"policies\":[\"true\"]},\"resp\":{\"policies\":[\"true\"]}", true)]
    [InlineData("\"jwt\":{\"policies\":[\"true\"]}", false)]
    [Spec("EXT-190")]
    public async Task Rules_over_requests_refuse_the_start_where_a_plugin_takes_connections_over(string policies, bool refuses)
    {
        async Task StartAsync()
        {
            await using var front = await Front.StartAsync(
                new PoliciesPlugin(),
                $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/validator":{},"test/connection":{},"security/policies":{{{{{{policies}}}}}}}}""",
                others: static registry => registry.Connection("test/connection", static (_, _, _) => new Silent()));
            Assert.Empty(front.Gateway.Diagnostics.All);
        }

        if (refuses)
            Assert.Contains("\"security/policies\" would never be asked", (await Assert.ThrowsAnyAsync<Exception>(StartAsync)).Message, StringComparison.Ordinal);
        else
            await StartAsync();
    }

    [Fact]
    [Spec("SEC-070")]
    public async Task Without_macros_the_standard_functions_stay()
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(
            "\"disable_macros\":true," + Group.Of("req", "", "req_params.Id.startsWith('1') && size(req_params.Id) == 1 && [1, 2].exists(x, x == 2)")));

        Assert.Equal(200, (await front.GetAsync("/e/1")).Status);
    }

    [Fact]
    [Spec("SEC-061")]
    public async Task The_error_of_a_group_over_tokens_has_no_effect_and_a_warning_says_so()
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint(Group.Of("jwt", """{"status":418,"body":"x"}""", "has(JWT.a)"), extra: "\"auth/validator\":{},"));

        var reply = await front.GetAsync("/e/1", "X-Token: {}");

        Assert.Equal((401, ""), (reply.Status, reply.Body));
        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains("401 and an empty body", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("SEC-074")]
    public async Task A_gateway_without_the_plugin_does_not_start()
    {
        await using var upstream = await Upstream.StartAsync();

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => TestGateway.StartAsync(
            $$$$$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{{{{{Group.Endpoint(Group.Of("req", "", "true"))}}}}}]}""", upstream.Host));

        Assert.Contains("security/policies", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugin_works_as_it_is_laid_out_with_the_example_of_its_readme()
    {
        var folder = Path.Combine(PluginFolder.Of("Policies"), "policies");
        var example = Regex.Match(await File.ReadAllTextAsync(Path.Combine(folder, "README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var schema = Schema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "policies.schema.json"))).RootElement);
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/docs/EU1", """{"message":"text"}""").Answer("/docs/EU2", "{}");
        await using var gateway = await TestGateway.StartAsync(example, upstream.Host, new TestGatewayOptions { PluginFolders = [PluginFolder.Of("Policies")] });

        var replies = new List<(int, string)>();
        foreach (var path in new[] { "/legal/document/EU1?q=1", "/legal/document/US1?q=1", "/legal/document/EU1", "/legal/document/EU2?q=1" })
        {
            using var response = await gateway.Client.GetAsync(path);
            replies.Add(((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        Assert.Equal([(200, """{"message":"text"}"""), (400, """{"message":"wrong request"}"""), (400, """{"message":"wrong request"}"""), (503, "the document is empty")], replies);
        Assert.Empty(schema.Validate(JsonDocument.Parse(example).RootElement.GetProperty("endpoints")[0].GetProperty("extra_config").GetProperty("security/policies")));
    }

    [Theory]
    [InlineData("""{"req":{"policies":["true"],"error":{"status":403}},"@c":1,"disable_advanced_macros":true}""", true)]
    [InlineData("""{"req":{"policies":[]}}""", false)]
    [InlineData("""{"req":{"policies":["true"],"error":{"status":99}}}""", false)]
    [InlineData("""{"request":{"policies":["true"]}}""", false)]
    [InlineData("""{"jwt":{"policies":["true"],"error":{"status":403}}}""", false)]
    public void The_schema_accepts_what_the_plugin_accepts(string json, bool isValid)
    {
        var schema = Schema.Compile(JsonDocument.Parse(File.ReadAllText(Path.Combine(PluginFolder.Of("Policies"), "policies", "policies.schema.json"))).RootElement);

        Assert.Equal(isValid, schema.IsValid(JsonDocument.Parse(json).RootElement));
    }

    private sealed class Silent : IConnectionHandler
    {
        public Task RunAsync(HttpContext context, CancellationToken closing) => Task.CompletedTask;
    }
}
