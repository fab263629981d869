using System.Collections.Concurrent;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>A component in place of the built-in logs, and components that stand in every place of a layer.</summary>
public sealed class LogComponentTests
{
    private const string Config = """
        {"version":3,"host":["http://127.0.0.1:11"],"extra_config":{"test/second":{},"test/first":{},"router":{"logger_skip_paths":["/__health"]}},
         "endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]}]}
        """;

    [Fact, Spec("OBS-010", "OBS-019")]
    public async Task The_component_of_the_first_registered_name_takes_all_records_from_the_start_on()
    {
        var log = new Recorder();
        var built = new ConcurrentQueue<string>();
        var registry = new PluginRegistry();
        foreach (var name in (string[])["test/first", "test/second"])
        {
            registry.Logging(name, (_, context, _) =>
            {
                built.Enqueue($"{name} {context.ServiceConfig("test/second") is not null}");
                context.StandardOutput.Write("built\n"u8);
                return log;
            });
        }
        await using var gateway = await TestGateway.StartAsync(Config, options: new TestGatewayOptions { Plugins = registry });
        await gateway.SendRawAsync("GET /__health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.SendRawAsync("GET /none?x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await Wait.UntilAsync(() => !log.Lines.IsEmpty, static () => "no access record came");

        Assert.Equal(["test/first True"], built);
        Assert.StartsWith("Starting ", log.Records.First(), StringComparison.Ordinal);
        Assert.Contains(log.Records, static r => r.StartsWith("[SERVICE: Gin] Listening on port", StringComparison.Ordinal));
        Assert.Equal(["404 127.0.0.1 /none?x"], log.Lines);
        Assert.Equal("built\n", gateway.Log);
    }

    [Fact, Spec("OBS-003")]
    public async Task A_component_that_throws_leaves_the_default_log_and_one_error()
    {
        var registry = new PluginRegistry();
        registry.Logging("test/first", static (_, _, _) => throw new IOException("no disk"));
        await using var gateway = await TestGateway.StartAsync(Config, options: new TestGatewayOptions { Plugins = registry });
        await gateway.SendRawAsync("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("[GIN]");

        var error = Assert.Single(gateway.Log.Split('\n'), static l => l.Contains("ERROR", StringComparison.Ordinal));
        Assert.Contains("KRAKEND ERROR: [SERVICE: Logging] Unable to create the logger: no disk (", error, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-012")]
    public async Task An_access_log_that_throws_costs_no_request_and_no_line()
    {
        var registry = new PluginRegistry();
        registry.Logging("test/first", static (_, context, _) => new Recorder { Fault = new InvalidOperationException("broken"), Inner = context.Logger });
        await using var gateway = await TestGateway.StartAsync(Config, options: new TestGatewayOptions { Plugins = registry });
        for (var i = 0; i < 3; i++)
        {
            using var answer = await gateway.Client.GetAsync("/none");
            Assert.Equal(404, (int)answer.StatusCode);
        }
        await Wait.UntilAsync(() => gateway.Log.Split("[GIN]").Length == 4, () => gateway.Log);

        Assert.Single(gateway.Log.Split('\n'), static l => l.Contains("[SERVICE: Logging] The access log failed", StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-012")]
    public async Task A_log_ends_after_the_last_request_of_its_configuration()
    {
        await using var upstream = await Upstream.StartAsync();
        var release = new TaskCompletionSource();
        upstream.On("/a", async _ => await release.Task.WaitAsync(upstream.Stopping));
        var logs = new ConcurrentQueue<Recorder>();
        var registry = new PluginRegistry();
        registry.Logging("test/first", (_, _, _) =>
        {
            var log = new Recorder();
            logs.Enqueue(log);
            return log;
        });
        var config = Config.Replace("http://127.0.0.1:11", "$UPSTREAM", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(config, upstream.Host, new TestGatewayOptions { Plugins = registry });
        var held = gateway.Client.GetAsync("/a");
        await Wait.UntilAsync(() => upstream.ReceivedAt("/a").Count == 1, static () => "the request did not come");

        await gateway.ReloadAsync(config);
        var (first, second) = (logs.First(), logs.Last());
        Assert.False(first.IsDisposed);
        release.SetResult();
        using var answer = await held;
        await Wait.UntilAsync(() => first.IsDisposed, static () => "the old log did not end");

        Assert.Single(first.Lines);
        Assert.False(second.IsDisposed);
        Assert.Contains(second.Records, static r => r.Contains("Reloaded", StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-029")]
    public async Task Components_with_the_reach_of_the_service_stand_in_every_place()
    {
        var built = new ConcurrentQueue<string>();
        var registry = new PluginRegistry();
        registry.Endpoint("test/all", EndpointStages.EarlyExtraction, (config, context, _) => Note<IHttpMiddleware>("endpoint " + context.Path, config.Text, context), ComponentReach.Service);
        registry.Proxy("test/all", ProxyStages.Telemetry, (config, context, _) => Note<IProxyMiddleware>("proxy " + context.Path, config.Text, context), ComponentReach.Service);
        registry.Backend("test/all", BackendStages.Telemetry, (config, context, _) => Note<IProxyMiddleware>("backend " + context.UrlPattern, config.Text, context), ComponentReach.Service);
        registry.Client("test/all", ClientStages.Telemetry, (config, context, _) => Note<IClientMiddleware>("client " + context.UrlPattern, config.Text, context), ComponentReach.Service);
        registry.Proxy("test/own", ProxyStages.Telemetry, (config, context, _) => Note<IProxyMiddleware>("never", config.Text, context));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["http://127.0.0.1:11"],"extra_config":{"test/all":"service","test/own":"x"},"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/b","extra_config":{"test/all":"own"},"backend":[{"url_pattern":"/b","extra_config":{"test/all":"own"}}]}]}
            """, options: new TestGatewayOptions { Plugins = registry });

        string[] expected =
        [
            "backend /a service", "backend /b own", "client /a service", "client /b own", "endpoint /a service", "endpoint /b own", "proxy /a service", "proxy /b own",
        ];
        Assert.Equal(expected, built.Order());

        T? Note<T>(string place, string value, IServiceContext context) where T : class
        {
            Assert.NotNull(context.Service<ILogOutput>());
            built.Enqueue($"{place} {value}");
            return null;
        }
    }

    private sealed class Recorder : IGatewayLog, IAccessLog, ILogger
    {
        public ConcurrentQueue<string> Records { get; } = new();
        public ConcurrentQueue<string> Lines { get; } = new();
        public Exception? Fault { get; init; }
        public ILogger? Inner { get; init; }
        public bool IsDisposed { get; private set; }

        public ILogger Logger => Inner ?? this;
        public IAccessLog? Access => this;

        public void Write(in AccessRecord record)
        {
            if (Fault is not null)
                throw Fault;
            Lines.Enqueue($"{record.StatusCode} {record.ClientAddress} {record.Target}");
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Records.Enqueue(formatter(state, exception));

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
