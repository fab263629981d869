using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Traffic.Tests;

/// <summary>"Order of execution and interplay": who pays when several limits, filters and breakers stand one behind the other.</summary>
public sealed class InterplayTests
{
    private const string Keys = ""","auth/api-keys":{"keys":[{"key":"one","roles":["a"]}]}""";
    private const string Key = """ "auth/api-keys":{"roles":["a"]},""";
    private const string Broken = "circuit breaker is open";
    private const string Limited = "rate limit exceded";

    private static string Router(int capacity) => $$"""
        "qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":{{capacity}} }
        """;

    private static string Proxy(int capacity) => $$"""
        "qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":{{capacity}} }
        """;

    private static string Service(int capacity) => $$"""
        ,"qos/ratelimit/service":{"max_rate":1,"every":"1h","capacity":{{capacity}} }
        """;

    private static string Breaker(int maxErrors, int timeout = 10) => $$"""
        "qos/circuit-breaker":{"interval":0,"timeout":{{timeout}},"max_errors":{{maxErrors}} }
        """;

    [Fact]
    [Spec("TRF-029", "TRF-053")]
    public async Task A_401_costs_the_service_a_token_and_the_endpoint_and_backend_none()
    {
        await using var traffic = await Traffic.StartAsync(Traffic.Endpoint("/e", Key + Router(1), Proxy(1)), Keys + Service(4));

        Assert.Equal("401, 401, 401", await traffic.AskAsync(3, "/e"));
        Assert.Equal("200, 503", await traffic.AskAsync(2, "/e", "Authorization: Bearer one"));
        Assert.Single(traffic.Upstream.Received);
    }

