using Gateway.Core.Plugins;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Values of earlier answers in later requests of a sequence.</summary>
public sealed class SequentialParameterTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/second", """{"second":2}""").OnAny(static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync("""{"any":1}"""u8.ToArray()).AsTask();
        });
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("RTE-157", "RTE-158", "RTE-159", "RTE-160", "RTE-161")]
    [InlineData("/p/{resp0_id}", "/p/42")]
    [InlineData("/p?v={resp0_id}", "/p?v=42")]
    [InlineData("/p/{resp0_user.name.first}", "/p/Ada%20L")]
    [InlineData("/p?v={resp0_user.name.first}", "/p?v=Ada%20L")]
    [InlineData("/p/{resp0_float}", "/p/1.5")]
    [InlineData("/p/{resp0_big}", "/p/12345678901234567890")]
    [InlineData("/p/{resp0_yes}", "/p/true")]
    [InlineData("/p/{resp0_no}", "/p/false")]
    [InlineData("/p/{resp0_nil}", "/p/%3Cnil%3E")]
    [InlineData("/p/{resp0_list}", "/p/1,a,true")]
    [InlineData("/p/{resp0_empty}/x", "/p//x")]
    [InlineData("/p?v={resp0_user}", "/p?v=%7B%22name%22:%7B%22first%22:%22Ada%20L%22%7D%7D")]
    [InlineData("/p/{resp0_with-dash_and}", "/p/ok")]
    [InlineData("/p/{resp0_missing}", "/p/%7Bresp0_missing%7D")]
    [InlineData("/p/{resp0_list.0}", "/p/%7Bresp0_list.0%7D")]
    [InlineData("/p/{resp0_dotted.key}", "/p/%7Bresp0_dotted.key%7D")]
    [InlineData("/p/{resp1_id}", "/p/%7Bresp1_id%7D")]
    [InlineData("/p/{resp7_id}", "/p/%7Bresp7_id%7D")]
    [InlineData("/p?v={resp0_amp}", "/p?v=a%26b%3Dc")]
    public async Task A_value_becomes_text_in_the_place_where_it_is_put(string pattern, string target)
    {
        _upstream.Answer("/first", """
            {"id":42,"user":{"name":{"first":"Ada L"}},"float":1.5,"big":12345678901234567890,"yes":true,"no":false,"nil":null,
             "list":[1,"a",true],"empty":[],"with-dash_and":"ok","dotted.key":1,"amp":"a&b=c"}
            """);
        await using var gateway = await StartAsync("", pattern);

        Assert.Equal(200, (await gateway.GetAsync("/x")).Status);

        Assert.Equal(target, _upstream.Received[^1].Target);
    }

    [Theory, Spec("RTE-157")]
    [InlineData(",\"group\":\"first\"", "{resp0_first.foo}", "7")]
    [InlineData(",\"group\":\"first\"", "{resp0_foo}", "%7Bresp0_foo%7D")]
    [InlineData(",\"mapping\":{\"foo\":\"bar\"}", "{resp0_bar}", "7")]
    [InlineData(",\"allow\":[\"other\"]", "{resp0_foo}", "%7Bresp0_foo%7D")]
    [InlineData(",\"deny\":[\"foo\"]", "{resp0_foo}", "%7Bresp0_foo%7D")]
    [InlineData(",\"target\":\"other\"", "{resp0_deep}", "8")]
    public async Task A_value_is_taken_after_the_manipulation_of_its_backend(string manipulation, string placeholder, string expected)
    {
        _upstream.Answer("/first", """{"foo":7,"other":{"deep":8}}""");
        await using var gateway = await StartAsync(manipulation, $"/p/{placeholder}");

        await gateway.GetAsync("/x");

        Assert.Equal($"/p/{expected}", _upstream.Received[^1].Target);
    }

    [Fact, Spec("RTE-162")]
    public async Task A_text_is_called_content()
    {
        _upstream.Answer("/first", "some words", 200, "text/plain");
        await using var gateway = await StartAsync(",\"encoding\":\"string\"", "/p/{resp0_content}");

        await gateway.GetAsync("/x");

        Assert.Equal("/p/some%20words", _upstream.Received[^1].Target);
    }

    [Theory, Spec("RTE-163", "RTE-164")]
    [InlineData(200)]
    [InlineData(500)]
    public async Task The_raw_body_of_a_no_op_step_is_a_value_whatever_its_status_was(int status)
    {
        _upstream.Answer("/first", "raw body&x=1", status, "text/plain");
        await using var gateway = await StartAsync(",\"encoding\":\"no-op\"", "/p?v={resp0}");

        var reply = await gateway.GetAsync("/x");

        Assert.Equal("/p?v=raw%20body%26x%3D1", _upstream.Received[^1].Target);
        Assert.Equal((200, """{"any":1}""", "true"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-163")]
    public async Task A_raw_body_that_is_too_large_or_breaks_off_fails_its_step()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                var isLarge = request.StartsWith("GET /large", StringComparison.Ordinal);
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {(isLarge ? 100 : 20)}\r\n\r\n");
                if (!isLarge)
                    return;
                await connection.WriteAsync(new string('x', 100));
            }
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/x/{how}","extra_config":{"proxy":{"sequential":true}},"backend":[
                {"host":["$RAW"],"url_pattern":"/{how}","encoding":"no-op"},
                {"host":["$UPSTREAM"],"url_pattern":"/p?v={resp0}"}]},
              {"endpoint":"/later/{how}","extra_config":{"proxy":{"sequential":true}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/second"},
                {"host":["$RAW"],"url_pattern":"/{how}","encoding":"no-op"},
                {"host":["$UPSTREAM"],"url_pattern":"/p?v={resp1}"}]}]}
            """.Replace("$RAW", raw.Url, StringComparison.Ordinal), _upstream.Host, new() { Limits = new() { BufferedRequestBody = 50 } });

        Assert.Equal((500, "the limit of 50 bytes was exceeded"), await OutcomeAsync("/x/large"));
        Assert.Equal((500, "unexpected EOF"), await OutcomeAsync("/x/broken"));
        Assert.Equal((200, """{"second":2}"""), await OutcomeAsync("/later/large"));
        Assert.Equal((200, """{"second":2}"""), await OutcomeAsync("/later/broken"));
        Assert.DoesNotContain(_upstream.Received, static r => r.Target.StartsWith("/p", StringComparison.Ordinal));

        async Task<(int, string)> OutcomeAsync(string path)
        {
            var reply = await gateway.GetAsync(path);
            Assert.Equal("false", reply.Completed);
            return (reply.Status, reply.Body);
        }
    }

    [Fact, Spec("RTE-163", "RTE-165", "RTE-166")]
    public async Task Components_of_later_steps_see_the_values_as_parameters()
    {
        var seen = new SeenParameters();
        var plugins = new PluginRegistry();
        plugins.Backend("test/seen", BackendStages.Policies, (_, context, _) => new Recorder(seen, context.Index));
        _upstream.Answer("/first", """{"user":"ada","f1":{"f2":3},"unused":1}""");
        _upstream.Answer("/raw", "raw text", 200, "text/plain");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x/{id}",
              "extra_config":{"proxy":{"sequential":true,"sequential_propagated_params":["resp0_user","resp0_f1.f2","resp1"]}},"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/first","extra_config":{"test/seen":{}}},
              {"host":["$UPSTREAM"],"url_pattern":"/raw","encoding":"no-op","extra_config":{"test/seen":{}}},
              {"host":["$UPSTREAM"],"url_pattern":"/second","extra_config":{"test/seen":{}}}]}]}
            """, _upstream.Host, new() { Plugins = plugins });

        await gateway.GetAsync("/x/9");

        Assert.Equal("Id=9", seen[0]);
        Assert.Equal("Id=9 Resp0_f1.f2=3 Resp0_user=ada", seen[1]);
        Assert.Equal("Id=9 Resp0_f1.f2=3 Resp0_user=ada Resp1=raw text", seen[2]);
    }

    private Task<TestGateway> StartAsync(string manipulation, string pattern) => TestGateway.StartAsync("""
        {"version":3,"endpoints":[{"endpoint":"/x","extra_config":{"proxy":{"sequential":true}},"backend":[
          {"host":["$UPSTREAM"],"url_pattern":"/first"$MANIPULATION},
          {"host":["$UPSTREAM"],"url_pattern":"$PATTERN"}]}]}
        """.Replace("$MANIPULATION", manipulation, StringComparison.Ordinal).Replace("$PATTERN", pattern, StringComparison.Ordinal), _upstream.Host);

    private sealed class SeenParameters : System.Collections.Concurrent.ConcurrentDictionary<int, string>;

    private sealed class Recorder(SeenParameters seen, int index) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            seen[index] = string.Join(' ', request.Parameters.Items.ToArray().Select(static p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal));
            return next(request, cancellationToken);
        }
    }
}
