using System.Collections.Concurrent;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

/// <summary>A fake sidecar and the gateway's link to it, with the stream of calls open.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private Scene(FakeSidecar sidecar, SidecarLink link, LogLines log) => (Sidecar, Link, Log) = (sidecar, link, log);

    public FakeSidecar Sidecar { get; }

    public SidecarLink Link { get; }

    public LogLines Log { get; }

    public static async Task<Scene> OpenAsync(Action<FakeSidecar>? script = null, Func<CallStreamSettings, CallStreamSettings>? calls = null, CallLimits? limits = null)
    {
        var sidecar = new FakeSidecar();
        script?.Invoke(sidecar);
        await sidecar.ListenAsync();
        var log = new LogLines();
        var link = await SidecarLink.ConnectAsync(Settings(sidecar.Address, log, calls, limits), CancellationToken.None);
        link.Open();
        return new(sidecar, link, log);
    }

    public static SidecarLinkSettings Settings(string address, ILogger? log = null, Func<CallStreamSettings, CallStreamSettings>? calls = null, CallLimits? limits = null)
    {
        var settings = new CallStreamSettings { Name = "acme.fake", Logger = log ?? new LogLines() };
        return new() { Address = address, Limits = limits ?? new(), Calls = calls?.Invoke(settings) ?? settings };
    }

    /// <summary>A call that has started, and the number that the sidecar saw.</summary>
    public async Task<(SidecarCall Call, ulong Id)> StartAsync(CallStart? start = null, Action<SidecarCall, CallStart>? prepare = null)
    {
        var call = Link.NewCall();
        start ??= new CallStart { PlaceId = 1 };
        prepare?.Invoke(call, start);
        Assert.Null(await call.StartAsync(start, CancellationToken.None));
        return (call, (await Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Start)).CallId);
    }

    public async Task SendAsync(params PluginFrame[] frames) => await (await Sidecar.Stream).SendAsync(frames);

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        await Sidecar.DisposeAsync();
    }
}

/// <summary>Frames of a sidecar.</summary>
internal static class Frame
{
    public static PluginFrame Proceed(ulong call, uint attempt = 1, bool isLast = false, Body? body = null) =>
        new() { CallId = call, Proceed = new() { Attempt = attempt, IsLast = isLast, Change = body is null ? null : new() { Body = body } } };

    public static PluginFrame Finish(ulong call, uint status = 200, Body? body = null) =>
        new() { CallId = call, Finish = new() { Response = new() { Status = status, Body = body } } };

    public static PluginFrame Change(ulong call, uint attempt) => new() { CallId = call, Finish = new() { Change = new() { Attempt = attempt } } };

    public static PluginFrame Chunk(ulong call, uint stream, byte[] data, bool isLast = false, bool isBroken = false) =>
        new() { CallId = call, Chunk = new() { StreamId = stream, Data = ByteString.CopyFrom(data), IsLast = isLast, IsBroken = isBroken } };

    public static PluginFrame Credit(ulong call, uint stream, uint bytes) => new() { CallId = call, Credit = new() { StreamId = stream, Bytes = bytes } };

    public static Body Streamed(uint stream, ulong length = 0) => new() { StreamId = stream, Length = length };
}

/// <summary>Waiting with a limit.</summary>
internal static class Soon
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    public static Task<T> Get<T>(ValueTask<T> task) => task.AsTask().WaitAsync(s_limit);

    public static Task<CallStep> NextAsync(this SidecarCall call) => Get(call.NextAsync(CancellationToken.None));

    public static async Task<CallLoss> LossAsync(this SidecarCall call)
    {
        var step = await call.NextAsync();
        Assert.NotNull(step.Loss);
        return step.Loss;
    }

    public static async Task<byte[]> AllAsync(this SidecarBody body)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_000];
        int count;
        while ((count = await Get(body.ReadAsync(buffer, CancellationToken.None))) > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }
}

/// <summary>A body of the gateway's, as a test feeds it.</summary>
internal sealed class FedSource : BodySource
{
    private readonly System.Threading.Channels.Channel<byte[]> _parts = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
    private ReadOnlyMemory<byte> _rest;
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    public FedSource Feed(params byte[][] parts)
    {
        foreach (var part in parts)
            _parts.Writer.TryWrite(part);
        return this;
    }

    public FedSource End(Exception? fault = null)
    {
        _parts.Writer.Complete(fault);
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        if (_rest.IsEmpty)
        {
            if (!await _parts.Reader.WaitToReadAsync(cancellationToken))
                return 0;
            _rest = await _parts.Reader.ReadAsync(cancellationToken);
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ConcurrentQueue<string>, ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Enqueue($"{logLevel} {formatter(state, exception)}");
}
