using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Protocol;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Sidecars.Tests.Calls;

/// <summary>A sidecar that does what a test says, in this process: a real server on a Unix socket, or on TCP.</summary>
internal sealed class FakeSidecar : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private static readonly GrpcMethod<HandleRequest, ReadOnlySequence<byte>> s_handle =
        new(GrpcMethodKind.Duplex, PluginServiceMethods.ServiceName, "Handle", new ProtobufMarshaller<HandleRequest>(HandleRequest.Parser), RawMarshaller.Lent);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gw-t");
    private readonly Channel<GatewayFrame> _frames = Channel.CreateUnbounded<GatewayFrame>();
    private readonly TaskCompletionSource<FakeStream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GrpcServer _server;
    private KestrelServer? _kestrel;

    public FakeSidecar()
    {
        _server = new GrpcServerBuilder()
            .Unary(PluginServiceMethods.Describe, (request, call) => Answer(call, () => OnDescribe(request)))
            .Unary(PluginServiceMethods.Configure, (request, call) => Answer(call, () => OnConfigure(request)))
            .Unary(PluginServiceMethods.Retire, (request, call) => Answer<RetireResponse>(call, () => Note(request)))
            .Unary(PluginServiceMethods.Health, (_, call) => Answer<HealthResponse>(call, () => Health))
            .Unary(PluginServiceMethods.Shutdown, async (request, call) =>
            {
                Asked.Enqueue(request);
                await Ending;
                return await Answer<ShutdownResponse>(call, static () => new ShutdownResponse());
            })
            .Duplex(s_handle, HandleAsync)
            .Build(new() { Limits = new() { MaxReceivedMessage = 64 << 20, MaxSentMessage = 256 << 20 } });
        Socket = Path.Combine(_folder.FullName, "s");
    }

    public string Socket { get; }

    public string Address => $"unix:{Socket}";

    /// <summary>What every call has to carry; nothing when null.</summary>
    public string? Secret { get; set; }

    public Func<DescribeRequest, GrpcResult<DescribeResponse>> OnDescribe { get; set; } = static _ => new DescribeResponse { Protocol = 1, Id = "acme.fake", Version = "1.0.0" };

    public Func<ConfigureRequest, GrpcResult<ConfigureResponse>> OnConfigure { get; set; } = static _ => new ConfigureResponse();

    /// <summary>Gets the frames in their order; without it they wait for <see cref="NextAsync"/>.</summary>
    public Func<FakeStream, GatewayFrame, ValueTask>? OnFrame { get; set; }

    /// <summary>Gets the frames of each message, in place of <see cref="OnFrame"/>.</summary>
    public Func<FakeStream, IReadOnlyList<GatewayFrame>, ValueTask>? OnMessage { get; set; }

    /// <summary>The sidecar reads its stream only once this has completed.</summary>
    public Task Reading { get; set; } = Task.CompletedTask;

    /// <summary>The sidecar answers to Shutdown only once this has completed.</summary>
    public Task Ending { get; set; } = Task.CompletedTask;

    public HealthResponse Health { get; set; } = new() { Status = HealthStatus.Serving };

    /// <summary>Requests of Retire and Shutdown.</summary>
    public ConcurrentQueue<IMessage> Asked { get; } = [];

    /// <summary>Secrets of the calls so far.</summary>
    public ConcurrentQueue<(string Path, string? Secret)> Secrets { get; } = [];

    /// <summary>Frames of each message of the stream.</summary>
    public ConcurrentQueue<int> Messages { get; } = [];

    /// <summary>How the stream of calls ended for the sidecar.</summary>
    public GrpcStatus? StreamEnd { get; private set; }

    public Task<FakeStream> Stream => _stream.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public async Task<FakeSidecar> ListenAsync(Action<KestrelServerOptions>? listen = null)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        _server.Options.ApplyTo(options.Limits);
        if (listen is null)
            options.ListenUnixSocket(Socket, static o => o.Protocols = HttpProtocols.Http2);
        else
            listen(options);
        _kestrel = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await _kestrel.StartAsync(this, CancellationToken.None);
        return this;
    }

    /// <summary>Port of the first TCP address.</summary>
    public int Port => new Uri(_kestrel!.Features.GetRequiredFeature<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>().Addresses.First()).Port;

    /// <summary>The next frame from the gateway.</summary>
    public async Task<GatewayFrame> NextAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _frames.Reader.ReadAsync(late.Token);
    }

    /// <summary>The next frame, which has to be of a kind.</summary>
    public async Task<GatewayFrame> NextAsync(GatewayFrame.FrameOneofCase kind)
    {
        var frame = await NextAsync();
        Xunit.Assert.Equal(kind, frame.FrameCase);
        return frame;
    }

    /// <summary>Whether a frame has come that nobody took.</summary>
    public bool HasFrame => _frames.Reader.TryPeek(out _);

    /// <summary>Ends the connections.</summary>
    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _kestrel!.StopAsync(now.Token);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context) => _server.HandleAsync(context);

    public async ValueTask DisposeAsync()
    {
        if (_kestrel is not null)
        {
            await StopAsync();
            _kestrel.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private async ValueTask<GrpcStatus> HandleAsync(GrpcRequestStream<HandleRequest> requests, GrpcResponseStream<ReadOnlySequence<byte>> responses, GrpcServerCall call)
    {
        if (!IsKnown(call))
            return new GrpcStatus(GrpcStatusCode.Unauthenticated, "no secret");
        var stream = new FakeStream(responses);
        _stream.TrySetResult(stream);
        await Reading;
        while (true)
        {
            var read = await requests.ReadAsync();
            if (!read.HasMessage)
            {
                StreamEnd = read.Status;
                return stream.End;
            }
            Messages.Enqueue(read.Message.Frames.Count);
            if (OnMessage is { } handleAll)
            {
                await handleAll(stream, read.Message.Frames);
                continue;
            }
            foreach (var frame in read.Message.Frames)
            {
                if (OnFrame is { } handle)
                    await handle(stream, frame);
                else
                    _frames.Writer.TryWrite(frame);
            }
        }
    }

    private ValueTask<GrpcResult<T>> Answer<T>(GrpcServerCall call, Func<GrpcResult<T>> answer) =>
        new(IsKnown(call) ? answer() : new GrpcStatus(GrpcStatusCode.Unauthenticated, "no secret"));

    private GrpcResult<RetireResponse> Note(RetireRequest request)
    {
        Asked.Enqueue(request);
        return new RetireResponse();
    }

    private bool IsKnown(GrpcServerCall call)
    {
        var secret = call.Metadata.Text(PluginServiceMethods.SecretName);
        Secrets.Enqueue((call.Path, secret));
        return Secret is null || secret == Secret;
    }
}

/// <summary>The sidecar's side of the stream of calls.</summary>
internal sealed class FakeStream(GrpcResponseStream<ReadOnlySequence<byte>> responses)
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>What the stream ends with once the gateway has said that it sends nothing more.</summary>
    public GrpcStatus End { get; set; } = GrpcStatus.Ok;

    /// <summary>Sends frames in one message.</summary>
    public Task<bool> SendAsync(params PluginFrame[] frames)
    {
        var message = new HandleResponse();
        message.Frames.AddRange(frames);
        return SendBytesAsync(message.ToByteArray());
    }

    /// <summary>Sends whatever it is as one message.</summary>
    public async Task<bool> SendBytesAsync(byte[] message)
    {
        await _turn.WaitAsync();
        try
        {
            return await responses.WriteAsync(new ReadOnlySequence<byte>(message));
        }
        finally
        {
            _turn.Release();
        }
    }
}
