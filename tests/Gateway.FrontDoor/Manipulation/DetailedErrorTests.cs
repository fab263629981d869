using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary><c>backend/http</c> and <c>router.return_error_msg</c>.</summary>
public sealed class DetailedErrorTests
{
    private const string Details = """ "extra_config":{"backend/http":{"return_error_details":"backend_alias"}} """;
    private const string Code = """ "extra_config":{"backend/http":{"return_error_code":true}} """;

    [Fact, Spec("MAN-096", "MAN-097")]
    public async Task Details_appear_beside_the_data_of_the_others()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "cache_ttl":"1h" """, "", Details),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "404 page not found\n", 404, "text/plain; charset=utf-8"));

        var answer = await pipe.GetAsync("/x");

        answer.IsData(
            """{"a":1,"error_backend_alias":{"http_body":"404 page not found\n","http_body_encoding":"text/plain; charset=utf-8","http_status_code":404}}""", completed: false);
        Assert.Null(answer.CacheControl);
    }

    [Theory, Spec("MAN-096")]
    [InlineData("""{"error": "<x>"}""", """{"error_backend_alias":{"http_body":"{\"error\": \"\u003cx\u003e\"}","http_body_encoding":"application/json","http_status_code":503}}""")]
    [InlineData("", """{"error_backend_alias":{"http_body_encoding":"application/json","http_status_code":503}}""")]
    public async Task The_body_is_a_string_and_is_left_out_when_empty(string body, string expected) =>
        (await DataPipe.OneAsync(body, Details, status: 503)).IsData(expected, completed: false);

    [Fact, Spec("MAN-096")]
    public async Task A_body_that_is_no_text_has_one_replacement_per_byte() =>
        (await DataPipe.OneAsync([(byte)'<', 0xE2, 0x82, 0xFF, 0], Details, status: 500)).IsData(
            "{\"error_backend_alias\":{\"http_body\":\"\\u003c\uFFFD\uFFFD\uFFFD\\u0000\",\"http_body_encoding\":\"application/json\",\"http_status_code\":500}}", completed: false);

    [Fact, Spec("MAN-096")]
    public async Task Without_a_content_type_there_is_no_encoding()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno");
        await using var gateway = await TestGateway.StartAsync(DataPipe.One(Details), upstream.Url);

        Assert.Equal("""{"error_backend_alias":{"http_body":"no","http_status_code":500}}""", await gateway.Client.GetStringAsync("/x"));
    }

    [Theory, Spec("MAN-096", "MAN-101")]
    [InlineData("Content-Length: 9\r\n\r\nbroken")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n6\r\nbroken\r\nzz\r\n")]
    public async Task A_body_that_breaks_off_leaves_the_status(string rest)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 503 Oops\r\n" + rest);
        });
        await using var details = await TestGateway.StartAsync(DataPipe.One(Details), upstream.Url);
        await using var code = await TestGateway.StartAsync(DataPipe.One(Code), upstream.Url);
        await using var plain = await TestGateway.StartAsync(DataPipe.One(), upstream.Url);

        using var coded = await code.Client.GetAsync("/x");
        using var failed = await plain.Client.GetAsync("/x");

        Assert.Equal("""{"error_backend_alias":{"http_status_code":503}}""", await details.Client.GetStringAsync("/x"));
        Assert.Equal((503, ""), ((int)coded.StatusCode, await coded.Content.ReadAsStringAsync()));
        Assert.Equal((500, $"invalid status code 503 [GET /b]: {upstream.Url}/b"), ((int)failed.StatusCode, await failed.Content.ReadAsStringAsync()));
    }

    [Fact, Spec("MAN-096", "MAN-101")]
    public async Task A_body_above_the_limit_leaves_the_status()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(Code), upstream => upstream.Answer("/b", new string('x', 2048), 422), new TestGatewayOptions { Limits = new() { ErrorBody = 1024 } });

        var answer = await pipe.GetAsync("/x");

        Assert.Equal((422, ""), (answer.Status, answer.Body));
    }

    [Fact, Spec("MAN-097")]
    public async Task Without_a_failure_the_key_does_not_exist() =>
        (await DataPipe.OneAsync("""{"a":1}""", Details)).IsData("""{"a":1}""");

    [Fact, Spec("MAN-098")]
    public async Task The_key_is_at_the_root_whatever_the_shape_of_the_backend() =>
        (await DataPipe.OneAsync("no", """ "group":"g","allow":["x"],"target":"t","mapping":{"error_a":"y"},"extra_config":{"backend/http":{"return_error_details":"a"},"proxy":{"flatmap_filter":[{"type":"del","args":["error_a"]}]}} """, status: 404))
            .IsData("""{"error_a":{"http_body":"no","http_body_encoding":"application/json","http_status_code":404}}""", completed: false);

    [Theory, Spec("MAN-099")]
    [InlineData("/undecodable", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("/slow", "context deadline exceeded")]
    public async Task Other_failures_stay_failures(string path, string text)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(Details, """ "timeout":"300ms" """).Replace("\"/b\"", $"\"{path}\"", StringComparison.Ordinal),
            upstream => upstream.Answer("/undecodable", "nope").AnswerAfter(TimeSpan.FromSeconds(30), "/slow", "{}"));

        (await pipe.GetAsync("/x")).IsError(text);
    }

    [Fact, Spec("MAN-099")]
    public async Task A_refused_connection_stays_a_failure()
    {
        await using var gateway = await TestGateway.StartAsync(DataPipe.One(Details, root: ""), "http://127.0.0.1:11");
        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal((500, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory, Spec("MAN-100")]
    [InlineData(""" "flatmap_filter":[{"type":"move","args":["error_backend_alias.http_status_code","code"]},{"type":"del","args":["error_backend_alias"]}] """, """{"a":1,"code":404}""")]
    [InlineData(""" "static":{"strategy":"errored","data":{"s":1}} """, """{"a":1,"error_backend_alias":{"http_body":"no","http_body_encoding":"application/json","http_status_code":404}}""")]
    [InlineData(""" "static":{"strategy":"success","data":{"a":2}} """, """{"a":2,"error_backend_alias":{"http_body":"no","http_body_encoding":"application/json","http_status_code":404}}""")]
    [InlineData(""" "static":{"strategy":"incomplete","data":{"error_backend_alias":1}} """, """{"a":1,"error_backend_alias":1}""")]
    [InlineData(""" "static":{"strategy":"complete","data":{"error_backend_alias":1}} """, """{"a":1,"error_backend_alias":{"http_body":"no","http_body_encoding":"application/json","http_status_code":404}}""")]
    public async Task It_is_no_error_for_the_rest_of_the_pipe(string proxy, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many($$$""" "extra_config":{"proxy":{ {{{proxy}}} }} """, "", Details), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "no", 404));

        (await pipe.GetAsync("/x")).IsData(expected, completed: false);
        Assert.DoesNotContain("ERROR", pipe.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-100")]
    public async Task It_ends_a_sequence()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "extra_config":{"proxy":{"sequential":true}} """, "", Details, ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "", 404).Answer("/b2", """{"c":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1,"error_backend_alias":{"http_body_encoding":"application/json","http_status_code":404}}""", completed: false);
        Assert.Empty(pipe.Upstream.ReceivedAt("/b2"));
    }

    [Theory, Spec("MAN-101", "MAN-087")]
    [InlineData(404)]
    [InlineData(503)]
    [InlineData(202)]
    [InlineData(429)]
    public async Task Return_error_code_answers_with_the_status_alone(int status)
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One(Code, root: ""), upstream => upstream.On("/b", async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["X-Secret"] = "s";
            await context.Response.WriteAsync("its own text");
        }));

        var answer = await pipe.GetAsync("/x");

        answer.IsError("", status);
        Assert.Null(answer.Header("X-Secret"));
    }

    [Fact, Spec("MAN-102")]
    public async Task With_return_error_msg_the_body_and_its_type_are_returned_verbatim()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(Code, """ "output_encoding":"xml" """), upstream => upstream.Answer("/b", "{ \"why\": \"<x>\" }\n", 422, "application/problem+json"));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal("{ \"why\": \"<x>\" }\n", answer.Body);
        Assert.Equal((422, "application/problem+json", "false"), (answer.Status, answer.ContentType, answer.Completed));
    }

    [Fact, Spec("MAN-103")]
    public async Task With_several_backends_the_code_cannot_shape_the_answer()
    {
        await using var partial = await DataPipe.StartAsync(
            DataPipe.Many("", "", Code), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "text", 404));
        await using var failed = await DataPipe.StartAsync(
            DataPipe.Many("", Code, Code).Replace("\"return_error_msg\":true", "\"return_error_msg\":false", StringComparison.Ordinal),
            upstream => upstream.Answer("/b0", "text", 404).Answer("/b1", "text", 404));

        (await partial.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
        (await failed.GetAsync("/x")).IsError("");
    }

    [Theory, Spec("MAN-103", "MAN-016")]
    [InlineData(404, 200, 404, "text")]
    [InlineData(200, 404, 200, "{}")]
    public async Task In_a_sequence_the_code_of_the_first_backend_is_returned(int first, int second, int status, string body)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "extra_config":{"proxy":{"sequential":true}} """, Code, Code),
            upstream => upstream.Answer("/b0", first == 200 ? "{}" : "text", first, "text/plain").Answer("/b1", "{}", second));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal((status, body, "false"), (answer.Status, answer.Body, answer.Completed));
    }

    [Fact, Spec("MAN-104")]
    public async Task Of_both_options_details_count() =>
        (await DataPipe.OneAsync("", """ "extra_config":{"backend/http":{"return_error_code":true,"return_error_details":"d"}} """, status: 404))
            .IsData("""{"error_d":{"http_body_encoding":"application/json","http_status_code":404}}""", completed: false);

    [Fact, Spec("MAN-104")]
    public async Task An_empty_alias_switches_both_off() =>
        (await DataPipe.OneAsync("", """ "extra_config":{"backend/http":{"return_error_code":true,"return_error_details":""}} """, root: "", status: 404)).IsError("");

    [Theory, Spec("MAN-096", "MAN-101")]
    [InlineData("return_error_code\":true", 404)]
    [InlineData("return_error_details\":\"d\"", 200)]
    public async Task The_legacy_namespace_is_understood(string option, int status) =>
        Assert.Equal(status, (await DataPipe.OneAsync("", $$$""" "extra_config":{"github.com/devopsfaith/krakend/http":{"{{{option}}} }} """, status: 404)).Status);

    [Theory, Spec("MAN-105")]
    [InlineData("", "context deadline exceeded")]
    [InlineData(""" "output_encoding":"no-op" """, "context deadline exceeded")]
    public async Task Return_error_msg_explains_timeouts_in_data_and_no_op_endpoints(string endpoint, string text)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "timeout":"200ms" """ + (endpoint.Length == 0 ? "" : "," + endpoint)), upstream => upstream.AnswerAfter(TimeSpan.FromSeconds(30), "/b", "{}"));

        (await pipe.GetAsync("/x")).IsError(text);
    }

    [Fact, Spec("MAN-107")]
    public async Task Headers_of_an_error_reach_the_client()
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/refuse", ProxyStages.Policies, static (_, _, _) => new Refusal());
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "extra_config":{"test/refuse":{}} """), upstream => upstream.Answer("/b", "{}"), new TestGatewayOptions { Plugins = plugins });

        var answer = await pipe.GetAsync("/x");

        answer.IsError("who are you", 401);
        Assert.Equal("Bearer realm=\"r\"", answer.Header("WWW-Authenticate"));
    }

    private sealed class Refusal : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var headers = new NameValueList(ignoreCase: true);
            headers.Add("WWW-Authenticate", "Bearer realm=\"r\"");
            return new(new GatewayError(GatewayErrorKind.Rejected, "who are you", 401) { Headers = headers });
        }
    }
}
