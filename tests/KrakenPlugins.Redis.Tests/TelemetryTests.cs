using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Resp;
using KrakenPlugins.Resp.Telemetry;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Redis.Tests;

/// <summary>What listeners are told about pools.</summary>
public sealed class TelemetryTests
{
    [Fact, Spec("TRF-079", "CFG-200")]
    public async Task Every_pool_is_measured_under_the_names_that_dashboards_query()
    {
        await using var server = await RedisServer.StartAsync();
        using var metrics = new RespMetrics("limits", maxIdle: 8, minIdle: 2);
        using var seen = new Measured("limits");
        await using var client = Connect(server, o => o with { Name = "limits", MaxInFlight = 2, PoolTimeout = TimeSpan.FromMilliseconds(50), Metrics = metrics });

        await SendAsync(client, "ECHO", "a");
        Assert.Equal(RedisFailure.Error, (await SendAsync(client, "NOSUCH", "a")).Failure);
        Assert.Equal("1", seen.Read("db.client.connections.usage state=idle"));
        Assert.Equal("0", seen.Read("db.client.connections.usage state=used"));
        server.Freeze();
        var first = SendAsync(client, "ECHO", "a");
        var second = SendAsync(client, "ECHO", "a");
        Assert.Equal(RedisFailure.Busy, (await SendAsync(client, "ECHO", "a")).Failure);

        Assert.Equal("2", seen.Read("db.client.connections.usage state=used"));
        Assert.Equal("0", seen.Read("db.client.connections.usage state=idle"));
        server.Thaw();
        await Task.WhenAll(first, second);

        Assert.Equal("1", seen.Read("db.client.connections.timeouts"));
        Assert.Equal("2", seen.Read("db.client.connections.max"));
        Assert.Equal("8", seen.Read("db.client.connections.idle.max"));
        Assert.Equal("2", seen.Read("db.client.connections.idle.min"));
        Assert.Equal("1 ms", seen.Read("db.client.connections.create_time status=ok"));
        Assert.Equal("3 ms", seen.Read("db.client.connections.use_time status=ok type=command"));
        Assert.Equal("1 ms", seen.Read("db.client.connections.use_time error_type=error status=error type=command"));
        Assert.Equal("1 ms", seen.Read("db.client.connections.use_time error_type=busy status=error type=command"));
    }

    [Fact, Spec("TRF-080", "CFG-200")]
    public async Task Every_command_is_a_client_span_below_the_callers_and_shows_no_key()
    {
        await using var server = await RedisServer.StartAsync();
        using var spans = new Spans();
        using var traces = new RespTraces("limits", 3, [new("team", "edge")]);
        using var requests = new ActivitySource("test.requests");
        await using var client = Connect(server, o => o with { Name = "limits", Database = 3, Traces = traces });
        string parent;
        using (var request = requests.StartActivity("request")!)
        {
            parent = request.Id!;
            await SendAsync(client, "SET", "client:t0p-s3cret");
            Assert.Same(request, Activity.Current);
            await client.EvaluateAsync(new RedisScript("return 1"), ["client:t0p-s3cret"], [], new RedisCall(TimeSpan.FromSeconds(5)));
            Assert.Same(request, Activity.Current);
        }
        Assert.Null(Activity.Current);

        var (failed, run) = (spans.Of(parent, "SET"), spans.Of(parent, "EVALSHA"));
        Assert.All([failed, run], span =>
        {
            Assert.Equal(ActivityKind.Client, span.Kind);
            Assert.Equal(
                $"db.operation={span.OperationName} db.redis.database_index=3 db.system=redis pool.name=limits server.address=127.0.0.1 server.port={server.Port} team=edge",
                string.Join(' ', span.TagObjects.Where(static t => t.Key != "error.type").OrderBy(static t => t.Key, StringComparer.Ordinal).Select(static t => string.Create(CultureInfo.InvariantCulture, $"{t.Key}={t.Value}"))));
        });
        Assert.Equal((ActivityStatusCode.Error, "error"), (failed.Status, failed.GetTagItem("error.type")));
        Assert.Equal(ActivityStatusCode.Unset, run.Status);
    }

