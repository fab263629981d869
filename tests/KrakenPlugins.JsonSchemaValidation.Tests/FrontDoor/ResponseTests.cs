using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>Data of responses.</summary>
public sealed class ResponseTests
{
    private const string Ids = """{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}""";

    private static string Endpoint(string settings, string backend = "", string members = "") =>
        $$$$$"""{"endpoint":"/e",{{{{{members}}}}}"extra_config":{"validation/response-json-schema":{{{{{settings}}}}}},"backend":[{"url_pattern":"/b"{{{{{backend}}}}}}]}""";

    private static string Backend(string url, string settings, string members = "") =>
        $$$$$"""{"url_pattern":"{{{{{url}}}}}",{{{{{members}}}}}"extra_config":{"validation/response-json-schema":{{{{{settings}}}}}}}""";

    [Fact, Spec("MAN-181")]
    public async Task Data_that_matches_passes_and_other_data_becomes_the_configured_error()
    {
        var settings = $$$$$"""{"schema":{{{{{Ids}}}}},"error":{"status":401,"body":"{\"no\":1}","content_type":"application/json"}}""";
        await using var good = await Front.StartAsync(Endpoint(settings), answer: """{"id":12345678901234567890,"z":[1.0],"a":"<"}""");
        await using var bad = await Front.StartAsync(Endpoint(settings), answer: """{"id":"secret"}""");

        Assert.Equal((200, """{"a":"\u003c","id":12345678901234567890,"z":[1.0]}""", "true"), await good.SendAsync(HttpMethod.Get, "/e") is var g ? (g.Status, g.Body, g.Completed) : default);
        var reply = await bad.SendAsync(HttpMethod.Get, "/e");
        Assert.Equal(new Reply(401, """{"no":1}""", "application/json", "false"), reply);
        Assert.DoesNotContain("secret", bad.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-182")]
    public async Task Without_a_body_of_its_own_the_error_is_500_and_lists_what_is_wrong_but_no_values()
    {
        await using var front = await Front.StartAsync(
            Endpoint("""{"schema":{"properties":{"id":{"pattern":"^[0-9]+$"},"kind":{"enum":["a","b"]},"n":{"maximum":3}},"required":["x"]}}"""), answer: """{"id":"secret","kind":"hidden","n":4711}""");

        var reply = await front.SendAsync(HttpMethod.Get, "/e");

        Assert.Equal((500, "text/plain"), (reply.Status, reply.ContentType));
        Assert.Contains("- (root): x is required", reply.Body.Split('\n'));
        Assert.Contains("- id: Does not match pattern '^[0-9]+$'", reply.Body.Split('\n'));
        Assert.All(["secret", "hidden", "4711"], value => Assert.DoesNotContain(value, reply.Body, StringComparison.Ordinal));
    }

    [Fact, Spec("MAN-183")]
    public async Task A_backend_is_judged_behind_its_own_manipulations_and_the_endpoint_behind_the_merge()
    {
        var first = Backend("/1", """{"schema":{"properties":{"one":{"required":["number"],"maxProperties":1}},"required":["one"],"maxProperties":1}}""", "\"target\":\"data\",\"allow\":[\"id\"],\"mapping\":{\"id\":\"number\"},\"group\":\"one\",");
        await using var front = await Front.StartAsync(
            $$$$$"""
            {"endpoint":"/e","extra_config":{"validation/response-json-schema":{"schema":{"required":["one","two"],"maxProperties":2}}},"backend":[
              {{{{{first}}}}},
              {"url_pattern":"/2","group":"two"}]}
            """,
            answer: """{"data":{"id":1,"more":2}}""");

        var reply = await front.SendAsync(HttpMethod.Get, "/e");

        Assert.Equal((200, """{"one":{"number":1},"two":{"data":{"id":1,"more":2}}}"""), (reply.Status, reply.Body));
    }

    [Fact, Spec("MAN-183")]
    public async Task The_endpoint_is_judged_behind_everything_else_that_works_on_its_answer()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","extra_config":{"validation/response-json-schema":{"schema":{"required":["mark"]}},"t/mark":{}},"backend":[{"url_pattern":"/b"}]}""",
            answer: """{"id":1}""",
            components: static registry => registry.Proxy("t/mark", ProxyStages.FinalResponse, static (_, _, _) => new Marking()));

        Assert.Equal((200, """{"id":1,"mark":true}"""), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
    }

    [Fact, Spec("MAN-184")]
    public async Task A_backend_whose_data_does_not_match_fails_alone_among_several_and_stops_a_sequence()
    {
        var failing = Backend("/bad", $$$$$"""{"schema":{"required":["none"]},"error":{"status":418,"body":"teapot"}}""");
        await using var front = await Front.StartAsync($$$$$"""
            {"endpoint":"/single","backend":[{{{{{failing}}}}}]},
            {"endpoint":"/several","backend":[{{{{{failing}}}}},{"url_pattern":"/good"}]},
            {"endpoint":"/sequence","extra_config":{"proxy":{"sequential":true}},"backend":[{{{{{failing}}}}},{"url_pattern":"/next"}]}
            """, answer: """{"id":1}""");

        var single = await front.SendAsync(HttpMethod.Get, "/single");
        var several = await front.SendAsync(HttpMethod.Get, "/several");
        await front.SendAsync(HttpMethod.Get, "/sequence");

        Assert.Equal((418, "teapot"), (single.Status, single.Body));
        Assert.Equal((200, """{"id":1}""", "false"), (several.Status, several.Body, several.Completed));
        Assert.Empty(front.Upstream.ReceivedAt("/next"));
    }

    [Theory, Spec("MAN-185")]
    [InlineData("http://json-schema.org/draft-04/schema#")]
    [InlineData("http://json-schema.org/draft-06/schema#")]
    [InlineData("http://json-schema.org/draft-07/schema#")]
    public async Task The_drafts_are_known(string draft)
    {
        await using var front = await Front.StartAsync(Endpoint($$$$$"""{"schema":{"$schema":"{{{{{draft}}}}}","required":["id"]}}"""), answer: """{"x":1}""");

        Assert.Equal(500, (await front.SendAsync(HttpMethod.Get, "/e")).Status);
    }

    [Fact, Spec("MAN-185")]
    public async Task A_schema_that_cannot_be_used_lets_nothing_through()
    {
        var settings = """{"schema":{"type":"objekt"},"error":{"status":503,"body":"no"}}""";
        await using var front = await Front.StartAsync($$$$$"""{{{{{Endpoint(settings)}}}}},{"endpoint":"/b","backend":[{{{{{Backend("/c", settings)}}}}}]}""", answer: """{"id":"secret"}""");

        Assert.Equal((503, "no"), await front.SendAsync(HttpMethod.Get, "/e") is var e ? (e.Status, e.Body) : default);
        Assert.Equal((503, "no"), await front.SendAsync(HttpMethod.Get, "/b") is var b ? (b.Status, b.Body) : default);
        Assert.Empty(front.Upstream.Received);
        await front.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /e][ResponseJSONSchema] Parsing the definition: ");
    }

