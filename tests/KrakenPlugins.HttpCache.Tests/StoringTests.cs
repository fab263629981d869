using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

public sealed class StoringTests
{
    private const string TwoBackends = """
        {"version":3,"host":["$UPSTREAM"],"endpoints":[
          {"endpoint":"/x","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":$X}}]},
          {"endpoint":"/y","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":$Y}}]}]}
        """;

    [Theory]
    [Spec("MAN-128", "MAN-130")]
    [InlineData("{}", "{}", 2)]
    [InlineData("""{"shared":true}""", "{}", 2)]
    [InlineData("""{"shared":true}""", """{"shared":true}""", 1)]
    [InlineData("""{"shared":true}""", """{"shared":true,"max_items":5,"max_size":9000}""", 2)]
    [InlineData("""{"shared":true,"max_items":5,"max_size":9000}""", """{"shared":true,"max_items":5,"max_size":9000}""", 1)]
    public async Task A_bucket_is_one_backends_own_unless_both_share(string x, string y, int calls)
    {
        await using var rig = await Rig.StartDocumentAsync(TwoBackends.Replace("$X", x, StringComparison.Ordinal).Replace("$Y", y, StringComparison.Ordinal));

        await rig.GetAsync("/x");
        await rig.GetAsync("/y");

        Assert.Equal(calls, rig.Calls);
    }

