using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Hosting;
using KrakenPlugins.Sidecar.Places;
using KrakenPlugins.Sidecar.Protocol;
using Place = KrakenPlugins.Plugin.V1.Place;

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>A gateway as far as a sidecar can tell: dials the socket of a plugin in this process, configures it and calls it.</summary>
internal sealed class Peer : IAsyncDisposable
{
    public const string Secret = "0123456789012345678901234567890123456789012";

    private readonly string _folder;
    private readonly MemoryStream _logged = new();
    private readonly ProcessLog _log;
    private readonly ConcurrentDictionary<ulong, Channel<PluginFrame>> _calls = new();
    private readonly SemaphoreSlim _writing = new(1);
    private GrpcClientCall<HandleRequest, HandleResponse>? _handle;
    private Task _reading = Task.CompletedTask;
    private bool _isDisposed;
    private long _callId;
    private int _placeId;

    private Peer(PluginSource source, PluginProcessOptions options)
    {
        _folder = Directory.CreateTempSubdirectory("sidecar-").FullName;
        _log = new ProcessLog(_logged);
        Service = new PluginService(source, PluginIdentity.Of(options), _log);
        Host = new SidecarHost(new Greeting(Path.Combine(_folder, "s"), Secret), Service, _log);
        Channel = new GrpcChannel(new GrpcChannelOptions { Address = $"unix:{Path.Combine(_folder, "s")}", Limits = new GrpcLimits { MaxReceivedMessage = 16 << 20, MaxSentMessage = 16 << 20 } });
    }

    public PluginService Service { get; }

    public SidecarHost Host { get; }

    public GrpcChannel Channel { get; }

    /// <summary>Frames of the stream itself.</summary>
    public Channel<PluginFrame> Stream { get; } = System.Threading.Channels.Channel.CreateUnbounded<PluginFrame>();

    public static GrpcCallOptions Options => new() { Metadata = new GrpcMetadata().Add(PluginServiceMethods.SecretName, Secret) };

    public static Task<Peer> StartAsync(Action<IPluginRegistry> register, PluginProcessOptions? options = null) => StartAsync(() => new AdHocPlugin(register), options);

    public static async Task<Peer> StartAsync(Func<GatewayPlugin> create, PluginProcessOptions? options = null)
    {
        var peer = new Peer(new PluginSource(create(), create), options ?? new PluginProcessOptions { Id = "acme.test", Version = "1.2.3" });
        await peer.Host.StartAsync();
        return peer;
    }

    /// <summary>What the log holds, once the peer is disposed.</summary>
    public string Log() => Encoding.UTF8.GetString(_logged.ToArray());

    public async Task<GrpcReply<DescribeResponse>> DescribeAsync(uint min = 1, uint max = 1, StreamLimits? limits = null) =>
        await Channel.CallAsync(PluginServiceMethods.Describe, new DescribeRequest { MinProtocol = min, MaxProtocol = max, GatewayVersion = "0.6.0", Limits = limits }, Options).InTime();

    public async Task<ConfigureResponse> ConfigureAsync(ulong generation, params Place[] places)
    {
        var request = new ConfigureRequest { Generation = generation };
        request.Places.AddRange(places);
        return (await Channel.CallAsync(PluginServiceMethods.Configure, request, Options).InTime()).Require();
    }

    public async Task RetireAsync(ulong generation) => (await Channel.CallAsync(PluginServiceMethods.Retire, new RetireRequest { Generation = generation }, Options).InTime()).Require();

    /// <summary>A place for a component, numbered.</summary>
    public Place NewPlace(Layer layer, string name, string config = "{}")
    {
        var place = new Place
        {
            PlaceId = (uint)Interlocked.Increment(ref _placeId),
            Layer = layer,
            Name = name,
            ConfigJson = ByteString.CopyFromUtf8(config),
            Path = $"endpoints[0].extra_config.{name}",
            LogPrefix = "[ENDPOINT: /e/{id}]",
        };
        if (layer is Layer.Server or Layer.HttpServer)
            place.Path = $"extra_config.{name}";
        else
            place.Endpoint = new EndpointPlace { Method = "GET", Path = "/e/{id}", TimeoutMs = 2_000, BackendCount = 1 };
        if (layer is Layer.Backend or Layer.Client or Layer.Executor or Layer.HttpClient)
            place.Backend = new BackendPlace { Index = 0, UrlPattern = "/b", Method = "GET", Encoding = "json" };
        return place;
    }

    /// <summary>A place of generation 1, built without findings.</summary>
    public async Task<Place> BuildAsync(Layer layer, string name, string config = "{}")
    {
        var place = NewPlace(layer, name, config);
        var response = await ConfigureAsync(1, place);
        Assert.Empty(response.Diagnostics);
        return place;
    }

