using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Gateway.Core.Plugins;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Components;
using Gateway.Sidecars.Tests.Calls;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

/// <summary>A plugin that plays a script for every call, behind a real link, and a place that uses it.</summary>
internal sealed class Play : IAsyncDisposable, ISidecarAccess
{
    public const string Namespace = "test/sidecar";

    private readonly ConcurrentDictionary<ulong, PluginCall> _calls = new();
    private readonly ConcurrentBag<Task> _scripts = [];
    private readonly Needs _needs;
    private readonly Func<PluginCall, Task> _script;
    private Scene _scene = null!;

    private Play(Needs needs, Func<PluginCall, Task> script) => (_needs, _script) = (needs, script);

    public LogLines Log { get; } = new();

    /// <summary>Texts for the access log.</summary>
    public ConcurrentQueue<string> Noted { get; } = [];

    /// <summary>What the sidecar made of the place.</summary>
    public PlaceStanding Standing { get; set; }

    /// <summary>Whether there is a sidecar.</summary>
    public bool IsThere { get; set; } = true;

    public Scene Scene => _scene;

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<PluginCall> Calls => [.. _calls.OrderBy(static c => c.Key).Select(static c => c.Value)];

    /// <summary>Id of the plugin.</summary>
    public string Id { get; set; } = "acme.fake";

    ISidecarCalls? ISidecarAccess.Current => IsThere ? _scene.Link : null;

    string ISidecarAccess.Reason => "it crashes in a loop";

    public static async Task<Play> StartAsync(Needs needs, Func<PluginCall, Task> script, TimeSpan? timeout = null)
    {
        var play = new Play(needs, script);
        play._scene = await Scene.OpenAsync(sidecar => sidecar.OnFrame = play.OnFrameAsync, calls => calls with { CallTimeout = timeout ?? calls.CallTimeout });
        return play;
    }

    public SidecarPlace Place(Layer layer, bool bypass = false, int maxWholeBody = 1 << 20) => new()
    {
        Sidecar = this,
        Id = 1,
        Layer = layer,
        Name = Namespace,
        IsBypassed = bypass,
        MaxWholeBody = maxWholeBody,
        ClientAddress = static context => context.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "",
        NoteError = (_, text) => Noted.Enqueue(text),
        Logger = Log,
    };

    ValueTask<ISidecarCalls?> ISidecarAccess.ReadyAsync(CancellationToken cancellationToken) => new((ISidecarCalls?)null);

    Needs ISidecarAccess.NeedsOf(uint placeId) => _needs;

    PlaceStanding ISidecarAccess.StandingOf(uint placeId) => Standing;

    /// <summary>Throws what a script threw.</summary>
    public async Task CheckAsync()
    {
        foreach (var script in _scripts)
            await script.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    private ValueTask OnFrameAsync(FakeStream stream, GatewayFrame frame)
    {
        if (frame.FrameCase == GatewayFrame.FrameOneofCase.Start)
        {
            var call = _calls[frame.CallId] = new PluginCall(stream, frame.CallId, frame.Start);
            _scripts.Add(Task.Run(() => _script(call)));
        }
        else if (_calls.TryGetValue(frame.CallId, out var known))
        {
            known.On(frame);
        }
        return ValueTask.CompletedTask;
    }
}

/// <summary>One call, as the plugin sees it.</summary>
internal sealed class PluginCall(FakeStream stream, ulong id, CallStart start)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Channel<GatewayFrame> _chunks = Channel.CreateUnbounded<GatewayFrame>();
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<CallResult>> _results = new();
    private readonly TaskCompletionSource<CancelReason> _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _frames = 1;

    public CallStart Start => start;

    /// <summary>Frames from the gateway.</summary>
    public int Frames => Volatile.Read(ref _frames);

    /// <summary>Completes when the gateway cancels the call.</summary>
    public Task<CancelReason> Cancelled => _cancelled.Task.WaitAsync(s_limit);

    public bool IsCancelled => _cancelled.Task.IsCompleted;

    public string? Header(string name) => start.Request.Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    public void On(GatewayFrame frame)
    {
        Interlocked.Increment(ref _frames);
        if (frame.Result is { } result)
            Waiter(result.Attempt).SetResult(result);
        else if (frame.Cancel is { } cancel)
            _cancelled.TrySetResult(cancel.Reason);
        else if (frame.Chunk is not null)
            _chunks.Writer.TryWrite(frame);
    }

    /// <summary>Goes on, and returns what came of it.</summary>
    public async Task<Response> GoOnAsync(RequestChange? change = null, uint attempt = 1)
    {
        await SendAsync(new PluginFrame { Proceed = new() { Attempt = attempt, Change = change } });
        return await ResultAsync(attempt);
    }

    public async Task<Response> ResultAsync(uint attempt) => (await Waiter(attempt).Task.WaitAsync(s_limit)).Response;

    /// <summary>Goes on for the last time.</summary>
    public Task PassAsync(RequestChange? change = null) => SendAsync(new PluginFrame { Proceed = new() { Attempt = 1, IsLast = true, Change = change } });

    public Task FinishAsync(Response response) => SendAsync(new PluginFrame { Finish = new() { Response = response } });

    public Task FinishAsync(ResponseChange change) => SendAsync(new PluginFrame { Finish = new() { Change = change } });

    public Task FinishAsync(RequestChange change) => SendAsync(new PluginFrame { Finish = new() { Request = change } });

    public Task FinishAsync(CallFailure failure) => SendAsync(new PluginFrame { Finish = new() { Failure = failure } });

