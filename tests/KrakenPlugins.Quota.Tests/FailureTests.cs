using System.Diagnostics;
using Gateway.Testing;
using KrakenPlugins.Quota.Processors;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class FailureTests
{
    private readonly string _name = Fresh.Name();

    [Theory, Spec("TRF-159", "TRF-160", "TRF-072")]
    [InlineData("false", 500)]
    [InlineData("true", 200)]
    public async Task Without_redis_requests_follow_the_setting_until_the_gateway_is_restarted(string allows, int status)
    {
        await using var server = await RedisServer.StartAsync();
        server.Kill();
        var document = Front.Document(Front.Services(server.Address, _name, more: $",\"on_failure_allow\":{allows}"), Front.Quota(_name));
        await using var front = await Front.StartAsync(document);

        var reply = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
        Assert.Equal((status, (string?)null), (reply.Status, reply.Header("X-Quota-Limit")));
        Assert.True(status == 200 || (reply.IsBare && reply.Header("Content-Length") == "0"));
        await front.Gateway.WaitForLogAsync($"[SERVICE: Quota] {_name}: out of service");
        Assert.Equal("200", await front.StatusesAsync(1, "/open"));
        Assert.Contains($"{_name}: out of service", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);

        await server.RestartAsync();
        await front.Gateway.WaitForLogAsync("a: connected to");
        Assert.Equal(status.ToString(System.Globalization.CultureInfo.InvariantCulture), await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("", server.Cli("keys", "*"));

        await front.Gateway.ReloadAsync(document);
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal(2, front.Gateway.Log.Split("out of service, Redis cannot be reached").Length);
    }

    [Fact, Spec("TRF-437")]
    public async Task A_processor_that_recovers_counts_again_as_soon_as_redis_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync(Front.Document(Front.Services(server.Address, _name, more: ",\"on_failure_recover\":true"), Front.Quota(_name)));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann"));
        server.Kill();
        await front.Gateway.WaitForLogAsync("a: no connection to");
        Assert.Equal("500 500", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Contains($"{_name}: redis is away", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);

        await server.RestartAsync();
        await Wait.UntilAsync(() => front.Gateway.Log.Split("a: connected to").Length > 2, static () => "never connected again");

        // Restarted empty.
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Contains($"{_name}: ok", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    [Theory, Spec("TRF-159", "TRF-431", "TRF-077")]
    [InlineData("false", 500)]
    [InlineData("true", 200)]
    public async Task Nobody_waits_longer_than_the_limit_for_a_redis_that_hangs(string allows, int status)
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync(Front.Document(Front.Services(server.Address, _name, more: $",\"on_failure_allow\":{allows}"), Front.Quota(_name), attributes: ",\"timeout\":\"300ms\""));
        await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann");
        server.Freeze();
        var watch = Stopwatch.StartNew();

        var reply = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal((status, (string?)null), (reply.Status, reply.Header("X-Quota-Limit")));
        Assert.InRange(watch.ElapsedMilliseconds, 250, 2_000);
        Assert.Equal("200", await front.StatusesAsync(1, "/open"));
        server.Thaw();
        // Slowness alone puts no processor out of service.
        await Wait.UntilAsync(() => front.GetAsync("/e", "X-Plan: gold", "X-User: bob").GetAwaiter().GetResult().Header("X-Quota-Limit") is not null, static () => "it never counted again");
    }

    [Fact, Spec("TRF-431", "TRF-440")]
    public async Task A_redis_that_hangs_opens_no_breaker_of_a_backend()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(server.Address, _name, more: ",\"on_failure_recover\":true")}}} },"endpoints":[
              {"endpoint":"/warm","timeout":"30s","input_headers":["*"],"extra_config":{"proxy":{"sequential":true}},"backend":[{"url_pattern":"/slow"},{"url_pattern":"/b","extra_config":{ {{{Front.Quota(_name)}}} }}]},
              {"endpoint":"/e","timeout":"600ms","input_headers":["*"],"extra_config":{"proxy":{"sequential":true}},"backend":[{"url_pattern":"/slow"},
                {"url_pattern":"/b","extra_config":{ {{{Front.Quota(_name)}}},"qos/circuit-breaker":{"interval":60,"timeout":60,"max_errors":1} }}]}]}
            """);
        // What it takes of the endpoint's time is time that Redis has not: the endpoint's limit ends the wait, not that of Redis.
        front.Upstream.On("/slow", static async context =>
        {
            await Task.Delay(50);
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "{}");
        });
        Assert.Equal("true", (await front.GetAsync("/warm", "X-Plan: gold", "X-User: ann")).Header("X-Krakend-Completed"));
        server.Freeze();

        for (var i = 0; i < 2; i++)
            Assert.NotEqual("true", (await front.GetAsync("/e", "X-Plan: gold", "X-User: ann")).Header("X-Krakend-Completed"));

        server.Thaw();
        await Wait.UntilAsync(() => front.GetAsync("/e", "X-Plan: gold", "X-User: bob").GetAwaiter().GetResult().Header("X-Krakend-Completed") == "true", static () => "the backend is not called again");
        Assert.DoesNotContain("circuit breaker is open", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-437")]
    public async Task A_failure_behind_the_end_of_the_configuration_begins_no_attempts()
    {
        // What it says is its own state then, and not that of Redis.
        var pool = new AbsentPool { IsThere = true };
        var state = new ProcessorState("plans", pool, new FailurePolicy(true, 3, false, false), new SteppedTime(), new LogLines());
        await state.DisposeAsync();

        state.NoteFailure(RedisReply.Failed(RedisFailure.Unavailable, "closed"));

        Assert.Equal(("ok", 0), (state.Status, pool.Attempts));
    }

    [Fact, Spec("TRF-159", "TRF-173")]
    public async Task A_charge_that_is_lost_loses_no_answer()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync(Front.Document(Front.Services(server.Address, _name), Front.Quota(_name, ",\"weight_key\":\"cost\"")));
        front.Upstream.On("/b", async context =>
        {
            server.Kill();
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, """{"cost":3}""");
        });

        var reply = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal((200, """{"cost":3}"""), (reply.Status, reply.Body));
        await front.Gateway.WaitForLogAsync($"[SERVICE: Quota] {_name}: requests are answered with 500:");
    }

    [Fact, Spec("TRF-160", "TRF-437")]
    public async Task So_many_attempts_are_made_with_growing_pauses_and_then_the_processor_gives_up_once()
    {
        var time = new SteppedTime();
        var pool = new AbsentPool { IsThere = true };
        var log = new LogLines();
        await using var state = new ProcessorState("plans", pool, new FailurePolicy(false, 3, false, false), time, log);

        state.NoteFailure(RedisReply.Failed(RedisFailure.Timeout, "slow"));
        Assert.Equal("ok", state.Status);
        pool.IsThere = false;
        for (var i = 0; i < 5; i++)
            state.NoteFailure(RedisReply.Failed(RedisFailure.Unavailable, "away"));
        Assert.Equal("redis is away", state.Status);
        foreach (var pause in new[] { 1, 2, 4 })
            await time.StepAsync(TimeSpan.FromSeconds(pause));
        await Wait.UntilAsync(() => state.IsOut, () => state.Status);

        Assert.Equal(3, pool.Attempts);
        Assert.Single(log.Lines, static line => line.Contains("out of service", StringComparison.Ordinal));
        state.NoteAnswer();
        Assert.True(state.IsOut);
    }

    [Fact, Spec("TRF-160", "TRF-437")]
    public async Task An_attempt_or_a_request_that_gets_through_puts_it_back_into_service()
    {
        var time = new SteppedTime();
        var pool = new AbsentPool { IsThere = true };
        await using var state = new ProcessorState("plans", pool, new FailurePolicy(true, 2, true, false), time, new LogLines());

        state.NoteFailure(RedisReply.Failed(RedisFailure.Unavailable, "away"));
        state.NoteAnswer();
        Assert.Equal("ok", state.Status);
        pool.IsThere = false;
        await time.StepAsync(TimeSpan.FromSeconds(1));
        state.NoteFailure(RedisReply.Failed(RedisFailure.Unavailable, "away"));
        pool.IsThere = true;
        await time.StepAsync(TimeSpan.FromSeconds(1));

        await Wait.UntilAsync(() => state.Status == "ok", () => state.Status);
    }

    [Fact, Spec("TRF-437")]
    public void Pauses_are_equal_or_grow_to_a_minute()
    {
        Assert.Equal("1 1 1 1", Pauses(isLinear: true, 1, 2, 3, 1_000_000));
        Assert.Equal("1 2 4 32 60 60", Pauses(isLinear: false, 1, 2, 3, 6, 7, 1_000_000));

        static string Pauses(bool isLinear, params int[] attempts) => string.Join(' ', attempts.Select(attempt => ProcessorState.PauseBefore(attempt, isLinear).TotalSeconds));
    }

    /// <summary>Timers that run when they are told to, one duration after the other.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private readonly List<(TimeSpan Due, TimerCallback Run, object? State)> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers)
                _timers.Add((dueTime, callback, state));
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public async Task StepAsync(TimeSpan due)
        {
            await Wait.UntilAsync(() => Has(due), () => $"nobody waits {due}");
            (TimeSpan Due, TimerCallback Run, object? State)[] ready;
            lock (_timers)
            {
                ready = [.. _timers.Where(timer => timer.Due == due)];
                _timers.RemoveAll(timer => timer.Due == due);
            }
            foreach (var (_, run, state) in ready)
                run(state);
        }

        private bool Has(TimeSpan due)
        {
            lock (_timers)
                return _timers.Exists(timer => timer.Due == due);
        }
    }

    private sealed class AbsentPool : IRedisPool
    {
        private int _attempts;

        public int Attempts => _attempts;

        public bool IsThere { get; set; }

        public string Name => "a";

        public bool IsCluster => false;

        public bool IsReady => IsThere;

        public ValueTask<RedisReply> ExecuteAsync(ReadOnlySpan<RedisArgument> command, RedisCall call, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _attempts);
            return new(IsThere ? RedisReply.Of(0) : RedisReply.Failed(RedisFailure.Unavailable, "away"));
        }

        public ValueTask<RedisReply> EvaluateAsync(RedisScript script, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, RedisCall call, CancellationToken cancellationToken = default) =>
            ExecuteAsync([], call, cancellationToken);
    }

    private sealed class LogLines : ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}