    [Fact]
    [Spec("TRF-052", "TRF-029")]
    public async Task What_the_service_refuses_costs_the_endpoint_nothing()
    {
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/e", """ "qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":3,"client_max_rate":1,"client_capacity":3}"""),
            ""","qos/ratelimit/service":{"max_rate":1,"capacity":2}""");

        Assert.Equal("200, 200, 503, 503, 503", await traffic.AskAsync(5, "/e"));
        traffic.Advance(10);
        Assert.Equal("200, 429, 503", await traffic.AskAsync(3, "/e"));
    }

    [Fact]
    [Spec("TRF-029", "TRF-050", "TRF-133", "TRF-136")]
    public async Task Bots_cost_the_endpoint_nothing_and_filtered_addresses_the_service_neither()
    {
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/e", """ "security/bot-detector":{"deny":["bot"]},""" + Router(1), Proxy(1)) + "," + Traffic.Endpoint("/f"),
            """
            ,"plugin/http-server":{"name":["ip-filter"],"ip-filter":{"CIDR":["10.0.0.0/8"],"allow":false} },"security/bot-detector":{"deny":["worse"]}
            """ + Service(6));

        Assert.Equal("403, 403", await traffic.AskAsync(2, "/e", "X-Forwarded-For: 10.1.1.1"));
        Assert.Equal("403, 403", await traffic.AskAsync(2, "/e", "User-Agent: worse"));
        Assert.Equal("403, 403", await traffic.AskAsync(2, "/e", "User-Agent: bot"));
        Assert.Equal("200, 503", await traffic.AskAsync(2, "/e"));
        // All but the filtered ones came as far as the service's limit.
        Assert.Equal("503", await traffic.AskAsync(1, "/f"));
        Assert.Single(traffic.Upstream.Received);
    }

    [Fact]
    [Spec("TRF-137")]
    public async Task A_client_that_the_endpoints_filter_refuses_has_spent_a_token()
    {
        const string Filter = """ "plugin/req-resp-modifier":{"name":["ip-filter"],"ip-filter":{"CIDR":["127.0.0.1"],"allow":false} },""";
        await using var traffic = await Traffic.StartAsync(Traffic.Endpoint("/e", Filter + Router(2), Proxy(1)));

        Assert.Equal("500 access denied, 500 access denied, 503", await traffic.AskAsync(3, "/e"));
        Assert.Empty(traffic.Upstream.Received);
    }

    [Fact]
    [Spec("TRF-027", "TRF-049")]
    public async Task The_clients_token_is_lost_when_the_shared_bucket_refuses()
    {
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/e", """ "qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":1,"client_max_rate":1,"client_capacity":3,"strategy":"header","key":"X-Who"}"""));

        Assert.Equal("200, 503, 503, 429", await traffic.AskAsync(4, "/e", "X-Who: a"));
    }

    [Fact]
    [Spec("TRF-044", "TRF-108")]
    public async Task Refusals_of_the_backends_limit_open_the_breaker_which_takes_no_tokens_while_it_is_open()
    {
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/e", "", Breaker(1, 100) + ""","qos/ratelimit/proxy":{"max_rate":1,"every":"20s","capacity":2}"""));

        Assert.Equal($"200, 200, 500 {Limited}, 500 {Limited}, 500 {Broken}", await traffic.AskAsync(5, "/e"));
        traffic.Advance(50);
        Assert.Equal($"500 {Broken}, 500 {Broken}, 500 {Broken}", await traffic.AskAsync(3, "/e"));
        traffic.Advance(51);
        Assert.Equal($"200, 200, 500 {Limited}", await traffic.AskAsync(3, "/e"));
        Assert.Equal(4, traffic.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-002", "TRF-044", "TRF-106")]
    public async Task Failures_and_open_breakers_give_no_token_back()
    {
        await using var traffic = await Traffic.StartAsync(Traffic.Endpoint("/e", Router(5), Breaker(1) + "," + Proxy(3)), Service(6));
        traffic.Upstream.Answer("/e", "no", 500);

        // The backend's own text is not shown.
        var failure = (await traffic.AskAsync(1, "/e"))[4..];
        Assert.Equal($"500 {failure}, 500 {Broken}, 500 {Broken}", await traffic.AskAsync(3, "/e"));
        traffic.Advance(11);
        Assert.Equal($"500 {failure}, 503, 503", await traffic.AskAsync(3, "/e"));
        Assert.Equal(3, traffic.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-042")]
    public async Task Concurrent_calls_take_a_backend_token_each_and_one_of_the_endpoint_together()
    {
        await using var traffic = await Traffic.StartAsync(Traffic.Endpoint("/e", Router(3), Proxy(6), ",\"concurrent_calls\":3"));
        // Answered when all three are there, so that none is left out because another one has won.
        var (arrived, batches) = (0, Enumerable.Range(0, 2).Select(static _ => new TaskCompletionSource()).ToArray());
        traffic.Upstream.On("/e", async context =>
        {
            var call = Interlocked.Increment(ref arrived);
            if (call % 3 == 0)
                batches[(call - 1) / 3].SetResult();
            await batches[(call - 1) / 3].Task;
            await context.Response.WriteAsync("{\"a\":1}");
        });

        Assert.Equal($"200, 200, 500 {Limited}, 503", await traffic.AskAsync(4, "/e"));
    }

    [Theory]
    [Spec("TRF-040", "TRF-045", "TRF-105")]
    [InlineData("")]
    [InlineData(""","proxy":{"sequential":true}""")]
    public async Task Merging_makes_partial_answers_of_refusals(string merge)
    {
        await using var traffic = await Traffic.StartAsync($$"""
            {"endpoint":"/limit","extra_config":{"@":1 {{merge}} },"backend":[{"url_pattern":"/a","group":"a"},{"url_pattern":"/b","group":"b","extra_config":{ {{Proxy(1)}} } }]},
            {"endpoint":"/break","extra_config":{"@":1 {{merge}} },"backend":[{"url_pattern":"/a","group":"a"},{"url_pattern":"/broken","group":"b","extra_config":{ {{Breaker(0)}} } }]}
            """);
        traffic.Upstream.Answer("/broken", "no", 500);

        Assert.Equal("200, 200 partial", await traffic.AskAsync(2, "/limit"));
        Assert.Equal("200 partial, 200 partial", await traffic.AskAsync(2, "/break"));
        Assert.Equal("""{"a":{"from":"backend"}}""", (await traffic.Front.GetAsync("/break")).Body);
        Assert.Single(traffic.Upstream.Received, static r => r.Target == "/broken");
    }

    [Fact]
    [Spec("TRF-040", "TRF-105")]
    public async Task Answers_that_are_handed_through_have_no_partial_form()
    {
        const string Raw = ""","output_encoding":"no-op" """;
        await using var traffic = await Traffic.StartAsync($$"""
            {"endpoint":"/limit" {{Raw}},"backend":[{"url_pattern":"/a","encoding":"no-op","extra_config":{ {{Proxy(1)}} } }]},
            {"endpoint":"/break" {{Raw}},"backend":[{"url_pattern":"/a","encoding":"no-op","host":["http://127.0.0.1:81"],"extra_config":{ {{Breaker(0)}} } }]}
            """);

        Assert.Equal($"200 partial, 500 {Limited}", await traffic.AskAsync(2, "/limit"));
        Assert.EndsWith($", 500 {Broken}", await traffic.AskAsync(2, "/break"), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-300", "TRF-014", "TRF-118")]
    public async Task A_reload_keeps_what_did_not_change_and_fills_what_did_each_for_itself()
    {
        string Document(int endpoint, int backend, int service, int breaker) => Traffic.Document(
            Traffic.Endpoint("/e", Router(endpoint)) + "," + Traffic.Endpoint("/kept", Router(1)) + "," + Traffic.Endpoint("/b", "", Proxy(backend)) + "," + Traffic.Endpoint("/c", "", Breaker(breaker)),
            Service(service));
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/e", Router(1)) + "," + Traffic.Endpoint("/kept", Router(1)) + "," + Traffic.Endpoint("/b", "", Proxy(1)) + "," + Traffic.Endpoint("/c", "", Breaker(0)), Service(20));
        traffic.Upstream.Answer("/c", "no", 500);
        await traffic.AskAsync(1, "/c");
        Assert.Equal("200, 503", await traffic.AskAsync(2, "/e"));
        Assert.Equal("200, 503", await traffic.AskAsync(2, "/kept"));
        Assert.Equal($"200, 500 {Limited}", await traffic.AskAsync(2, "/b"));

        await traffic.Front.Gateway.ReloadAsync(Document(2, 1, 20, 0));
        Assert.Equal("200, 200, 503", await traffic.AskAsync(3, "/e"));
        Assert.Equal("503", await traffic.AskAsync(1, "/kept"));
        Assert.Equal($"500 {Limited}", await traffic.AskAsync(1, "/b"));
        Assert.Equal($"500 {Broken}", await traffic.AskAsync(1, "/c"));

        await traffic.Front.Gateway.ReloadAsync(Document(2, 2, 20, 1));
        Assert.Equal("503", await traffic.AskAsync(1, "/e"));
        Assert.Equal($"200, 200, 500 {Limited}", await traffic.AskAsync(3, "/b"));
        Assert.NotEqual($"500 {Broken}", await traffic.AskAsync(1, "/c"));

        // 18 of the service's 20 are spent.
        Assert.Equal("503, 503, 503", await traffic.AskAsync(3, "/kept"));
        await traffic.Front.Gateway.ReloadAsync(Document(2, 2, 1, 1));
        Assert.Equal($"500 {Limited}, 503", await traffic.AskAsync(2, "/b"));
    }

    [Fact]
    [Spec("TRF-031")]
    public async Task Of_a_long_connection_only_the_request_that_opens_it_counts()
    {
        var plugins = new PluginRegistry();
        plugins.Connection("test/connection", static (_, _, _) => new Talker());
        await using var traffic = await Traffic.StartAsync(
            Traffic.Endpoint("/taken", "\"test/connection\":{}," + Router(2)) + ","
            + """{"endpoint":"/stream","output_encoding":"no-op","extra_config":{"qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":2} },"backend":[{"url_pattern":"/stream","encoding":"no-op"}]}""",
            options: new() { Plugins = plugins });
        traffic.Upstream.On("/stream", static context => new Talker().RunAsync(context, default));

        foreach (var path in new[] { "/taken", "/stream" })
        {
            Assert.Equal(string.Concat(Enumerable.Repeat("word ", 20)), (await traffic.Front.GetAsync(path)).Body);
            Assert.Equal("200, 503", (await traffic.AskAsync(2, path)).Replace(" partial", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    [Spec("TRF-046", "TRF-116")]
    public async Task Blocks_that_are_no_objects_are_an_error_in_the_log_and_leave_the_others_at_work()
    {
        await using var traffic = await Traffic.StartAsync(Traffic.Endpoint("/e", "", "\"qos/ratelimit/proxy\":[1]," + Breaker(0)));
        traffic.Upstream.Answer("/e", "no", 500);

        await traffic.AskAsync(1, "/e");

        Assert.Equal($"500 {Broken}", await traffic.AskAsync(1, "/e"));
        await traffic.Front.Gateway.WaitForLogAsync("[BACKEND: /e][Ratelimit] wrong extra config");
        Assert.Matches("ERROR.*wrong extra config", traffic.Front.Gateway.Log);
    }

    /// <summary>Says something twenty times.</summary>
    private sealed class Talker : IConnectionHandler
    {
        public async Task RunAsync(HttpContext context, CancellationToken closing)
        {
            for (var i = 0; i < 20; i++)
            {
                await context.Response.WriteAsync("word ", closing);
                await context.Response.Body.FlushAsync(closing);
            }
        }
    }
}