    [Fact, Spec("TRF-080")]
    public async Task A_caller_that_leaves_ends_its_span()
    {
        await using var server = await RedisServer.StartAsync();
        using var spans = new Spans();
        using var traces = new RespTraces("limits", 0, []);
        using var requests = new ActivitySource("test.requests");
        await using var client = Connect(server, o => o with { Traces = traces });
        await SendAsync(client, "ECHO", "a");
        server.Freeze();
        using var request = requests.StartActivity("request")!;
        using var leaving = new CancellationTokenSource();

        var call = client.ExecuteAsync(["ECHO", "b"], new RedisCall(TimeSpan.FromSeconds(5)), leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        server.Thaw();

        Assert.Equal("canceled", spans.Of(request.Id!, "ECHO").GetTagItem("error.type"));
    }

    [Theory, Spec("TRF-079", "TRF-080", "CFG-200")]
    [InlineData("""{}""", true, true)]
    [InlineData("""{"disable_metrics":true}""", false, true)]
    [InlineData("""{"disable_traces":true}""", true, false)]
    public async Task A_pool_reports_what_its_configuration_does_not_disable(string opentelemetry, bool hasMetrics, bool hasTraces)
    {
        await using var server = await RedisServer.StartAsync();
        var name = $"pool-{Guid.NewGuid():n}";
        using var spans = new Spans();
        using var seen = new Measured(name);
        await using (var front = await ConnectionTests.StartAsync($$"""{"connection_pools":[{"name":"a","address":"127.0.0.1:1"},{"name":"{{name}}","address":"{{server.Address}}","opentelemetry":{{opentelemetry}}}]}""", name))
        {
            Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));

            Assert.Equal(hasMetrics ? "16384" : "none", seen.Read("db.client.connections.max"));
            Assert.Equal(hasTraces, spans.All.Any(span => (string?)span.GetTagItem("pool.name") == name));
        }
        Assert.Equal("none", new Measured(name).Read("db.client.connections.max"));
    }

    private static RespClient Connect(RedisServer server, Func<RespOptions, RespOptions> change) =>
        RespClient.Connect(new RespAddress("127.0.0.1", server.Port), change(new RespOptions { Name = "test" }));

    private static Task<RedisReply> SendAsync(RespClient client, params RedisArgument[] command) =>
        client.ExecuteAsync(command, new RedisCall(TimeSpan.FromSeconds(5))).AsTask();

    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name is RespTraces.SourceName or "test.requests",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IEnumerable<Activity> All => _ended;

        public Activity Of(string parent, string name) => Assert.Single(_ended, span => span.ParentId == parent && span.OperationName == name);

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>The instruments of one pool: the last value of counters, the number of values of histograms.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _values = new(StringComparer.Ordinal);
        private readonly MeterListener _listener = new();

        public Measured(string pool)
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == RespMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                if (Key(instrument, tags, pool) is { } key)
                    _values[key] = value;
            });
            _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
            {
                if (Key(instrument, tags, pool) is { } key)
                    _values.AddOrUpdate(key, 1, static (_, count) => count + 1);
            });
            _listener.Start();
        }

        public string Read(string key)
        {
            _listener.RecordObservableInstruments();
            var unit = key.Contains("_time", StringComparison.Ordinal) ? " ms" : "";
            return _values.TryGetValue(key + unit, out var value) ? value.ToString(CultureInfo.InvariantCulture) + unit : "none";
        }

        public void Dispose() => _listener.Dispose();

        private static string? Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, string pool)
        {
            var all = tags.ToArray();
            if (!all.Contains(new("pool.name", pool)))
                return null;
            var parts = all.Where(static t => t.Key != "pool.name").OrderBy(static t => t.Key, StringComparer.Ordinal).Select(static t => $" {t.Key}={t.Value}");
            return instrument.Name + string.Concat(parts) + (instrument.Unit == "ms" ? " ms" : "");
        }
    }
}
