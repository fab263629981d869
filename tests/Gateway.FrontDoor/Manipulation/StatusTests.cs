using Gateway.Core;
using Gateway.Core.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>Status codes, completeness and the cache header.</summary>
public sealed class StatusTests
{
    [Theory, Spec("MAN-086", "MAN-092")]
    [InlineData(200)]
    [InlineData(201)]
    public async Task A_success_of_the_backend_is_a_200(int status) =>
        (await DataPipe.OneAsync("""{"a":1}""", status: status)).IsData("""{"a":1}""");

    [Fact, Spec("MAN-086", "MAN-087")]
    public async Task One_success_among_several_is_enough()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", "", "", ""),
            upstream => upstream.Answer("/b0", "{}", 404).Answer("/b1", """{"a":1}""", 201).Answer("/b2", "{}", 503));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
    }

    [Fact, Spec("MAN-087", "MAN-007")]
    public async Task Without_any_success_it_is_a_500_whatever_they_say()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", ""),
            upstream => upstream.Answer("/b0", "{}", 404).On("/b1", async context =>
            {
                await Task.Delay(300, upstream.Stopping);
                context.Response.StatusCode = 403;
            }));

        (await pipe.GetAsync("/x")).IsError(
            $"invalid status code 404 [GET /b0]: {pipe.Upstream.Host}/b0\ninvalid status code 403 [GET /b1]: {pipe.Upstream.Host}/b1");
    }

    [Fact, Spec("MAN-088", "MAN-089", "MAN-091")]
    public async Task A_wrong_status_names_the_pattern_and_the_final_url()
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"extra_config":{"router":{"return_error_msg":true}},"endpoints":[{"endpoint":"/users/{id}","method":"POST","input_query_strings":["q"],
              "backend":[{"host":["$UPSTREAM"],"url_pattern":"/old/{id}","method":"GET"}]}]}
            """,
            upstream => upstream
                .On("/old/7", context => { context.Response.Redirect("/new/7?moved=1"); return Task.CompletedTask; })
                .Answer("/new/7", "gone", 410));

        var answer = await pipe.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/users/7"));

        answer.IsError($"invalid status code 410 [GET /old/{{id}}]: {pipe.Upstream.Host}/new/7?moved=1");
        await pipe.Gateway.WaitForLogAsync("WARNING: [BACKEND: POST /users/{id} -> GET /old/{id}][Client] Status: 410");
    }

    [Fact, Spec("MAN-091")]
    public async Task Redirects_are_followed_in_data_and_no_op_pipes()
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"endpoints":[
              {"endpoint":"/data","backend":[{"host":["$UPSTREAM"],"url_pattern":"/old"}]},
              {"endpoint":"/raw","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/old"}]}]}
            """,
            upstream => upstream.On("/old", context => { context.Response.Redirect("/new"); return Task.CompletedTask; }).Answer("/new", """{ "a": 1 }"""));

        (await pipe.GetAsync("/data")).IsData("""{"a":1}""");
        var raw = await pipe.GetAsync("/raw");
        Assert.Equal((200, """{ "a": 1 }"""), (raw.Status, raw.Body));
    }

    [Theory, Spec("MAN-090", "MAN-092")]
    [InlineData("GET", "/x/", "", 301, null)]
    [InlineData("GET", "/unknown", "", 404, "false")]
    [InlineData("GET", "/post", "", 405, "false")]
    [InlineData("POST", "/post", "too long", 413, "false")]
    [InlineData("GET", "/dead", "", 500, "false")]
    public async Task Codes_of_the_gateway_itself(string method, string path, string body, int status, string? completed)
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"endpoints":[
              {"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]},
              {"endpoint":"/post","method":"POST","extra_config":{"proxy":{"max_payload":7}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]},
              {"endpoint":"/dead","backend":[{"host":["http://127.0.0.1:11"],"url_pattern":"/b"}]}]}
            """, upstream => upstream.Answer("/b", "{}"));

        var answer = await pipe.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body.Length == 0 ? null : new StringContent(body) });

        Assert.Equal((status, completed), (answer.Status, answer.Completed));
        Assert.Empty(pipe.Upstream.Received);
    }

    [Theory, Spec("MAN-092")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_partial_answers_and_errors_carry_the_version(bool isHidden)
    {
        var version = isHidden ? "Version undefined" : Product.VersionHeader;
        await using var pipe = await DataPipe.StartAsync(
            $$$"""
            {"version":3,"extra_config":{"router":{"hide_version_header":{{{(isHidden ? "true" : "false")}}}}},"endpoints":[
              {"endpoint":"/data","backend":[{"host":["$UPSTREAM"],"url_pattern":"/good"}]},
              {"endpoint":"/partial","backend":[{"host":["$UPSTREAM"],"url_pattern":"/good"},{"host":["$UPSTREAM"],"url_pattern":"/bad"}]},
              {"endpoint":"/error","backend":[{"host":["$UPSTREAM"],"url_pattern":"/bad"}]}]}
            """, upstream => upstream.Answer("/good", """{"a":1}""").Answer("/bad", "{}", 500));

        foreach (var (path, completed) in new[] { ("/data", "true"), ("/partial", "false"), ("/error", "false") })
        {
            var answer = await pipe.GetAsync(path);
            Assert.Equal((version, completed), (answer.Header("X-Krakend"), answer.Completed));
        }
    }

    [Theory, Spec("MAN-093", "MAN-094")]
    [InlineData("{}", "", "{}")]
    [InlineData("""{"a":1}""", """ "allow":["b"] """, "{}")]
    [InlineData("""{"a":1}""", """ "deny":["a"] """, "{}")]
    [InlineData("""{"a":1}""", """ "target":"b" """, "{}")]
    [InlineData("null", "", "null")]
    public async Task An_empty_object_is_never_complete(string body, string backend, string expected)
    {
        var answer = await DataPipe.OneAsync(body, backend, """ "cache_ttl":"1h" """);

        answer.IsData(expected, completed: false);
        Assert.Null(answer.CacheControl);
    }

    [Theory, Spec("MAN-094")]
    [InlineData(""" "cache_ttl":"3600s" """, "", "public, max-age=3600")]
    [InlineData(""" "cache_ttl":"1h" """, """ "cache_ttl":"90s" """, "public, max-age=90")]
    [InlineData(""" "cache_ttl":"1h" """, """ "cache_ttl":"0s" """, "public, max-age=3600")]
    [InlineData("", """ "cache_ttl":"1500ms" """, "public, max-age=1")]
    [InlineData("", "", null)]
    public async Task Complete_answers_carry_the_whole_seconds(string root, string endpoint, string? expected)
    {
        var answer = await DataPipe.OneAsync("""{"a":1}""", "", endpoint, root);

        answer.IsData("""{"a":1}""");
        Assert.Equal(expected, answer.CacheControl);
    }

    [Fact, Spec("MAN-094")]
    public async Task Errors_and_no_op_pipes_get_no_cache_header()
    {
        (await DataPipe.OneAsync("{}", "", """ "cache_ttl":"1h" """, "", status: 500)).IsError("");

        var raw = await DataPipe.OneAsync("{}", "", """ "cache_ttl":"1h","output_encoding":"no-op" """);
        Assert.Equal(200, raw.Status);
        Assert.Null(raw.CacheControl);
    }

    [Theory, Spec("MAN-095")]
    [InlineData(true, "internal server error")]
    [InlineData(false, "no response")]
    public async Task Neither_data_nor_error_is_a_500(bool isLate, string text)
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/late", ProxyStages.Policies, (_, _, _) => new Late(isLate, null));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "timeout":"200ms","extra_config":{"test/late":{}} """), static upstream => upstream.Answer("/b", "{}"), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsError(text);
    }

    [Fact, Spec("MAN-095")]
    public async Task Data_is_rendered_even_when_the_deadline_has_passed()
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/late", ProxyStages.Policies, static (_, _, _) => new Late(true, new DataObject { ["a"] = DataBoolean.True }));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "timeout":"200ms","extra_config":{"test/late":{}} """), static upstream => upstream.Answer("/b", "{}"), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsData("""{"a":true}""");
    }

    /// <summary>Answers after the deadline, or at once.</summary>
    private sealed class Late(bool isLate, DataObject? data) : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            if (isLate)
            {
                var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = cancellationToken.Register(passed.SetResult);
                await passed.Task;
            }
            return data is null ? default(ProxyResult) : new ProxyResponse { Data = new TreePayload(data), IsComplete = true };
        }
    }
}