    [Fact]
    [Spec("MAN-130")]
    public async Task Limits_of_a_shared_bucket_are_those_of_the_first_backend()
    {
        await using var rig = await Rig.StartDocumentAsync(TwoBackends
            .Replace("\"/b\",\"encoding\":\"no-op\",\"extra_config\":{\"qos/http-cache\":$Y", "\"/c\",\"encoding\":\"no-op\",\"extra_config\":{\"qos/http-cache\":$Y", StringComparison.Ordinal)
            .Replace("$X", """{"shared":true,"max_items":1,"max_size":9000}""", StringComparison.Ordinal)
            .Replace("$Y", """{"shared":true,"max_items":9,"max_size":9000}""", StringComparison.Ordinal));

        foreach (var path in new[] { "/x", "/y", "/x" })
            await rig.GetAsync(path);

        Assert.Equal(3, rig.Calls);
        var warning = Assert.Single(rig.Front.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Warning);
        Assert.Contains("the limits of the shared bucket are those at", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-129")]
    public async Task The_least_recently_used_answers_go_when_there_are_too_many()
    {
        await using var rig = await Rig.StartAsync("""{"max_items":2,"max_size":100000}""");

        foreach (var path in new[] { "/e?1", "/e?2", "/e?1", "/e?3" })
            await rig.GetAsync(path);
        Assert.Equal(3, rig.Calls);

        await rig.GetAsync("/e?1");
        Assert.Equal(3, rig.Calls);
        await rig.GetAsync("/e?2");
        Assert.Equal(4, rig.Calls);
    }

    [Fact]
    [Spec("MAN-129")]
    public async Task Bytes_are_bounded_and_what_alone_would_fill_the_bucket_is_not_stored()
    {
        await using var rig = await Rig.StartAsync("""{"max_items":100,"max_size":2048}""");
        rig.Backend = static (context, _) => Rig.AnswerAsync(context, new string('x', int.Parse(context.Request.Query["n"]!, System.Globalization.CultureInfo.InvariantCulture)), "max-age=60");

        foreach (var path in new[] { "/e?n=1200", "/e?n=1201", "/e?n=1200", "/e?n=2048", "/e?n=2048", "/e?n=1200" })
            await rig.GetAsync(path);

        // The second pushed the first out; the third came back and stayed, because the large ones were never kept.
        Assert.Equal(5, rig.Calls);
    }

    [Theory]
    [Spec("MAN-129")]
    [InlineData("""{"max_items":1}""")]
    [InlineData("""{"max_size":1024}""")]
    public async Task One_limit_without_the_other_is_none(string cache)
    {
        await using var rig = await Rig.StartAsync(cache);

        for (var i = 0; i < 20; i++)
            await rig.GetAsync($"/e?{i % 10}");

        Assert.Equal(10, rig.Calls);
        Assert.Contains("has no effect without the other limit", Assert.Single(rig.Front.Gateway.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-131")]
    public async Task Neither_a_hit_nor_a_miss_shows()
    {
        await using var rig = await Rig.StartAsync();

        foreach (var reply in new[] { await rig.GetAsync(), await rig.GetAsync() })
        {
            Assert.Null(reply.Header("X-From-Cache"));
            Assert.Null(reply.Header("X-Cache"));
            Assert.Null(reply.Header("Cache-Status"));
        }
    }

    [Fact]
    [Spec("MAN-132")]
    public async Task What_is_fetched_with_client_credentials_is_not_cached()
    {
        await using var rig = await Rig.StartAsync("{}", ",\"auth/client-credentials\":{\"client_id\":\"a\",\"client_secret\":\"b\",\"token_url\":\"$UPSTREAM/token\"}", folders: PluginFront.Folder("ClientCredentials", "client-credentials"));
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, context.Request.Path == "/token" ? """{"access_token":"t","token_type":"bearer","expires_in":900}""" : "{}", "max-age=60");

        await rig.GetAsync();
        await rig.GetAsync();

        Assert.Equal(2, rig.Front.Upstream.ReceivedAt("/b").Count);
        Assert.Contains(rig.Front.Gateway.Diagnostics.All, static d => d.Message.Contains("what a backend answers to \"auth/client-credentials\" is not kept", StringComparison.Ordinal));
    }

    [Theory]
    [Spec("MAN-132")]
    [InlineData("backend/lambda")]
    [InlineData("backend/amqp/consumer")]
    [InlineData("backend/pubsub/subscriber")]
    public async Task What_speaks_no_HTTP_is_not_cached(string executor)
    {
        var calls = 0;
        var plugins = new Gateway.Core.Plugins.PluginRegistry();
        plugins.Executor(executor, (_, _, _) => new Answering(() => Interlocked.Increment(ref calls)));
        await using var rig = await Rig.StartDocumentAsync(Rig.Document(backend: $",\"{executor}\":{{}}", isNoOp: false), new TestGatewayOptions { Plugins = plugins });

        await rig.GetAsync();
        await rig.GetAsync();

        Assert.Equal(2, calls);
    }

    [Fact]
    [Spec("MAN-133", "MAN-253")]
    public async Task Martian_sets_the_lifetime_and_does_not_work_twice_on_what_was_stored()
    {
        const string Martian = """
            ,"modifier/martian":{"fifo.Group":{"scope":["request","response"],"modifiers":[
              {"querystring.Modifier":{"scope":["request"],"name":"v","value":"2"}},
              {"header.Modifier":{"scope":["response"],"name":"Cache-Control","value":"max-age=60, public"}},
              {"header.Append":{"scope":["response"],"name":"X-Seen","value":"once"}}]}}
            """;
        await using var rig = await Rig.StartAsync("{}", Martian, folders: PluginFront.Folder("Martian", "martian"));
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "no-store, max-age=0");

        var replies = new[] { await rig.GetAsync(), await rig.GetAsync(), await rig.GetAsync() };

        Assert.All(replies, static reply => Assert.Equal(("1", "once", "public, max-age=60"), (reply.Body, reply.Header("X-Seen"), reply.Header("Cache-Control"))));
        Assert.Equal("/b?v=2", rig.Front.Last.Target);
        rig.Day.Advance(61);
        Assert.Equal("2", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-126", "MAN-133")]
    public async Task A_confirmation_goes_through_Martian_too()
    {
        const string Martian = """,{"header.Modifier":{"scope":["response"],"name":"Cache-Control","value":"max-age=60"}}""";
        await using var rig = await Rig.StartAsync("{}", ",\"modifier/martian\":" + Martian[1..], folders: PluginFront.Folder("Martian", "martian"));
        rig.Backend = static (context, call) =>
        {
            context.Response.StatusCode = context.Request.Headers.ContainsKey("If-None-Match") ? 304 : 200;
            return Rig.AnswerAsync(context, $"{call}", "max-age=0", "ETag: \"a\"");
        };

        Assert.Equal("1", await rig.BodyAsync());
        rig.Day.Advance(61);
        Assert.Equal("1", await rig.BodyAsync());
        rig.Day.Advance(50);
        Assert.Equal("1", await rig.BodyAsync());
        Assert.Equal(2, rig.Calls);
    }

    [Theory]
    [Spec("MAN-133")]
    [InlineData("body.Modifier", """{"scope":["response"],"contentType":"text/plain","body":"bWFydGlhbg=="}""")]
    public async Task A_body_that_Martian_put_in_place_is_what_is_stored(string modifier, string value)
    {
        await using var rig = await Rig.StartAsync("{}", $",\"modifier/martian\":{{\"{modifier}\":{value}}}", folders: PluginFront.Folder("Martian", "martian"));

        Assert.Equal("martian", await rig.BodyAsync());
        Assert.Equal("martian", await rig.BodyAsync());
        Assert.Equal(1, rig.Calls);
    }

    [Theory]
    [Spec("MAN-135")]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_failure_that_says_it_may_be_kept_is_replayed(int status)
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = (context, call) =>
        {
            context.Response.StatusCode = status;
            return Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };

        await rig.GetAsync();

        Assert.Equal((status, "1"), (await rig.GetAsync()) is var reply ? (reply.Status, reply.Body) : default);
    }

    [Fact]
    [Spec("MAN-135")]
    public async Task An_answer_that_cannot_be_decoded_stays_cached()
    {
        await using var rig = await Rig.StartAsync(isNoOp: false);
        rig.Backend = static (context, _) => Rig.AnswerAsync(context, "{no json", "max-age=60");

        Assert.Equal(500, (await rig.GetAsync()).Status);
        Assert.Equal(500, (await rig.GetAsync()).Status);
        Assert.Equal(1, rig.Calls);
    }

    [Theory]
    [Spec("MAN-136", "MAN-421")]
    [InlineData("private, max-age=60", "", "", false)]
    [InlineData("private=\"x\", max-age=60", "", "", false)]
    [InlineData("max-age=60", "Set-Cookie: session=1", "", false)]
    [InlineData("max-age=60", "", "Authorization: Bearer a", false)]
    [InlineData("max-age=60", "", "Cookie: session=1", false)]
    [InlineData("public, max-age=60", "", "Authorization: Bearer a", true)]
    [InlineData("s-maxage=1, max-age=60", "", "Authorization: Bearer a", true)]
    [InlineData("must-revalidate, max-age=60", "", "Authorization: Bearer a", true)]
    [InlineData("proxy-revalidate, max-age=60", "", "Authorization: Bearer a", false)]
    [InlineData("s-maxage=0, max-age=60", "", "Authorization: Bearer a", false)]
    public async Task What_may_be_meant_for_one_client_is_kept_only_when_asked(string cacheControl, string answerHeader, string requestHeader, bool isKept)
    {
        foreach (var asked in new[] { false, true })
        {
            await using var rig = await Rig.StartAsync(asked ? """{"store_private":true}""" : "{}", endpoint: ",\"input_headers\":[\"Authorization\",\"Cookie\"]");
            rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", cacheControl, answerHeader.Length == 0 ? [] : [answerHeader]);
            string[] headers = requestHeader.Length == 0 ? [] : [requestHeader];

            await rig.GetAsync("/e", headers);

            Assert.Equal(isKept || asked ? "1" : "2", await rig.BodyAsync("/e", headers));
        }
    }

    [Fact]
    [Spec("MAN-425")]
    public async Task A_change_makes_what_is_kept_out_of_date()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]},
              {"endpoint":"/e","method":"PUT","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]}]}
            """);

        await rig.GetAsync();
        await rig.Front.SendAsync(HttpMethod.Put, "/e");

        Assert.Equal("""{"n":3}""", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-423")]
    public async Task A_reload_keeps_what_is_stored_where_the_backend_is_unchanged()
    {
        var document = TwoBackends.Replace("$X", "{}", StringComparison.Ordinal).Replace("$Y", """{"shared":true}""", StringComparison.Ordinal);
        await using var rig = await Rig.StartDocumentAsync(document);
        await rig.GetAsync("/x");
        await rig.GetAsync("/y");

        await rig.Front.Gateway.ReloadAsync(document.Replace("$UPSTREAM", rig.Front.Upstream.Host, StringComparison.Ordinal).Replace("\"version\":3", "\"version\":3,\"timeout\":\"9s\"", StringComparison.Ordinal));
        await rig.GetAsync("/x");
        await rig.GetAsync("/y");
        Assert.Equal(2, rig.Calls);

        await rig.Front.Gateway.ReloadAsync(document.Replace("$UPSTREAM", rig.Front.Upstream.Host, StringComparison.Ordinal).Replace("{\"qos/http-cache\":{}}", "{\"qos/http-cache\":{\"cache_status\":true}}", StringComparison.Ordinal));
        await rig.GetAsync("/x");
        await rig.GetAsync("/y");
        Assert.Equal(3, rig.Calls);
    }

    [Fact]
    [Spec("TRF-043")]
    public async Task A_hit_takes_a_token_of_the_backends_rate_limit()
    {
        await using var rig = await Rig.StartAsync("{}", ",\"qos/ratelimit/proxy\":{\"max_rate\":2,\"capacity\":2,\"every\":\"1h\"}", folders: PluginFront.Folder("RateLimit", "rate-limit"));

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
            statuses.Add((await rig.GetAsync()).Status);

        Assert.Equal([200, 200, 500], statuses);
        Assert.Equal(1, rig.Calls);
    }

    [Fact]
    [Spec("TRF-117")]
    public async Task A_hit_is_a_success_for_the_breaker_and_is_not_served_while_it_is_open()
    {
        await using var rig = await Rig.StartAsync("{}", ",\"qos/circuit-breaker\":{\"interval\":0,\"timeout\":60,\"max_errors\":1}", isNoOp: false, folders: PluginFront.Folder("CircuitBreaker", "circuit-breaker"));
        rig.Backend = static (context, call) =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("fail") ? 500 : 200;
            return Rig.AnswerAsync(context, "{}", context.Request.Query.ContainsKey("fail") ? "" : "max-age=600");
        };

        var statuses = new List<int>();
        foreach (var path in new[] { "/e", "/e?fail", "/e", "/e?fail", "/e", "/e?fail", "/e?fail", "/e" })
            statuses.Add((await rig.GetAsync(path)).Status);

        Assert.Equal([200, 500, 200, 500, 200, 500, 500, 500], statuses);
    }

    private sealed class Answering(Action note) : KrakenPlugins.Sdk.Proxy.IProxyMiddleware
    {
        public ValueTask<KrakenPlugins.Sdk.Proxy.ProxyResult> InvokeAsync(KrakenPlugins.Sdk.Proxy.ProxyRequest request, KrakenPlugins.Sdk.Proxy.ProxyHandler next, CancellationToken cancellationToken)
        {
            note();
            return new(new KrakenPlugins.Sdk.Proxy.ProxyResponse { IsComplete = true, StatusCode = 200, Data = new KrakenPlugins.Sdk.Data.TreePayload(new KrakenPlugins.Sdk.Data.DataObject()) });
        }
    }
}
