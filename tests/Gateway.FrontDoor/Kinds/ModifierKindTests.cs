using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

public sealed class ModifierKindTests
{
    [Fact, Spec("EXT-040", "EXT-041")]
    public async Task Request_and_response_modifiers_run_in_declared_order()
    {
        var plugins = new PluginRegistry();
        foreach (var name in (string[])["A", "B"])
        {
            Request(plugins, "req" + name, request => request.Headers.Set("X-Order", request.Headers.Get("X-Order") + name));
            Response(plugins, "resp" + name, (_, response) => response.Append("order", name));
        }
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["respA","reqA","respB","reqB"]}},"backend":[{"url_pattern":"/b"}]}
            """);

        var reply = await rig.GetAsync("/a");

        Assert.Equal(("AB", """{"order":"AB","target":"/b"}"""), (rig.Last.Header("X-Order"), reply.Body));
        await rig.Gateway.WaitForLogAsync("[ENDPOINT: /a][Modifier Plugins] Adding 2 request and 2 response modifiers");
    }

    [Fact, Spec("EXT-040", "EXT-010")]
    public async Task A_name_that_is_registered_for_both_is_a_request_modifier_only()
    {
        var plugins = new PluginRegistry();
        Request(plugins, "both", static request => request.Headers.Set("X-First", "1"));
        Request(plugins, "both", static request => request.Headers.Set("X-Second", "1"));
        Response(plugins, "both", static (_, response) => response.Mark("seen", "response"));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["both"]}},"backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal("""{"target":"/b"}""", (await rig.GetAsync("/a")).Body);
        Assert.Equal((null, "1"), (rig.Last.Header("X-First"), rig.Last.Header("X-Second")));
    }

    [Fact, Spec("EXT-016", "EXT-039", "EXT-042")]
    public async Task A_factory_gets_the_whole_namespace_and_may_stay_out()
    {
        IEndpointContext? endpoint = null, backend = null;
        var plugins = new PluginRegistry();
        plugins.RequestModifier("keeps", (config, context, _) =>
        {
            (endpoint, backend) = context is IBackendContext ? (endpoint, context) : (context, backend);
            var value = config["keeps"]!["value"]!.Text;
            return new RequestProbe(request => request.Headers.Add("X-Value", value));
        });
        plugins.RequestModifier("out", static (_, _, _) => null);
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["keeps","out",7],"keeps":{"value":"e"}}},"backend":[
              {"url_pattern":"/b","method":"PUT","extra_config":{"plugin/req-resp-modifier":{"name":["keeps"],"keeps":{"value":"b"}}}}]}
            """);

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal("e, b", rig.Last.Header("X-Value"));
        Assert.Equal(("/a", "/b"), (endpoint!.Path, ((IBackendContext)backend!).UrlPattern));
        await rig.Gateway.WaitForLogAsync("[ENDPOINT: /a][Modifier Plugins] Adding 1 request and 0 response modifiers");
        await rig.Gateway.WaitForLogAsync("[BACKEND: PUT /a -> /b][Modifier Plugins] Adding 1 request and 0 response modifiers");
        Assert.Contains("name[2]", Assert.Single(rig.Gateway.Diagnostics.All).ToString(), StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-043")]
    public async Task At_an_endpoint_the_URL_is_empty_and_parameters_query_headers_and_body_may_change()
    {
        var seen = "";
        var plugins = new PluginRegistry();
        Request(plugins, "change", request =>
        {
            seen = $"{request.Method} '{request.Target}' {request.Host is null} {request.Parameters.Get("Id")} {request.Query.Get("q")}";
            request.Parameters.Set("Id", "x/y");
            request.Query.Set("q", "9");
            request.Headers.Set("X-New", "1");
            request.Body = RequestBody.Of("other"u8.ToArray());
        });
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a/{id}","method":"POST","input_query_strings":["q"],"extra_config":{"plugin/req-resp-modifier":{"name":["change"]}},"backend":[{"url_pattern":"/b/{id}"}]}
            """);

        Assert.Equal(200, (await rig.SendAsync("POST", "/a/1?q=2", body: "body")).Status);

        Assert.Equal("POST '' True 1 2", seen);
        Assert.Equal(("/b/x%2Fy?q=9", "1", "other"), (rig.Last.Target, rig.Last.Header("X-New"), rig.Last.Body));
    }

    [Fact, Spec("EXT-043")]
    public async Task At_a_backend_the_URL_is_final_and_method_URL_headers_and_body_may_change()
    {
        var seen = "";
        var plugins = new PluginRegistry();
        Request(plugins, "change", request =>
        {
            seen = $"{request.Method} {request.Target} {request.Host is null}";
            request.Parameters.Set("Id", "ignored");
            request.Query.Set("q", "ignored");
            request.Method = "PATCH";
            request.Target = "/elsewhere?z=1";
            request.Headers.Set("X-New", "1");
            request.Body = RequestBody.Of("other"u8.ToArray());
        });
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a/{id}","method":"POST","input_query_strings":["q"],"backend":[
              {"url_pattern":"/b/{id}","method":"PUT","extra_config":{"plugin/req-resp-modifier":{"name":["change"]}}}]}
            """);

        Assert.Equal(200, (await rig.SendAsync("POST", "/a/1?q=2", body: "body")).Status);

        Assert.Equal("PUT /b/1?q=2 False", seen);
        Assert.Equal(("PATCH", "/elsewhere?z=1", "1", "other"), (rig.Last.Method, rig.Last.Target, rig.Last.Header("X-New"), rig.Last.Body));
    }

    [Fact, Spec("EXT-043")]
    public async Task A_stream_that_a_modifier_puts_in_place_of_the_body_reaches_every_backend()
    {
        var plugins = new PluginRegistry();
        Request(plugins, "stream", static request => request.Body = RequestBody.Streaming(PipeReader.Create(new MemoryStream("streamed"u8.ToArray())), null, 1024));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","method":"POST","extra_config":{"plugin/req-resp-modifier":{"name":["stream"]}},"backend":[{"url_pattern":"/b"},{"url_pattern":"/c"}]}
            """);

        Assert.Equal(200, (await rig.SendAsync("POST", "/a", body: "body")).Status);

        Assert.Equal(["streamed", "streamed"], rig.Upstream.Received.Select(static r => r.Body));
    }

    [Fact, Spec("EXT-044")]
    public async Task A_response_modifier_sees_the_request_as_it_went_out()
    {
        var plugins = new PluginRegistry();
        Response(plugins, "show", static (request, response) => response.Mark("sent", $"{request.Method} {request.Target} {request.Headers.Get("X-A")}"));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","input_headers":["X-A"],"backend":[{"url_pattern":"/b","method":"DELETE","extra_config":{"plugin/req-resp-modifier":{"name":["show"]}}}]}
            """);

        Assert.Equal("""{"sent":"DELETE /b 1","target":"/b"}""", (await rig.GetAsync("/a", "X-A: 1")).Body);
    }

    [Fact, Spec("EXT-045")]
    public async Task With_data_status_and_body_stream_do_not_count_and_headers_of_the_endpoint_do()
    {
        var plugins = new PluginRegistry();
        Response(plugins, "set", static (_, response) =>
        {
            response.IsComplete = false;
            response.StatusCode = 418;
            response.Raw = new SyntheticResponse("stream"u8.ToArray(), 418);
            response.Mark("own", "1");
            response.Headers = new NameValueList(ignoreCase: true);
            response.Headers.Add("X-Own", "1");
            response.Headers.Add("Transfer-Encoding", "chunked");
            response.Headers.Add("Content-Length", "1");
        });
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["set"]}},"backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/merged","backend":[{"url_pattern":"/b","extra_config":{"plugin/req-resp-modifier":{"name":["set"]}}},{"url_pattern":"/c","group":"c"}]}
            """);

        var reply = await rig.GetAsync("/a");
        var merged = await rig.GetAsync("/merged");

        Assert.Equal((200, """{"own":"1","target":"/b"}""", "false", "1"), (reply.Status, reply.Body, reply["X-Krakend-Completed"], reply["X-Own"]));
        Assert.Equal((200, null, "false"), (merged.Status, merged["X-Own"], merged["X-Krakend-Completed"]));
    }

    [Theory, Spec("EXT-045")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_no_op_status_headers_and_body_stream_count_and_data_does_not(bool atEndpoint)
    {
        var plugins = new PluginRegistry();
        Response(plugins, "set", static (_, response) =>
        {
            var headers = response.Raw!.Headers.Fork();
            headers.Remove("Content-Length");
            headers.Set("X-Own", "1");
            headers.Set("Connection", "close");
            response.Raw.Dispose();
            response.Raw = new SyntheticResponse("own"u8.ToArray(), 418, headers);
            response.Data = new TreePayload(new DataObject { ["data"] = DataNull.Instance });
        });
        const string modifiers = "\"extra_config\":{\"plugin/req-resp-modifier\":{\"name\":[\"set\"]}}";
        var (endpoint, backend) = atEndpoint ? (modifiers, "\"$c\":0") : ("\"$c\":0", modifiers);
        await using var rig = await StartAsync(plugins, $$"""{"endpoint":"/a","output_encoding":"no-op",{{endpoint}},"backend":[{"url_pattern":"/b",{{backend}} }]}""");

        var response = await rig.Gateway.Client.GetAsync("/a");

        Assert.Equal((418, "own"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("X-Own")));
        Assert.Null(response.Headers.ConnectionClose);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact, Spec("EXT-045", "EXT-057")]
    public async Task A_wrapped_stream_is_read_chunk_by_chunk()
    {
        var more = new TaskCompletionSource();
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: one\n\n");
            await more.Task;
            await connection.WriteAsync("data: two\n\n");
        });
        var plugins = new PluginRegistry();
        Response(plugins, "upper", static (_, response) => response.Raw = new UpperCaseResponse(response.Raw!));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"30s","endpoints":[{"endpoint":"/a","output_encoding":"no-op","extra_config":{"plugin/req-resp-modifier":{"name":["upper"]}},
              "backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}
            """, raw.Url, new() { Plugins = plugins });

        using var response = await gateway.Client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        more.SetResult();

        Assert.Equal(("DATA: ONE", "\nDATA: TWO\n\n"), (first, await reader.ReadToEndAsync()));
    }

    [Theory, Spec("EXT-046")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_of_a_request_modifier_keeps_the_backends_from_being_called(bool late)
    {
        var second = 0;
        var plugins = new PluginRegistry();
        plugins.RequestModifier("refuse", (_, _, _) => new RequestProbe(async (_, _) =>
        {
            if (late)
                await Task.Yield();
            return new GatewayError(GatewayErrorKind.Rejected, "no", 403);
        }));
        Request(plugins, "second", _ => second++);
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["refuse","second"]}},"backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal(403, (await rig.GetAsync("/a")).Status);

        Assert.Empty(rig.Upstream.Received);
        Assert.Equal(0, second);
    }

    [Fact, Spec("EXT-046")]
    public async Task An_error_of_a_response_modifier_takes_the_responses_place()
    {
        var plugins = new PluginRegistry();
        plugins.ResponseModifier("refuse", static (_, _, _) => new ResponseProbe(static (_, _, _) => new(new GatewayError(GatewayErrorKind.Rejected, "no", 418))));
        Response(plugins, "second", static (_, _) => throw new InvalidOperationException("not reached"));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["refuse","second"]}},"backend":[{"url_pattern":"/b"}]}
            """);

        var reply = await rig.GetAsync("/a");

        Assert.Equal((418, ""), (reply.Status, reply.Body));
    }

    [Theory, Spec("EXT-046")]
    [InlineData("request")]
    [InlineData("response")]
    public async Task A_modifier_that_throws_costs_that_request_a_500_and_no_other(string kind)
    {
        var plugins = new PluginRegistry();
        Request(plugins, "request", static request => Throw(request));
        Response(plugins, "response", static (request, _) => Throw(request));
        await using var rig = await StartAsync(plugins, $$"""
            {"endpoint":"/a","input_headers":["X-Throw"],"extra_config":{"plugin/req-resp-modifier":{"name":["{{kind}}"]} },"backend":[{"url_pattern":"/b"}]}
            """);

        var failed = await rig.GetAsync("/a", "X-Throw: 1");
        var next = await rig.GetAsync("/a");

        Assert.Equal((500, "", 200), (failed.Status, failed.Body, next.Status));
        await rig.Gateway.WaitForLogAsync("thrown by a modifier");

        static void Throw(ProxyRequest request)
        {
            if (request.Headers.Contains("X-Throw"))
                throw new InvalidOperationException("thrown by a modifier");
        }
    }

    [Fact, Spec("EXT-047")]
    public async Task Response_modifiers_do_not_see_an_answer_with_a_failure_in_it()
    {
        var plugins = new PluginRegistry();
        Response(plugins, "mark", static (_, response) => response.Mark("seen", "1"));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["mark"]}},"backend":[{"url_pattern":"/b"},{"url_pattern":"/missing","encoding":"xml"}]}
            """);

        var reply = await rig.GetAsync("/a");

        Assert.Equal((200, """{"target":"/b"}""", "false"), (reply.Status, reply.Body, reply["X-Krakend-Completed"]));
    }

    [Fact, Spec("EXT-048")]
    public async Task An_endpoints_modifier_sees_the_merged_answer_and_a_backends_its_own_after_filters_and_group()
    {
        var seen = new ConcurrentQueue<string>();
        var plugins = new PluginRegistry();
        Response(plugins, "look", (_, response) => seen.Enqueue(string.Join(' ', response.Data!.Tree.Members.Keys.Order(StringComparer.Ordinal))));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["look"]}},"backend":[
              {"url_pattern":"/b","mapping":{"target":"renamed"},"extra_config":{"plugin/req-resp-modifier":{"name":["look"]}}},{"url_pattern":"/c","group":"c"}]}
            """);

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal(["renamed", "c renamed"], seen);
    }

    [Theory, Spec("EXT-048")]
    [InlineData("false")]
    [InlineData("true")]
    public async Task What_a_modifier_changes_in_one_backends_request_does_not_leak_to_its_siblings(string sequential)
    {
        var plugins = new PluginRegistry();
        Request(plugins, "change", static request =>
        {
            request.Headers.Set("X-A", "changed");
            request.Headers.Set("X-New", "1");
            request.Parameters.Set("Id", "changed");
        });
        await using var rig = await StartAsync(plugins, $$"""
            {"endpoint":"/a/{id}","input_headers":["X-A"],"extra_config":{"proxy":{"sequential":{{sequential}} } },"backend":[
              {"url_pattern":"/b/{id}","group":"b","extra_config":{"plugin/req-resp-modifier":{"name":["change"]} } },{"url_pattern":"/c/{id}","group":"c"}]}
            """);

        Assert.Equal(200, (await rig.GetAsync("/a/1", "X-A: client")).Status);

        var changed = Assert.Single(rig.Upstream.ReceivedAt("/b/1"));
        var sibling = Assert.Single(rig.Upstream.ReceivedAt("/c/1"));
        Assert.Equal(("changed", "1"), (changed.Header("X-A"), changed.Header("X-New")));
        Assert.Equal(("client", null), (sibling.Header("X-A"), sibling.Header("X-New")));
    }

    [Fact, Spec("EXT-049")]
    public async Task A_header_of_an_endpoints_modifier_needs_no_listing_but_a_backends_list_filters_it()
    {
        var plugins = new PluginRegistry();
        Request(plugins, "add", static request => request.Headers.Set("X-Added", "1"));
        await using var rig = await StartAsync(plugins, """
            {"endpoint":"/a","extra_config":{"plugin/req-resp-modifier":{"name":["add"]}},"backend":[
              {"url_pattern":"/all","group":"a"},{"url_pattern":"/listed","group":"b","input_headers":["X-Added"]},{"url_pattern":"/filtered","group":"c","input_headers":["X-Other"]},
              {"url_pattern":"/own","group":"d","input_headers":["X-Other"],"extra_config":{"plugin/req-resp-modifier":{"name":["add"]}}}]}
            """);

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal(("1", "1", null, "1"), (At("/all"), At("/listed"), At("/filtered"), At("/own")));

        string? At(string path) => Assert.Single(rig.Upstream.ReceivedAt(path)).Header("X-Added");
    }

    private static Task<Rig> StartAsync(PluginRegistry plugins, string endpoints) => Rig.StartAsync(endpoints, options: new() { Plugins = plugins });

    private static void Request(PluginRegistry plugins, string name, Action<ProxyRequest> change) => plugins.RequestModifier(name, (_, _, _) => new RequestProbe(change));

    private static void Response(PluginRegistry plugins, string name, Action<ProxyRequest, ProxyResponse> change) =>
        plugins.ResponseModifier(name, (_, _, _) => new ResponseProbe(change));
}
