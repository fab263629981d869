using System.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Several copies of the same call, of which the first complete one counts.</summary>
public sealed class ConcurrentCallsTests : IAsyncLifetime
{
    private readonly Kinds _kinds = new();
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;
    private int _calls;
    private int _aborted;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.AnswerAfter(TimeSpan.FromSeconds(20), "/never", "{}");
        var plugins = new PluginRegistry();
        plugins.Backend("test/kinds", BackendStages.CircuitBreaker, (_, _, _) => _kinds);
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"10s","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/x","concurrent_calls":3,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/x","extra_config":{"test/kinds":{}}}]},
              {"endpoint":"/write","method":"POST","concurrent_calls":3,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/x"}]},
              {"endpoint":"/pair","concurrent_calls":2,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/x","group":"a"},{"host":["$UPSTREAM"],"url_pattern":"/x","group":"b"}]},
              {"endpoint":"/details","concurrent_calls":3,"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/x","extra_config":{"backend/http":{"return_error_details":"d"}}}]},
              {"endpoint":"/timed","timeout":"400ms","concurrent_calls":2,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/never"}]},
              {"endpoint":"/zero","concurrent_calls":0,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/x"}]},
              {"endpoint":"/raw","concurrent_calls":3,"output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/x"}]}]}
            """, _upstream.Host, new() { Plugins = plugins });
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("RTE-173", "RTE-177")]
    [InlineData("/x", 3)]
    [InlineData("/write", 3)]
    [InlineData("/pair", 4)]
    [InlineData("/zero", 1)]
    public async Task Every_backend_gets_that_many_identical_calls_at_once(string path, int count)
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnCall(async (context, index) =>
        {
            if (index == count - 1)
                all.SetResult();
            await all.Task.WaitAsync(_upstream.Stopping);
            await context.Response.WriteAsync("""{"ok":1}""");
        });
        var body = new string('b', 200_000);

        var reply = path == "/write" ? await _gateway.PostAsync(path, body) : await _gateway.GetAsync(path);

        Assert.Equal((200, "true"), (reply.Status, reply.Completed));
        Assert.Equal(count, _calls);
        Assert.All(_upstream.Received, r => Assert.Equal(path == "/write" ? body : "", r.Body));
    }

    [Fact, Spec("RTE-173")]
    public async Task Each_copy_picks_its_own_host()
    {
        await using var other = await Upstream.StartAsync();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var upstream in new[] { _upstream, other })
        {
            upstream.On("/spread", async context =>
            {
                if (Interlocked.Increment(ref _calls) == 2)
                    all.SetResult();
                await all.Task.WaitAsync(_upstream.Stopping);
                await context.Response.WriteAsync("""{"ok":1}""");
            });
        }
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"10s","endpoints":[{"endpoint":"/x","concurrent_calls":2,"backend":[
              {"host":["$UPSTREAM","$OTHER"],"url_pattern":"/spread"}]}]}
            """.Replace("$OTHER", other.Host, StringComparison.Ordinal), _upstream.Host);

        Assert.Equal(200, (await gateway.GetAsync("/x")).Status);

        Assert.Equal((1, 1), (_upstream.Received.Count, other.Received.Count));
    }

    [Fact, Spec("RTE-174", "RTE-200")]
    public async Task The_first_complete_answer_counts_and_the_other_calls_are_cancelled()
    {
        OnCall((context, index) => index == 1 ? AnswerWhenAllAreHereAsync(context, """{"winner":1}""") : HangAsync(context));

        var reply = await _gateway.GetAsync("/x");

        Assert.Equal((200, """{"winner":1}""", "true"), (reply.Status, reply.Body, reply.Completed));
        await Wait.UntilAsync(() => Volatile.Read(ref _aborted) == 2, () => $"{_aborted} calls were cancelled");
        await Wait.UntilAsync(() => _kinds.Count == 3, () => $"{_kinds.Count} calls have ended");
        // Who lost says nothing about the backend, and nothing to the log.
        Assert.Equal(["Lost", "Lost", "none"], _kinds.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("ERROR", _gateway.Log);
    }

    [Fact, Spec("RTE-174")]
    public async Task Failures_of_others_do_not_matter_when_one_call_succeeds()
    {
        var failed = 0;
        OnCall(async (context, index) =>
        {
            if (index < 2)
            {
                context.Response.StatusCode = 500;
                await context.Response.CompleteAsync();
                Interlocked.Increment(ref failed);
                return;
            }
            await Wait.UntilAsync(() => Volatile.Read(ref failed) == 2, static () => "nobody failed");
            await context.Response.WriteAsync("""{"third":1}""");
        });

        var reply = await _gateway.GetAsync("/x");

        Assert.Equal((200, """{"third":1}""", "true"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-175")]
    public async Task When_all_fail_the_last_error_is_that_of_the_backend()
    {
        OnCall(async (context, index) =>
        {
            // Answered one after the other, so that it is known which failure is the last.
            await Wait.UntilAsync(() => _kinds.Count == index, static () => "the calls before did not end");
            context.Response.StatusCode = 500 + index;
        });

        var reply = await _gateway.GetAsync("/x");

        Assert.Equal((500, $"invalid status code 502 [GET /x]: {_upstream.Host}/x"), (reply.Status, reply.Body));
    }

    [Fact, Spec("RTE-175")]
    public async Task When_none_is_complete_data_is_better_than_nothing()
    {
        OnCall(static (context, index) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        var reply = await _gateway.GetAsync("/details");

        Assert.Equal((200, """{"error_d":{"http_status_code":404}}""", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-176", "RTE-197")]
    public async Task The_copies_have_75_percent_of_the_time()
    {
        var watch = Stopwatch.StartNew();
        var reply = await _gateway.GetAsync("/timed");

        Assert.Equal((500, "context deadline exceeded"), (reply.Status, reply.Body));
        Assert.InRange(watch.ElapsedMilliseconds, 290, 5000);
    }

    [Fact, Spec("RTE-176", "RTE-180", "RTE-197")]
    public async Task One_call_has_all_the_time_and_two_have_not()
    {
        _upstream.AnswerAfter(TimeSpan.FromMilliseconds(850), "/almost", """{"almost":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"1s","endpoints":[
              {"endpoint":"/one","timeout":"5s","concurrent_calls":1,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/almost"}]},
              {"endpoint":"/two","concurrent_calls":2,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/almost"}]}]}
            """, _upstream.Host);

        var one = gateway.GetAsync("/one");
        var two = gateway.GetAsync("/two");

        Assert.Equal((200, 500), ((await one).Status, (await two).Status));
    }

    [Fact, Spec("RTE-178")]
    public async Task Components_of_the_backend_see_each_copy()
    {
        OnCall(static (context, _) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        await _gateway.GetAsync("/x");

        Assert.Equal(["Status", "Status", "Status"], _kinds);
    }

    [Fact, Spec("RTE-179")]
    public async Task The_stream_of_the_winner_stays_open_until_it_is_copied()
    {
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnCall(async (context, index) =>
        {
            if (index != 0)
            {
                await HangAsync(context);
                return;
            }
            await WaitForAllAsync();
            await context.Response.WriteAsync("first ");
            await context.Response.Body.FlushAsync();
            await more.Task.WaitAsync(_upstream.Stopping);
            await context.Response.WriteAsync("second");
        });

        using var response = await _gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        await Wait.UntilAsync(() => Volatile.Read(ref _aborted) == 2, () => $"{_aborted} calls were cancelled");
        more.SetResult();

        Assert.Equal("first second", await response.Content.ReadAsStringAsync());
    }

    private void OnCall(Func<HttpContext, int, Task> handler) => _upstream.On("/x", context => handler(context, Interlocked.Increment(ref _calls) - 1));

    private async Task AnswerWhenAllAreHereAsync(HttpContext context, string body)
    {
        await WaitForAllAsync();
        await context.Response.WriteAsync(body);
    }

    private Task WaitForAllAsync() => Wait.UntilAsync(() => Volatile.Read(ref _calls) == 3, () => $"{_calls} calls came");

    private async Task HangAsync(HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _upstream.Stopping);
        using var registration = context.RequestAborted.Register(() => Interlocked.Increment(ref _aborted));
        await Task.Delay(Timeout.Infinite, stop.Token);
    }

    /// <summary>Notes how each call of a backend ended.</summary>
    private sealed class Kinds : System.Collections.Concurrent.ConcurrentQueue<string>, IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            Enqueue(result.Error?.Kind.ToString() ?? "none");
            return result;
        }
    }
}
