using System.Collections.Concurrent;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>What components own ends with the configuration that they were built for.</summary>
public sealed class LifetimeTests
{
    private const string Config = """
        {"version":3,"extra_config":{"acme/outer":{}},
         "endpoints":[{"endpoint":"/x","extra_config":{"acme/inner":{},"proxy":{"static":{"data":{"a":1},"strategy":"always"}}},
           "backend":[{"host":["http://127.0.0.1:11"],"url_pattern":"/"}]}]}
        """;

    private readonly ConcurrentQueue<string> _events = new();
    private readonly PluginRegistry _registry = new();
    private readonly List<CancellationToken> _stopping = [];
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _built;

    public LifetimeTests()
    {
        _registry.Server("acme/outer", ServerStages.Cors, (_, context, _) =>
        {
            _stopping.Add(context.Stopping);
            return new Component($"outer {++_built}", _events);
        });
        _registry.Endpoint("acme/inner", EndpointStages.RateLimit, (_, _, _) => new SlowComponent($"inner {_built + 1}", _events, _entered, _leave.Task));
    }

    [Fact, Spec("EXT-015", "CFG-153")]
    public async Task Components_of_a_replaced_configuration_are_disposed_after_its_last_request()
    {
        await using var gateway = await StartAsync();
        var request = gateway.Client.GetStringAsync("/x");
        await _entered.Task;

        await gateway.Host.ReloadAsync(gateway.Config, new ConfigDiagnostics());

        Assert.Equal([true, false], _stopping.Select(static s => s.IsCancellationRequested));
        Assert.Empty(_events);
        _leave.SetResult();
        Assert.Equal("""{"a":1}""", await request);
        await Wait.UntilAsync(() => _events.Count == 2, () => string.Join(", ", _events));
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/x"));
        Assert.Equal(["outer 1", "inner 1"], _events);
    }

    [Fact, Spec("EXT-015")]
    public async Task The_stop_of_the_gateway_ends_the_last_configuration()
    {
        var gateway = await StartAsync();

        await gateway.StopAsync();
        Assert.True(Assert.Single(_stopping).IsCancellationRequested);
        await gateway.DisposeAsync();

        Assert.Equal(2, _events.Count);
    }

    [Fact, Spec("EXT-015")]
    public async Task A_component_that_fails_at_its_end_is_logged_and_the_others_end()
    {
        _registry.Server("acme/broken", ServerStages.Security, static (_, context, _) =>
        {
            context.Stopping.Register(static () => throw new InvalidOperationException("thrown by a callback"));
            return new Broken();
        });
        await using var gateway = await StartAsync(Config.Replace("\"acme/outer\":{}", "\"acme/outer\":{},\"acme/broken\":{}", StringComparison.Ordinal));

        await gateway.Host.ReloadAsync(gateway.Config, new ConfigDiagnostics());

        await gateway.WaitForLogAsync("thrown by a callback");
        await gateway.WaitForLogAsync("thrown at the end");
        await Wait.UntilAsync(() => _events.Count == 2, () => string.Join(", ", _events));
        _leave.SetResult();
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/x"));
    }

    [Fact, Spec("CFG-153")]
    public async Task A_build_that_fails_disposes_of_what_it_had_made()
    {
        var refuses = false;
        _registry.Server("acme/strict", ServerStages.Security, (config, _, diagnostics) =>
        {
            if (refuses)
                diagnostics.Error(config.Position, "extra_config.acme/strict", "not any more");
            return null;
        });
        await using var gateway = await StartAsync(Config.Replace("\"acme/outer\":{}", "\"acme/outer\":{},\"acme/strict\":{}", StringComparison.Ordinal));
        refuses = true;

        await Assert.ThrowsAsync<ConfigurationException>(() => gateway.Host.ReloadAsync(gateway.Config, new ConfigDiagnostics()));

        // They end beside the refusal, which waits for none of them.
        await Wait.UntilAsync(() => _events.Count == 2, () => string.Join(", ", _events));
        Assert.Equal(["outer 2", "inner 2"], _events);
        Assert.Equal([false, true], _stopping.Select(static s => s.IsCancellationRequested));
        _leave.SetResult();
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/x"));
    }

    private Task<TestGateway> StartAsync(string config = Config) => TestGateway.StartAsync(config, options: new() { Plugins = _registry });

    private sealed class Component(string name, ConcurrentQueue<string> events) : IHttpMiddleware, IDisposable
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void Dispose() => events.Enqueue(name);
    }

    private sealed class SlowComponent(string name, ConcurrentQueue<string> events, TaskCompletionSource entered, Task leave) : IHttpMiddleware, IAsyncDisposable
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            entered.TrySetResult();
            await leave;
            await next(context);
        }

        public ValueTask DisposeAsync()
        {
            events.Enqueue(name);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Broken : IHttpMiddleware, IDisposable
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void Dispose() => throw new InvalidOperationException("thrown at the end");
    }
}
