using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary><c>return_error_code</c>, <c>return_error_details</c>, and errors of components.</summary>
public sealed class ErrorOptionsTests : IAsyncLifetime
{
    private const string Code = "\"extra_config\":{\"backend/http\":{\"return_error_code\":true}}";
    private const string Endpoints = """
        "endpoints":[
          {"endpoint":"/code/{status}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/status/{status}",$CODE}]},
          {"endpoint":"/path/{name}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{name}",$CODE}]},
          {"endpoint":"/pair/{a}/{b}","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/{a}",$CODE},
            {"host":["$UPSTREAM"],"url_pattern":"/status/{b}",$CODE}]},
          {"endpoint":"/sequence/{a}/{b}","extra_config":{"proxy":{"sequential":true}},"backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/{a}",$CODE},
            {"host":["$UPSTREAM"],"url_pattern":"/status/{b}",$CODE}]},
          {"endpoint":"/details/{status}","cache_ttl":"60s","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/{status}","extra_config":{"backend/http":{"return_error_details":"b"}}}]},
          {"endpoint":"/details-path/{name}","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/{name}","extra_config":{"backend/http":{"return_error_details":"b"}}}]},
          {"endpoint":"/both","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/404","extra_config":{"backend/http":{"return_error_details":"b","return_error_code":true}}}]},
          {"endpoint":"/no-alias","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/404","extra_config":{"backend/http":{"return_error_details":""}}}]},
          {"endpoint":"/merged-details","cache_ttl":"60s","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/200"},
            {"host":["$UPSTREAM"],"url_pattern":"/status/404","extra_config":{"backend/http":{"return_error_details":"b"}}}]},
          {"endpoint":"/component/{name}","extra_config":{"test/component":{}},"backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/200"}]}]
        """;

