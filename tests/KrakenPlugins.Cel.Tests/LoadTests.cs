using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Testing;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Cel.Tests;

/// <summary>What becomes of definitions when the gateway starts.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("""[{"check_expr":"req_method =="}]""", "validation/cel[0].check_expr: \"req_method ==\", line 1, column 14: ")]
    [InlineData("""[{"check_expr":"true"},{"check_expr":"1 + 'a' == 2"}]""", "validation/cel[1].check_expr: ")]
    [InlineData("""[{"check_expr":"req_metod == 'GET'"}]""", "did you mean \\\"req_method\\\"")]
    [InlineData("""[{"check_expr":"hasHeader('X-A')"}]""", "hasHeader")]
    [InlineData("""[{"check_expr":"getHeader('X-A') == '1'"}]""", "getHeader")]
    [InlineData("""[{"check_expr":"geoIP().Country.IsoCode == 'FR'"}]""", "geoIP")]
    [InlineData("""[{"check_expr":"req_method.lowerAscii() == 'get'"}]""", "lowerAscii")]
    [InlineData("""[{"check_expr":"resp_data.sequence-2.message == 'pong'"}]""", "validation/cel[0].check_expr: ")]
    [InlineData("""[{"check_expr":"req_method.matches('(a')"}]""", "validation/cel[0].check_expr: ")]
    [InlineData("""[{"check_expr":"req_method.matches('(a)\\\\1')"}]""", "validation/cel[0].check_expr: ")]
    [InlineData("""[{"check_expr":"req_method.matches('(?=a)')"}]""", "validation/cel[0].check_expr: ")]
    [InlineData("""[{"check_expr":""}]""", "expected an expression")]
    [InlineData("""[{"check_expr":1}]""", "expected an expression")]
    [InlineData("""[{}]""", "expected an expression")]
    [InlineData("""[1]""", "expected an object with \"check_expr\"")]
    [InlineData("""{"check_expr":"true"}""", "expected a list of expressions")]
    [InlineData("""[{"check_expr":"JWT.a == 1 && req_method == 'GET'"}]""", "make two expressions of it")]
    [InlineData("""[{"check_expr":"value == 'gold'"}]""", "tiered rate limits")]
    [Spec("RTE-217", "RTE-228", "RTE-229", "RTE-230", "RTE-233", "SEC-076", "SEC-083", "SEC-089")]
    public async Task A_bad_definition_refuses_the_start(string definition, string reason)
    {
        foreach (var endpoint in new[]
        {
            $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":{{{{{definition}}}}}}}""",
            $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"validation/cel":{{{{{definition}}}}}}}]}""",
        })
        {
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(new CelPlugin(), endpoint));

            Assert.Contains(definition.Contains("JWT", StringComparison.Ordinal) && endpoint.Contains("\"/b\",", StringComparison.Ordinal) ? "propagate_claims" : reason.Replace("\\\"", "\"", StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Spec("RTE-228")]
    public async Task The_position_points_into_the_expression()
    {
        const string Prefix = """{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":[{"check_expr":""";
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(new CelPlugin(), "\n" + Prefix + """ "'\"' == 'a' && req_oops == 1"}]}}"""));

        Assert.Matches($@":2:{Prefix.Length + 1 + 1 + "'\\\"' == 'a' && ".Length + 1} ", exception.Message);
    }

    [Fact]
    [Spec("RTE-228")]
    public async Task A_reload_with_a_bad_expression_keeps_the_guard_that_works()
    {
        const string Endpoint = """{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":[{"check_expr":"$"}]}}""";
        await using var front = await Front.StartAsync(new CelPlugin(), Endpoint.Replace("$", "req_method == 'POST'", StringComparison.Ordinal));

        await Assert.ThrowsAnyAsync<Exception>(() => front.Gateway.ReloadAsync($$$$$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{{{{{Endpoint.Replace("$", "oops", StringComparison.Ordinal)}}}}}]}"""));

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        Assert.Empty(front.Upstream.Received);
    }

    [Fact]
    public async Task A_leftover_and_comments_have_no_effect_and_the_old_name_works()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), """
            {"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"github.com/devopsfaith/krakend-cel":[{"@comment":"x","check_expr":"req_method == 'POST'","mod_expr":"oops("}]}}
            """);

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
    }

    [Fact]
    public async Task A_result_that_is_never_true_is_worth_a_warning()
    {
        await using var front = await Front.StartAsync(
            new CelPlugin(), """{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":[{"check_expr":"size(req_params)"}]}}""");

        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains("never true", StringComparison.Ordinal));
        Assert.Equal(500, (await front.GetAsync("/e")).Status);
    }

    [Fact]
    public void The_schema_accepts_what_the_plugin_accepts()
    {
        var folder = Path.Combine(PluginFolder.Of("Cel"), "cel");
        var schema = Schema.Compile(JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cel.schema.json"))).RootElement);

        Assert.Empty(schema.Validate(JsonDocument.Parse("""[{"check_expr":"true","@c":1}]""").RootElement));
        Assert.NotEmpty(schema.Validate(JsonDocument.Parse("""[{"check_exp":"true"}]""").RootElement));
        Assert.NotEmpty(schema.Validate(JsonDocument.Parse("""[]""").RootElement));
        Assert.NotEmpty(schema.Validate(JsonDocument.Parse("""{"check_expr":"true"}""").RootElement));
    }

    [Fact]
    public async Task The_plugin_works_as_it_is_laid_out_with_the_example_of_its_readme()
    {
        var example = Regex.Match(await File.ReadAllTextAsync(Path.Combine(PluginFolder.Of("Cel"), "cel", "README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/users/kate", """{"name":"kate","company":"acme"}""").Answer("/users/kim", """{"name":"kim"}""");
        await using var gateway = await TestGateway.StartAsync(example, upstream.Host, new TestGatewayOptions { PluginFolders = [PluginFolder.Of("Cel")] });

        var statuses = new List<int>();
        foreach (var path in new[] { "/nick/kate", "/nick/ray", "/nick/kim" })
        {
            using var response = await gateway.Client.GetAsync(path);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([200, 500, 500], statuses);
        Assert.Equal(["/users/kate", "/users/kim"], upstream.Received.Select(static r => r.Target));
    }

    [Fact]
    [Spec("RTE-210")]
    public async Task Backends_are_guarded_inside_of_their_rate_limit_and_circuit_breaker()
    {
        await using var host = PluginTestHost.Create<CelPlugin>();

        var stage = host.Registrations.Single(static r => r.Layer == "backend").Stage;

        Assert.True(stage.Order > BackendStages.RateLimit.Order && stage.Order > BackendStages.CircuitBreaker.Order);
    }
}