    public Task SendAsync(PluginFrame frame)
    {
        frame.CallId = id;
        return stream.SendAsync(frame);
    }

    public Task ChunkAsync(uint streamId, string text, bool isLast = false, bool isBroken = false) =>
        stream.SendAsync(Frame.Chunk(id, streamId, Encoding.UTF8.GetBytes(text), isLast, isBroken));

    /// <summary>Takes a body over: reads some of it.</summary>
    public async Task<(string Text, bool IsLast, bool IsBroken)> ReadAsync(Body body, uint credit = 1 << 20)
    {
        if (credit > 0)
            await stream.SendAsync(Frame.Credit(id, body.StreamId, credit));
        using var late = new CancellationTokenSource(s_limit);
        var chunk = (await _chunks.Reader.ReadAsync(late.Token)).Chunk;
        return (chunk.Data.ToStringUtf8(), chunk.IsLast, chunk.IsBroken);
    }

    /// <summary>Takes a body over and reads it to its end.</summary>
    public async Task<string> ReadAllAsync(Body body)
    {
        var all = new StringBuilder();
        var credit = 1u << 20;
        while (true)
        {
            var (text, isLast, isBroken) = await ReadAsync(body, credit);
            Assert.False(isBroken);
            all.Append(text);
            if (isLast)
                return all.ToString();
            credit = 0;
        }
    }

    private TaskCompletionSource<CallResult> Waiter(uint attempt) =>
        _results.GetOrAdd(attempt, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>Short forms of messages, and gateways with one component.</summary>
internal static class Short
{
    public static Body Whole(string text) => new() { Whole = ByteString.CopyFromUtf8(text) };

    public static HeaderChange Set(string name, string value) => new() { Name = name, Value = value, Operation = HeaderOperation.Set };

    public static HeaderChange Remove(string name) => new() { Name = name, Operation = HeaderOperation.Remove };

    public static string? Header(this Response response, string name) =>
        response.Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>A gateway with the component around its service.</summary>
    public static Task<TestGateway> ServerAsync(SidecarPlace place, Upstream upstream, Action<PluginRegistry>? more = null, string endpoint = "")
    {
        var registry = new PluginRegistry();
        registry.Server(Play.Namespace, ServerStages.HttpServerPlugins, (_, _, _) => SidecarComponents.Http(place));
        more?.Invoke(registry);
        return GatewayAsync(registry, upstream, root: $"\"{Play.Namespace}\": {{}}", endpoint: endpoint);
    }

    /// <summary>A gateway with the component around one endpoint.</summary>
    public static Task<TestGateway> EndpointAsync(SidecarPlace place, Upstream upstream)
    {
        var registry = new PluginRegistry();
        registry.Endpoint(Play.Namespace, EndpointStages.Scripts, (_, _, _) => SidecarComponents.Http(place));
        return GatewayAsync(registry, upstream, endpoint: $"\"{Play.Namespace}\": {{}}");
    }

    /// <summary>A gateway with the component around an endpoint's data.</summary>
    public static Task<TestGateway> ProxyAsync(SidecarPlace place, Upstream upstream)
    {
        var registry = new PluginRegistry();
        registry.Proxy(Play.Namespace, ProxyStages.Modifiers, (_, _, _) => SidecarComponents.Proxy(place));
        return GatewayAsync(registry, upstream, endpoint: $"\"{Play.Namespace}\": {{}}");
    }

    /// <summary>A gateway with the component around a backend's call.</summary>
    public static Task<TestGateway> ClientAsync(SidecarPlace place, Upstream upstream)
    {
        var registry = new PluginRegistry();
        registry.Client(Play.Namespace, ClientStages.Cache, (_, _, _) => SidecarComponents.Client(place));
        return GatewayAsync(registry, upstream, backend: $"\"{Play.Namespace}\": {{}}");
    }

    private static Task<TestGateway> GatewayAsync(PluginRegistry registry, Upstream upstream, string root = "", string endpoint = "", string backend = "") => TestGateway.StartAsync($$"""
        {
          "version": 3, "host": ["$UPSTREAM"], "timeout": "10s", "extra_config": { {{root}} },
          "endpoints": [
            { "endpoint": "/data", "method": "GET", "input_headers": ["*"], "input_query_strings": ["*"], "extra_config": { {{endpoint}} },
              "backend": [ { "url_pattern": "/data", "extra_config": { {{backend}} } } ] },
            { "endpoint": "/data", "method": "POST", "input_headers": ["*"], "extra_config": { {{endpoint}} },
              "backend": [ { "url_pattern": "/data", "method": "POST", "extra_config": { {{backend}} } } ] },
            { "endpoint": "/raw", "method": "GET", "output_encoding": "no-op", "input_headers": ["*"], "extra_config": { {{endpoint}} },
              "backend": [ { "url_pattern": "/raw", "encoding": "no-op", "extra_config": { {{backend}} } } ] },
            { "endpoint": "/raw", "method": "POST", "output_encoding": "no-op", "input_headers": ["*"], "extra_config": { {{endpoint}} },
              "backend": [ { "url_pattern": "/raw", "method": "POST", "encoding": "no-op", "extra_config": { {{backend}} } } ] },
            { "endpoint": "/other/{id}", "method": "GET", "input_query_strings": ["*"], "extra_config": { {{endpoint}} },
              "backend": [ { "url_pattern": "/other/{id}", "extra_config": { {{backend}} } } ] }
          ]
        }
        """, upstream.Host, new TestGatewayOptions { Plugins = registry });
}