    private Upstream _upstream = null!;
    private TestGateway _silent = null!;
    private TestGateway _telling = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream
            .On("/huge", static async context =>
            {
                context.Response.StatusCode = 404;
                await context.Response.Body.WriteAsync(new byte[(1 << 20) + 1]);
            })
            .On("/bare", static context =>
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            })
            .OnAny(static async context =>
            {
                var status = context.Request.Path.Value!.Split('/')[^1];
                context.Response.StatusCode = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
                context.Response.Headers["X-Backend"] = "secret";
                context.Response.Headers.RetryAfter = "5";
                context.Response.ContentType = status == "200" ? "application/json" : "application/problem+json";
                if (context.Response.StatusCode is not (204 or 205 or 304))
                    await context.Response.WriteAsync($$"""{"status":{{status}}}""");
            });
        var plugins = new PluginRegistry();
        plugins.Proxy("test/component", ProxyStages.Policies, static (_, _, _) => new FailingComponent());
        _silent = await TestGateway.StartAsync(Configuration(""), _upstream.Host, new() { Plugins = plugins });
        _telling = await TestGateway.StartAsync(Configuration("\"extra_config\":{\"router\":{\"return_error_msg\":true}},"), _upstream.Host, new() { Plugins = plugins });
    }

    public async Task DisposeAsync()
    {
        await _silent.DisposeAsync();
        await _telling.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private static string Configuration(string router) =>
        "{\"version\":3," + router + Endpoints.Replace("$CODE", Code, StringComparison.Ordinal) + "}";

    [Theory, Spec("RTE-110", "RTE-124")]
    [InlineData(202)]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task The_status_of_the_only_backend_is_returned_and_its_body_only_when_asked_for(int status)
    {
        var silent = await _silent.GetAsync($"/code/{status}");
        var telling = await _telling.GetAsync($"/code/{status}");

        Assert.Equal((status, "", "false"), (silent.Status, silent.Body, silent.Completed));
        Assert.Equal((status, $$"""{"status":{{status}}}""", "false"), (telling.Status, telling.Body, telling.Completed));
        Assert.Equal("application/problem+json", telling.Header("Content-Type"));
        foreach (var reply in new[] { silent, telling })
        {
            Assert.Null(reply.Header("X-Backend"));
            Assert.Null(reply.Header("Retry-After"));
        }
    }

    [Theory, Spec("RTE-110")]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    public async Task A_status_that_has_no_body_is_returned_too(int status)
    {
        foreach (var gateway in new[] { _silent, _telling })
        {
            var reply = await gateway.GetAsync($"/code/{status}");

            Assert.Equal((status, "", "false"), (reply.Status, reply.Body, reply.Completed));
        }
    }

    [Fact, Spec("RTE-110")]
    public async Task An_error_body_that_is_too_large_is_left_out_and_the_status_stays()
    {
        var reply = await _telling.GetAsync("/path/huge");

        Assert.Equal((404, ""), (reply.Status, reply.Body));
    }

    [Fact, Spec("RTE-110")]
    public async Task A_success_is_not_changed_by_return_error_code()
    {
        var reply = await _silent.GetAsync("/code/201");

        Assert.Equal((200, """{"status":201}""", "true"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-111", "RTE-124")]
    public async Task Details_of_a_failure_become_data()
    {
        var reply = await _silent.GetAsync("/details/404");

        Assert.Equal((200, "false"), (reply.Status, reply.Completed));
        Assert.Equal(
            """{"error_b":{"http_body":"{\"status\":404}","http_body_encoding":"application/problem+json","http_status_code":404}}""",
            reply.Body);
        Assert.Null(reply.Header("Cache-Control"));
    }

    [Fact, Spec("RTE-111")]
    public async Task Details_without_body_and_type_have_no_such_keys()
    {
        Assert.Equal("""{"error_b":{"http_status_code":404}}""", (await _silent.GetAsync("/details-path/bare")).Body);
    }

    [Fact, Spec("RTE-111")]
    public async Task A_success_has_no_details()
    {
        var reply = await _silent.GetAsync("/details/200");

        Assert.Equal(("""{"status":200}""", "true"), (reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-111")]
    public async Task Details_win_over_the_code()
    {
        var reply = await _silent.GetAsync("/both");

        Assert.Equal((200, "false"), (reply.Status, reply.Completed));
        Assert.StartsWith("""{"error_b":""", reply.Body);
    }

    [Fact, Spec("RTE-111")]
    public async Task An_empty_alias_means_no_details()
    {
        var reply = await _silent.GetAsync("/no-alias");

        Assert.Equal((500, "", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-111", "RTE-129")]
    public async Task Details_of_one_backend_stand_beside_the_data_of_another()
    {
        var reply = await _silent.GetAsync("/merged-details");

        Assert.Equal((200, "false"), (reply.Status, reply.Completed));
        Assert.EndsWith("\"http_status_code\":404},\"status\":200}", reply.Body);
        Assert.Null(reply.Header("Cache-Control"));
    }

    [Fact, Spec("RTE-112")]
    public async Task The_codes_of_several_backends_are_not_used()
    {
        var failed = await _silent.GetAsync("/pair/404/404");
        var partial = await _silent.GetAsync("/pair/200/404");

        Assert.Equal((500, ""), (failed.Status, failed.Body));
        Assert.Equal((200, """{"status":200}""", "false"), (partial.Status, partial.Body, partial.Completed));
    }

    [Fact, Spec("RTE-112", "RTE-153")]
    public async Task The_code_of_the_first_step_of_a_sequence_is_used_and_that_of_a_later_one_is_not()
    {
        var first = await _silent.GetAsync("/sequence/404/200");
        var second = await _silent.GetAsync("/sequence/200/404");

        Assert.Equal((404, "", "false"), (first.Status, first.Body, first.Completed));
        Assert.Equal((200, """{"status":200}""", "false"), (second.Status, second.Body, second.Completed));
    }

    [Fact, Spec("RTE-122")]
    public async Task An_error_of_a_component_brings_status_and_headers_and_its_text_only_when_asked_for()
    {
        var silent = await _silent.GetAsync("/component/reject");
        var telling = await _telling.GetAsync("/component/reject");

        Assert.Equal((429, ""), (silent.Status, silent.Body));
        Assert.Equal((429, "<slow/>", "application/xml"), (telling.Status, telling.Body, telling.Header("Content-Type")));
        Assert.Equal("7", silent.Header("Retry-After"));
        Assert.Equal("7", telling.Header("Retry-After"));
    }

    [Fact, Spec("RTE-122", "RTE-121")]
    public async Task An_error_of_a_component_beside_data_changes_nothing_but_the_log()
    {
        var reply = await _telling.GetAsync("/component/both");

        Assert.Equal((200, """{"status":200}"""), (reply.Status, reply.Body));
        Assert.Null(reply.Header("Retry-After"));
        await _telling.WaitForLogAsync("[ENDPOINT: /component/{name}] too many");
    }

    [Fact, Spec("RTE-123")]
    public async Task A_panic_answers_500_tells_only_the_log_and_touches_nobody_else()
    {
        var reply = await _telling.GetAsync("/component/panic");

        Assert.Equal((500, "internal server error"), (reply.Status, reply.Body));
        await _telling.WaitForLogAsync(nameof(FailingComponent));
        Assert.Contains("the reason that nobody may see", _telling.Log);
        Assert.Equal(200, (await _telling.GetAsync("/component/none")).Status);
    }

    private sealed class FailingComponent : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var headers = new NameValueList(ignoreCase: true);
            headers.Add("Retry-After", "7");
            var error = new GatewayError(GatewayErrorKind.Rejected, "too many", 429) { Headers = headers, Body = "<slow/>"u8.ToArray(), ContentType = "application/xml" };
            switch (request.Parameters.Get("Name"))
            {
                case "reject":
                    return error;
                case "both":
                    return (await next(request, cancellationToken)) with { Error = error };
                case "panic":
                    throw new InvalidTimeZoneException("the reason that nobody may see");
                default:
                    return await next(request, cancellationToken);
            }
        }
    }
}
