using System.Diagnostics;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Backends one after the other: order, failures, time.</summary>
public sealed class SequentialTests : IAsyncLifetime
{
    private const string Sequential = "\"extra_config\":{\"proxy\":{\"sequential\":true}}";
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream
            .Answer("/one", """{"step":1,"one":1}""")
            .Answer("/two", """{"step":2,"two":2}""")
            .Answer("/three", """{"step":3,"three":3}""")
            .Answer("/fail", "no", 503, "text/plain")
            .AnswerAfter(TimeSpan.FromMilliseconds(200), "/slow", """{"step":0,"slow":1}""")
            .AnswerAfter(TimeSpan.FromSeconds(20), "/never", "{}");
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"cache_ttl":"60s","timeout":"10s","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/chain/{a}/{b}/{c}",$SEQUENTIAL,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}"},
                {"host":["$UPSTREAM"],"url_pattern":"/{b}"},
                {"host":["$UPSTREAM"],"url_pattern":"/{c}"}]},
              {"endpoint":"/strategy","extra_config":{"proxy":{"strategy":"sequential"}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/slow"},
                {"host":["$UPSTREAM"],"url_pattern":"/two"}]},
              {"endpoint":"/single",$SEQUENTIAL,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/one"}]},
              {"endpoint":"/code",$SEQUENTIAL,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/fail","extra_config":{"backend/http":{"return_error_code":true}}},
                {"host":["$UPSTREAM"],"url_pattern":"/two"}]},
              {"endpoint":"/details",$SEQUENTIAL,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/one"},
                {"host":["$UPSTREAM"],"url_pattern":"/fail","extra_config":{"backend/http":{"return_error_details":"b"}}},
                {"host":["$UPSTREAM"],"url_pattern":"/three"}]},
              {"endpoint":"/timed","timeout":"1s",$SEQUENTIAL,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/one"},
                {"host":["$UPSTREAM"],"url_pattern":"/never"},
                {"host":["$UPSTREAM"],"url_pattern":"/three"}]},
              {"endpoint":"/timed-first","timeout":"200ms",$SEQUENTIAL,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/never"},
                {"host":["$UPSTREAM"],"url_pattern":"/two"}]},
              {"endpoint":"/writes","method":"POST",$SEQUENTIAL,"input_headers":["X-A"],"input_query_strings":["q"],"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/one","method":"DELETE"},
                {"host":["$UPSTREAM"],"url_pattern":"/two","method":"GET"},
                {"host":["$UPSTREAM"],"url_pattern":"/three"}]}]}
            """.Replace("$SEQUENTIAL", Sequential, StringComparison.Ordinal), _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private string[] Called => [.. _upstream.Received.Select(static r => r.Target)];

    [Fact, Spec("RTE-151")]
    public async Task Each_step_starts_when_the_one_before_is_over()
    {
        var running = 0;
        var most = 0;
        foreach (var path in new[] { "/x", "/y", "/z" })
        {
            _upstream.On(path, async context =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
                await context.Response.WriteAsync("{}");
            });
        }

        await _gateway.GetAsync("/chain/x/y/z");

        Assert.Equal(["/x", "/y", "/z"], Called);
        Assert.Equal(1, most);
    }

    [Fact, Spec("RTE-156")]
    public async Task Later_steps_win_equal_keys_however_long_they_took()
    {
        var reply = await _gateway.GetAsync("/chain/three/slow/one");

        Assert.Equal((200, """{"one":1,"slow":1,"step":1,"three":3}""", "true"), (reply.Status, reply.Body, reply.Completed));
        Assert.Equal("public, max-age=60", reply.Header("Cache-Control"));
    }

    [Fact, Spec("RTE-151")]
    public async Task With_one_backend_the_flag_means_nothing()
    {
        var reply = await _gateway.GetAsync("/single");

        Assert.Equal(("""{"one":1,"step":1}""", "true"), (reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-172")]
    public async Task The_strategy_sequential_is_the_same()
    {
        var reply = await _gateway.GetAsync("/strategy");

        Assert.Equal("""{"slow":1,"step":2,"two":2}""", reply.Body);
    }

    [Fact, Spec("RTE-153")]
    public async Task A_failure_of_the_first_step_is_the_error_of_the_endpoint()
    {
        var reply = await _gateway.GetAsync("/chain/fail/two/three");

        Assert.Equal((500, "false"), (reply.Status, reply.Completed));
        Assert.Equal($"invalid status code 503 [GET /{{a}}]: {_upstream.Host}/fail", reply.Body);
        Assert.Equal(["/fail"], Called);
    }

    [Fact, Spec("RTE-153", "RTE-112")]
    public async Task A_failure_of_the_first_step_keeps_its_code()
    {
        var reply = await _gateway.GetAsync("/code");

        Assert.Equal((503, "no", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Theory, Spec("RTE-154")]
    [InlineData("/chain/one/fail/three", """{"one":1,"step":1}""", new[] { "/one", "/fail" })]
    [InlineData("/chain/one/two/fail", """{"one":1,"step":2,"two":2}""", new[] { "/one", "/two", "/fail" })]
    public async Task A_failure_of_a_later_step_ends_the_chain_and_shows_what_there_is(string path, string body, string[] called)
    {
        var reply = await _gateway.GetAsync(path);

        Assert.Equal((200, body, "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.Null(reply.Header("Cache-Control"));
        Assert.Equal(called, Called);
        await _gateway.WaitForLogAsync("[ENDPOINT: /chain/{a}/{b}/{c}] Error #0: invalid status code 503");
    }

    [Fact, Spec("RTE-155")]
    public async Task A_step_that_is_not_complete_is_merged_and_ends_the_chain()
    {
        var reply = await _gateway.GetAsync("/details");

        Assert.Equal((200, "false"), (reply.Status, reply.Completed));
        Assert.Equal("""{"error_b":{"http_body":"no","http_body_encoding":"text/plain","http_status_code":503},"one":1,"step":1}""", reply.Body);
        Assert.Equal(["/one", "/fail"], Called);
    }

    [Fact, Spec("RTE-152", "RTE-197", "RTE-195")]
    public async Task The_whole_chain_shares_85_percent_of_the_time()
    {
        var watch = Stopwatch.StartNew();
        var reply = await _gateway.GetAsync("/timed");

        Assert.InRange(watch.ElapsedMilliseconds, 840, 8000);
        Assert.Equal((200, """{"one":1,"step":1}""", "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.Equal(["/one", "/never"], Called);
        await _gateway.WaitForLogAsync("[ENDPOINT: /timed] Error #0: context deadline exceeded");
    }

    [Fact, Spec("RTE-152", "RTE-194")]
    public async Task Time_that_is_up_in_the_first_step_makes_a_500()
    {
        var reply = await _gateway.GetAsync("/timed-first");

        Assert.Equal((500, "context deadline exceeded"), (reply.Status, reply.Body));
    }

    [Fact, Spec("RTE-167", "RTE-170")]
    public async Task Every_step_gets_the_request_of_the_client_and_nothing_of_an_earlier_answer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/writes?q=1&r=2") { Content = new StringContent("the body") };
        request.Headers.Add("X-A", "a");
        await _gateway.SendAsync(request);

        Assert.Equal(["DELETE /one?q=1", "GET /two?q=1", "POST /three?q=1"], _upstream.Received.Select(static r => $"{r.Method} {r.Target}"));
        Assert.All(_upstream.Received, static r => Assert.Equal(("the body", "a"), (r.Body, r.Header("X-A"))));
    }

    [Fact, Spec("RTE-171", "RTE-189")]
    public async Task Shadow_backends_are_not_counted_as_steps()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x",$SEQUENTIAL,"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/three","extra_config":{"proxy":{"shadow":true}}},
              {"host":["$UPSTREAM"],"url_pattern":"/one","allow":["one"]},
              {"host":["$UPSTREAM"],"url_pattern":"/two?one={resp0_one}","allow":["two"]}]}]}
            """.Replace("$SEQUENTIAL", Sequential, StringComparison.Ordinal), _upstream.Host);

        Assert.Equal("""{"one":1,"two":2}""", (await gateway.GetAsync("/x")).Body);
        Assert.Equal("/two?one=1", _upstream.ReceivedAt("/two").Single().Target);
    }
}
