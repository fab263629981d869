using System.Diagnostics.Metrics;
using System.Text.Json;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

public sealed class FrontDoorTests
{
    [Fact]
    [Spec("TRF-100", "TRF-104", "TRF-105", "TRF-115")]
    public async Task The_third_call_is_refused_without_contact_when_one_error_is_tolerated()
    {
        await using var front = await Front.StartAsync("""{"interval":60,"timeout":10,"max_errors":1,"name":"cb-1","log_status_change":true}""");
        front.Upstream.Answer("/b", "no", 503);

        await front.GetAsync("/e");
        await front.GetAsync("/e");
        var refused = await front.GetAsync("/e");

        Assert.Equal((500, "circuit breaker is open", "false", null), (refused.Status, refused.Body, refused.Header("X-Krakend-Completed"), refused.Header("Retry-After")));
        Assert.Equal(2, front.Upstream.Received.Count);
        await front.Gateway.WaitForLogAsync("[CB] Circuit breaker named 'cb-1' went from 'closed' to 'open'");
        Assert.Contains("[BACKEND: /b][CB] Creating the circuit breaker named 'cb-1'", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Matches("WARN.*went from 'closed' to 'open'", front.Gateway.Log);
    }

    [Fact]
    [Spec("TRF-105")]
    public async Task What_clients_see_of_an_open_breaker()
    {
        await using var front = await Front.StartDocumentAsync($$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/single","backend":[{{Front.Broken}}]},
              {"endpoint":"/several","backend":[{{Front.Broken}},{"url_pattern":"/b"}]},
              {"endpoint":"/noop","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","host":["http://127.0.0.1:81"],"extra_config":{"qos/circuit-breaker":{"timeout":60,"max_errors":0,"interval":0} } }]},
              {"endpoint":"/static","extra_config":{"proxy":{"static":{"strategy":"errored","data":{"stub":1} } } },"backend":[{{Front.Broken}}]} ]}
            """);

        var replies = new Dictionary<string, FrontReply>();
        foreach (var path in new[] { "/single", "/several", "/noop", "/static" })
        {
            await front.GetAsync(path);
            replies[path] = await front.GetAsync(path);
            Assert.Null(replies[path].Header("Retry-After"));
        }

        Assert.Equal((500, "", "false"), (replies["/single"].Status, replies["/single"].Body, replies["/single"].Header("X-Krakend-Completed")));
        Assert.Equal((200, """{"from":"backend"}""", "false"), (replies["/several"].Status, replies["/several"].Body, replies["/several"].Header("X-Krakend-Completed")));
        Assert.Equal(500, replies["/noop"].Status);
        Assert.Equal((200, """{"stub":1}""", "false"), (replies["/static"].Status, replies["/static"].Body, replies["/static"].Header("X-Krakend-Completed")));
    }

    [Fact]
    [Spec("TRF-104", "TRF-107", "TRF-363")]
    public async Task Of_64_clients_at_a_flapping_backend_exactly_one_is_the_probe()
    {
        await using var front = await Front.StartAsync("""{"interval":0,"timeout":10,"max_errors":0,"name":"flap","log_status_change":true}""");
        var hold = new TaskCompletionSource<int>();
        front.Upstream.On("/b", async context =>
        {
            context.Response.StatusCode = await hold.Task;
            await context.Response.WriteAsync("{}");
        });
        hold.SetResult(500);
        await front.GetAsync("/e");
        var (received, isClosed) = (1, false);

        foreach (var status in new[] { 500, 500, 200, 500, 200 })
        {
            if (status == 500 && isClosed)
            {
                await front.GetAsync("/e");
                received++;
            }
            front.Time.Advance(TimeSpan.FromSeconds(11));
            hold = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var clients = Enumerable.Range(0, 64).Select(_ => front.GetAsync("/e")).ToList();
            await Wait.UntilAsync(() => clients.Count(static c => c.IsCompleted) == 63, () => $"{clients.Count(static c => c.IsCompleted)} of 63 were refused; {front.Upstream.Received.Count} reached the backend");

            Assert.Equal(++received, front.Upstream.Received.Count);
            Assert.All(clients.Where(static c => c.IsCompleted), static c => Assert.Equal((500, "too many requests"), (c.Result.Status, c.Result.Body)));
            hold.SetResult(status);
            Assert.Contains(await Task.WhenAll(clients), reply => reply.Body != "too many requests" && reply.Status == status);
            isClosed = status == 200;
            if (status == 200)
            {
                hold = new TaskCompletionSource<int>();
                hold.SetResult(500);
            }
        }
        await front.Gateway.WaitForLogAsync("[CB] Circuit breaker named 'flap' went from 'half-open' to 'closed'");
        Assert.Contains("went from 'open' to 'half-open'", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("went from 'half-open' to 'open'", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-103", "TRF-363")]
    [InlineData(500)]
    [InlineData(200)]
    public async Task What_64_clients_asked_before_a_change_says_nothing_after_it(int late)
    {
        await using var front = await Front.StartAsync("""{"interval":0,"timeout":10,"max_errors":0}""");
        var early = new Held(front.Upstream, "/b");
        var clients = Enumerable.Range(0, 64).Select(_ => front.GetAsync("/e")).ToList();
        await early.ArrivedAsync(64);
        front.Upstream.Answer("/b", "{", 500);
        await front.GetAsync("/e");
        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        front.Time.Advance(TimeSpan.FromSeconds(11));
        var probe = new Held(front.Upstream, "/b");
        var probing = front.GetAsync("/e");
        await probe.ArrivedAsync(1);

        // 64 late answers neither close nor open, nor do they make room for a second probe.
        early.Answer(late);
        await Task.WhenAll(clients);
        Assert.Equal("too many requests", (await front.GetAsync("/e")).Body);
        probe.Answer(200);
        Assert.Equal(200, (await probing).Status);
        front.Upstream.Answer("/b", "{}");
        Assert.Equal(200, (await front.GetAsync("/e")).Status);

        Assert.Equal(64 + 1 + 1 + 1, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-104", "TRF-107", "TRF-363")]
    public async Task While_64_clients_call_without_pause_each_half_open_period_costs_a_broken_backend_one_call()
    {
        const int Cycles = 12;
        await using var front = await Front.StartAsync("""{"interval":0,"timeout":10,"max_errors":0}""");
        var (isUp, reached) = (false, 0);
        front.Upstream.On("/b", async context =>
        {
            Interlocked.Increment(ref reached);
            context.Response.StatusCode = Volatile.Read(ref isUp) ? 200 : 500;
            await context.Response.WriteAsync("{}");
        });
        using var stop = new CancellationTokenSource();
        long answered = 0;
        var clients = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await front.GetAsync("/e");
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        await QuietAsync();

        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            var before = Volatile.Read(ref reached);
            front.Time.Advance(TimeSpan.FromSeconds(11));
            await Wait.UntilAsync(() => Volatile.Read(ref reached) > before, static () => "no probe");
            await QuietAsync();
            Assert.Equal(before + 1, Volatile.Read(ref reached));
            if (cycle % 4 != 3)
                continue;
            Volatile.Write(ref isUp, true);
            front.Time.Advance(TimeSpan.FromSeconds(11));
            await Wait.UntilAsync(() => Volatile.Read(ref reached) > before + 200, static () => "the breaker does not close");
            Volatile.Write(ref isUp, false);
            await QuietAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        // All clients were answered several times over, nobody reached the backend, and the breaker is open again.
        async Task QuietAsync()
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref reached);
                var until = Volatile.Read(ref answered) + 200;
                await Wait.UntilAsync(() => Volatile.Read(ref answered) >= until, static () => "clients are not answered");
            }
            while (seen != Volatile.Read(ref reached) || !front.Gateway.Host.Health.Contains(KeyValuePair.Create("qos/circuit-breaker", "1 open, 0 half-open of 1")));
        }
    }

    [Fact]
    [Spec("TRF-106")]
    public async Task An_open_breaker_answers_at_once_whatever_the_timeout()
    {
        await using var front = await Front.StartAsync("""{"interval":0,"timeout":60,"max_errors":0}""", """,{"endpoint":"/slow","timeout":"150ms","backend":[{"url_pattern":"/hang","extra_config":{"qos/circuit-breaker":{"interval":0,"timeout":60,"max_errors":0} } }]}""");
        front.Upstream.On("/hang", context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        await front.GetAsync("/slow");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 50; i++)
            Assert.Equal("circuit breaker is open", (await front.GetAsync("/slow")).Body);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"50 calls took {watch.Elapsed}; a timeout each would be 7.5 s");
        Assert.Single(front.Upstream.Received);
    }

    [Fact]
    [Spec("TRF-114")]
    public async Task Every_backend_has_a_breaker_of_its_own_whatever_its_name()
    {
        await using var front = await Front.StartAsync("""{"timeout":60,"max_errors":0,"interval":0,"name":"same"}""", """,{"endpoint":"/other","backend":[{"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{"timeout":60,"max_errors":0,"interval":0,"name":"same"} } }]}""");
        front.Upstream.Answer("/b", "no", 500);

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        Assert.NotEqual("circuit breaker is open", (await front.GetAsync("/other")).Body);
    }

    [Fact]
    [Spec("TRF-115")]
    public async Task Without_log_status_change_nothing_is_logged_of_changes()
    {
        await using var front = await Front.StartAsync("""{"timeout":60,"max_errors":0,"interval":0,"name":"quiet"}""");
        front.Upstream.Answer("/b", "no", 500);

        await front.GetAsync("/e");
        await front.GetAsync("/e");

        Assert.DoesNotContain("went from", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-116")]
    [InlineData("""{"interval":0,"timeout":0,"max_errors":0,"name":"","log_status_change":false}""", 3)]
    [InlineData("{}", 3)]
    [InlineData("[1]", 3)]
    [InlineData("7", 3)]
    [InlineData("""{"max_errors":"1"}""", 3)]
    [InlineData("""{"max_errors":1.9,"timeout":30}""", 2)]
    [InlineData("""{"max_errors":"1","timeout":30}""", 1)]
    [InlineData("""{"max_errors":-1,"timeout":30}""", 1)]
    [InlineData("""{"name":"only"}""", 1)]
    [InlineData("""{"maxErrors":1,"timeout":30,"logStatusChange":true}""", 2)]
    public async Task Values_are_read_as_the_original_reads_them(string settings, int reached)
    {
        await using var front = await Front.StartAsync(settings);
        front.Upstream.Answer("/b", "no", 500);

        for (var i = 0; i < 3; i++)
            await front.GetAsync("/e");

        Assert.Equal(reached, front.Upstream.Received.Count);
    }

    [Theory]
    [Spec("TRF-116")]
    [InlineData("""{"interval":60,"timout":10,"max_errors":1}""", "\"timout\" is no attribute of this place and has no effect; did you mean \"timeout\"?")]
    [InlineData("""{"interval":60,"timeout":10,"max_errors":1,"valid_status_codes":[200]}""", "it belongs to \"qos/circuit-breaker/http\"")]
    [InlineData("{}", "there is no circuit breaker")]
    [InlineData("""{"interval":60,"timeout":10,"max_errors":1,"@comment":"x"}""", null)]
    public async Task What_has_no_effect_is_told(string settings, string? warning)
    {
        await using var front = await Front.StartAsync(settings);

        Assert.Equal(warning is null ? 0 : 1, front.Gateway.Diagnostics.All.Count);
        Assert.All(front.Gateway.Diagnostics.All, d => Assert.Contains(warning!, d.Message, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("TRF-364")]
    public async Task The_health_path_counts_the_breakers_that_are_not_closed()
    {
        await using var front = await Front.StartAsync("""{"timeout":60,"max_errors":0,"interval":0}""", $$$""",{"endpoint":"/other","backend":[{{{Front.Broken}}}]}""");
        front.Upstream.Answer("/b", "no", 500);

        Assert.Contains("\"plugins\":{\"qos/circuit-breaker\":\"ok\"}", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
        await front.GetAsync("/e");

        Assert.Contains("\"qos/circuit-breaker\":\"1 open, 0 half-open of 2\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
        Assert.Contains(KeyValuePair.Create("qos/circuit-breaker", "1 open, 0 half-open of 2"), front.Gateway.Host.Health);
        await front.Gateway.ReloadAsync(Front.Document("""{"timeout":60,"max_errors":0,"interval":0}""", ""));
        Assert.Contains("\"qos/circuit-breaker\":\"1 open, 0 half-open of 1\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-371")]
    public async Task Whoever_listens_hears_of_states_changes_and_refusals()
    {
        var name = $"heard-{Guid.NewGuid():N}";
        var heard = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listening) =>
        {
            if (instrument.Meter.Name == "KrakenPlugins.CircuitBreaker")
                listening.EnableMeasurementEvents(instrument);
        };
        void Hear(string instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Breakers of other tests are heard too.
            if (tags[1].Value as string != name)
                return;
            lock (heard)
                heard.Add($"{instrument} {tags[0].Value} {value} {(tags.Length > 2 ? tags[2].Value : "")}".TrimEnd());
        }
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Hear(instrument.Name, value, tags));
        await using var front = await Front.StartAsync($$"""{"timeout":10,"max_errors":0,"interval":0,"name":"{{name}}"}""");
        listener.Start();
        front.Upstream.Answer("/b", "no", 500);

        listener.RecordObservableInstruments();
        await front.GetAsync("/e");
        await front.GetAsync("/e");
        listener.RecordObservableInstruments();
        front.Time.Advance(TimeSpan.FromSeconds(11));
        front.Upstream.Answer("/b", "{}");
        await front.GetAsync("/e");
        listener.RecordObservableInstruments();

        Assert.Equal([
            "gateway.backend.breaker.state /b 0",
            "gateway.backend.breaker.changes /b 1 open",
            "gateway.backend.breaker.refused /b 1",
            "gateway.backend.breaker.state /b 2",
            "gateway.backend.breaker.changes /b 1 half-open",
            "gateway.backend.breaker.changes /b 1 closed",
            "gateway.backend.breaker.state /b 0",
        ], heard);
    }

    [Theory]
    [Spec("TRF-118")]
    [InlineData("""{"timeout":60,"max_errors":0,"interval":0}""", "circuit breaker is open")]
    [InlineData("""{"timeout":61,"max_errors":0,"interval":0}""", "{}")]
    public async Task A_reload_keeps_the_state_of_a_breaker_that_did_not_change(string reloaded, string body)
    {
        await using var front = await Front.StartAsync("""{"timeout":60,"max_errors":0,"interval":0}""");
        front.Upstream.Answer("/b", "no", 500);
        await front.GetAsync("/e");
        front.Upstream.Answer("/b", "{}");

        await front.Gateway.ReloadAsync(Front.Document(reloaded, ""));

        Assert.Equal(body, (await front.GetAsync("/e")).Body);
    }

    [Fact]
    [Spec("TRF-116", "TRF-119")]
    public async Task The_readmes_example_works_and_the_schemas_reject_what_is_not_theirs()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(Front.Folder), null, Front.Folder);
        Assert.Equal(404, (await front.GetAsync("/none")).Status);

        Assert.Equal([true, false, false, false, false], await ValidAsync("circuit-breaker.schema.json",
            """{"interval":60,"timeout":10,"max_errors":1,"@c":1}""", """{"interval":"60","timeout":10,"max_errors":1}""", """{"interval":-1,"timeout":10,"max_errors":1}""",
            """{"interval":60,"timeout":10,"max_errors":1,"fallback_response":{}}""", "[]"));
        Assert.Equal([true, false, false, false], await ValidAsync("circuit-breaker-http.schema.json",
            """{"interval":60,"timeout":10,"max_errors":1,"valid_status_codes":[200,404]}""", """{"interval":60,"timeout":10,"max_errors":1}""",
            """{"interval":60,"timeout":10,"max_errors":1,"valid_status_codes":[]}""", """{"interval":60,"timeout":10,"max_errors":1,"valid_status_codes":[200,200]}"""));
    }

    private static async Task<IEnumerable<bool>> ValidAsync(string file, params string[] values)
    {
        var schema = JsonSchema.JsonSchema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Front.Folder, file))).RootElement);
        return values.Select(value => schema.Validate(JsonDocument.Parse(value).RootElement).Count == 0);
    }

    /// <summary>A path of the upstream whose calls wait for their answer.</summary>
    private sealed class Held
    {
        private readonly TaskCompletionSource<int> _status = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _arrived = new(0);

        public Held(Upstream upstream, string path) => upstream.On(path, async context =>
        {
            _arrived.Release();
            context.Response.StatusCode = await _status.Task;
            await context.Response.WriteAsync("{}");
        });

        public async Task ArrivedAsync(int calls)
        {
            for (var i = 0; i < calls; i++)
                Assert.True(await _arrived.WaitAsync(TimeSpan.FromSeconds(10)), $"{i} of {calls} calls arrived");
        }

        public void Answer(int status) => _status.SetResult(status);
    }
}