    /// <summary>Begins a call.</summary>
    public async Task<PeerCall> CallAsync(Place place, CallStart? start = null, ulong? id = null)
    {
        await OpenAsync();
        var call = new PeerCall(this, id ?? (ulong)Interlocked.Increment(ref _callId), _calls);
        start ??= new CallStart();
        start.PlaceId = place.PlaceId;
        start.Request ??= new RequestHead { Method = "GET", Target = "/e/7?a=1", Scheme = "http", Authority = "gw.example", ClientAddress = "192.0.2.7" };
        await call.SendAsync(new GatewayFrame { Start = start });
        return call;
    }

    public async Task OpenAsync()
    {
        await _writing.WaitAsync();
        try
        {
            if (_handle is not null)
                return;
            _handle = Channel.Open(PluginServiceMethods.Handle, Options);
            _reading = ReadAsync(_handle);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task SendAsync(params GatewayFrame[] frames)
    {
        var message = new HandleRequest();
        message.Frames.AddRange(frames);
        await _writing.WaitAsync();
        try
        {
            Assert.True(await _handle!.WriteAsync(message), "the stream has ended");
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>How the stream ended.</summary>
    public async Task<GrpcStatus> EndAsync()
    {
        await _reading.InTime();
        return _handle!.Status!.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_handle is not null)
            await _handle.DisposeAsync();
        await _reading.InTime();
        await Host.DisposeAsync();
        Channel.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadAsync(GrpcClientCall<HandleRequest, HandleResponse> handle)
    {
        GrpcRead<HandleResponse> read;
        while ((read = await handle.ReadAsync()).HasMessage)
        {
            foreach (var frame in read.Message.Frames)
            {
                var target = frame.CallId == 0 ? Stream : _calls.GetValueOrDefault(frame.CallId);
                target?.Writer.TryWrite(frame);
            }
        }
        foreach (var call in _calls.Values)
            call.Writer.TryComplete();
    }
}

/// <summary>One call of the peer.</summary>
internal sealed class PeerCall
{
    private readonly Peer _peer;
    private readonly Channel<PluginFrame> _frames = Channel.CreateUnbounded<PluginFrame>();

    public PeerCall(Peer peer, ulong id, ConcurrentDictionary<ulong, Channel<PluginFrame>> calls)
    {
        _peer = peer;
        Id = id;
        calls[id] = _frames;
    }

    public ulong Id { get; }

    public Task SendAsync(GatewayFrame frame)
    {
        frame.CallId = Id;
        return _peer.SendAsync(frame);
    }

    public Task ResultAsync(uint attempt, Response response) => SendAsync(new GatewayFrame { Result = new CallResult { Attempt = attempt, Response = response } });

    public async Task<PluginFrame> NextAsync() => await _frames.Reader.ReadAsync().InTime();

    public async Task<Proceed> ProceedAsync()
    {
        var frame = await NextAsync();
        Assert.True(frame.FrameCase == PluginFrame.FrameOneofCase.Proceed, frame.ToString());
        return frame.Proceed;
    }

    public async Task<Finish> FinishAsync()
    {
        var frame = await NextAsync();
        Assert.True(frame.FrameCase == PluginFrame.FrameOneofCase.Finish, frame.ToString());
        return frame.Finish;
    }

    public async Task<uint> CreditAsync(uint streamId)
    {
        var frame = await NextAsync();
        Assert.True(frame.FrameCase == PluginFrame.FrameOneofCase.Credit, frame.ToString());
        Assert.Equal(streamId, frame.Credit.StreamId);
        return frame.Credit.Bytes;
    }

    public Task ChunkAsync(uint streamId, string text, bool isLast = false) =>
        SendAsync(new GatewayFrame { Chunk = new BodyChunk { StreamId = streamId, Data = ByteString.CopyFromUtf8(text), IsLast = isLast } });

    /// <summary>A body of the plugin: what it holds, or its chunks as they come, with credit for more.</summary>
    public async Task<string> ReadAsync(Body body)
    {
        if (body.HasWhole)
            return body.Whole.ToStringUtf8();
        var bytes = new MemoryStream();
        while (true)
        {
            var frame = await NextAsync();
            Assert.True(frame.FrameCase == PluginFrame.FrameOneofCase.Chunk, frame.ToString());
            Assert.Equal(body.StreamId, frame.Chunk.StreamId);
            if (frame.Chunk.IsBroken)
                return "broken";
            frame.Chunk.Data.WriteTo(bytes);
            if (frame.Chunk.IsLast)
                return Encoding.UTF8.GetString(bytes.ToArray());
            await SendAsync(new GatewayFrame { Credit = new Credit { StreamId = body.StreamId, Bytes = (uint)frame.Chunk.Data.Length } });
        }
    }

    /// <summary>Whether nothing was sent so far.</summary>
    public bool IsSilent => !_frames.Reader.TryPeek(out _);
}
