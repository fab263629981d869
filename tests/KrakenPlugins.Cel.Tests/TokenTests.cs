using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Cel.Tests;

/// <summary>Expressions over claims.</summary>
public sealed class TokenTests
{
    [Theory]
    [InlineData("""{"user_id":"a","enabled_days":[6,7],"role":"x"}""", 200)]
    [InlineData("""{"user_id":"a","enabled_days":[1,2],"role":"x"}""", 401)]
    [InlineData("""{"user_id":"a","role":"x"}""", 401)]
    [InlineData("""{"user_id":"a","enabled_days":"6","role":"x"}""", 401)]
    [InlineData("""{"user_id":"a","enabled_days":[6,7],"role":"y"}""", 403)]
    [InlineData("""{"user_id":"a","enabled_days":[1,2],"role":"y"}""", 401)]
    [Spec("RTE-211", "RTE-222")]
    public async Task Claims_are_judged_before_roles_and_without_a_word(string token, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/validator":{"roles":["x"]},
             "validation/cel":{{{{{Definitions.Of("has(JWT.user_id) && has(JWT.enabled_days) && (timestamp(now).getDayOfWeek() in JWT.enabled_days)")}}}}}}}
            """, time: FixedTime.At("2026-11-21T10:00:00Z"));

        var reply = await front.GetAsync("/e", $"X-Token: {token}");

        Assert.Equal(status, reply.Status);
        if (status != 200)
            Assert.Equal(("", null, null), (reply.Body, reply.Header("Content-Type"), reply.Header("X-Krakend")));
        Assert.Equal(status == 200 ? 1 : 0, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("RTE-202", "RTE-212")]
    public async Task The_five_points_come_in_their_order()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"validation/cel":{{{{{Definitions.Of("resp_completed", "req_method == 'GET'")}}}}}}}],
             "extra_config":{"auth/validator":{},"validation/cel":{{{{{Definitions.Of("resp_completed", "req_method == 'GET'", "has(JWT.a)")}}}}}}}
            """);

        var reply = await front.GetAsync("/e", """X-Token: {"a":1}""");

        Assert.Equal(200, reply.Status);
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][CEL][post] Evaluator #0 result: true");
        var log = front.Gateway.Log;
        string[] lines =
        [
            "DEBUG: [ENDPOINT: /e][CEL] Rejecter #0 result: true",
            "DEBUG: [ENDPOINT: /e][CEL][pre] Evaluator #0 result: true",
            "DEBUG: [BACKEND: GET /e -> /b][CEL][pre] Evaluator #0 result: true",
            "DEBUG: [BACKEND: GET /e -> /b][CEL][post] Evaluator #0 result: true",
            "DEBUG: [ENDPOINT: /e][CEL][post] Evaluator #0 result: true",
        ];
        var places = lines.Select(line => log.IndexOf(line, StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    [Spec("RTE-211")]
    public async Task Without_a_validator_expressions_over_claims_never_run_and_a_warning_says_so()
    {
        await using var front = await Front.StartAsync(
            new CelPlugin(), $$$$$"""{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":{{{{{Definitions.Of("has(JWT.a)")}}}}}}}""");

        Assert.Equal(200, (await front.GetAsync("/e")).Status);
        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains("auth/validator", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("RTE-211")]
    public async Task Claims_that_cannot_be_seen_refuse()
    {
        var guards = Guards.Read(TestConfig.Parse(Definitions.Of("!has(JWT.blocked)")), isBackend: false, new());
        using var context = new TestContext();

        var refusal = await new CelRejecter(guards.Token, context).RejectAsync(new TextClaims(), new DefaultHttpContext(), CancellationToken.None);

        Assert.Equal(401, refusal?.StatusCode);
    }

    private sealed class TextClaims : IClaims
    {
        public string? GetText(string name) => "x";
    }
}