    [Theory, Spec("MAN-182", "MAN-185")]
    [InlineData("{}", "schema")]
    [InlineData("""{"schema":{},"error":{"status":99}}""", "99 is no HTTP status")]
    [InlineData("""{"schema":{},"error":{"content_type":"a\r\nX: b"}}""", "is no media type")]
    public async Task Settings_that_cannot_be_used_are_an_error_and_the_endpoint_answers_500(string settings, string reason)
    {
        await using var front = await Front.StartAsync(Endpoint(settings), answer: """{"id":"secret"}""");

        Assert.Equal((500, ""), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact, Spec("MAN-186")]
    public async Task A_no_op_pipe_is_left_alone_with_a_warning()
    {
        await using var front = await Front.StartAsync(
            Endpoint("""{"schema":{"required":["none"]}}""", ",\"encoding\":\"no-op\",\"extra_config\":{\"validation/response-json-schema\":{\"schema\":{\"required\":[\"none\"]}}}", "\"output_encoding\":\"no-op\","), answer: """{"id":1}""");

        Assert.Equal((200, """{"id":1}"""), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
        await front.Gateway.WaitForLogAsync("WARNING: [ENDPOINT: /e][ResponseJSONSchema] Nothing is validated here: a no-op pipe has no data");
    }

    [Fact, Spec("MAN-186")]
    public async Task A_list_is_judged_in_its_wrapped_form()
    {
        await using var front = await Front.StartAsync(
            Endpoint("""{"schema":{"properties":{"collection":{"items":{"type":"integer"}}},"required":["collection"]}}""", ",\"is_collection\":true"), answer: "[1,2]");

        Assert.Equal((200, """{"collection":[1,2]}"""), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
    }

    [Fact, Spec("MAN-181")]
    public async Task The_old_form_as_a_modifier_works()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","extra_config":{"plugin/req-resp-modifier":{"name":["response-schema-validator"],"response-schema-validator":{"schema":{"required":["none"]},"error":{"status":401,"body":"no"}}}},"backend":[{"url_pattern":"/b"}]}""",
            answer: """{"id":1}""");

        Assert.Equal((401, "no"), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
    }

    private sealed class Marking : Sdk.Proxy.IProxyMiddleware
    {
        public async ValueTask<Sdk.Proxy.ProxyResult> InvokeAsync(Sdk.Proxy.ProxyRequest request, Sdk.Proxy.ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            result.Response!.Data!.Tree["mark"] = Sdk.Data.DataBoolean.True;
            return result;
        }
    }
}
