using System.Buffers;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Protocol;

namespace Gateway.Sidecars.Connections;

/// <summary>
/// The connection to one sidecar that has said what it is (docs/plugins/sidecar-protocol.md): first <see cref="ConfigureAsync"/> for every generation in
/// use, then <see cref="Open"/>, then calls. It is not replaced when it breaks: whoever starts the sidecar again makes another link.
/// </summary>
internal sealed class SidecarLink : ISidecarSession
{
    private static readonly GrpcMethod<FrameBatch, ReadOnlySequence<byte>> s_handle =
        new(GrpcMethodKind.Duplex, PluginServiceMethods.ServiceName, PluginServiceMethods.Handle.Name, new FrameBatchMarshaller(), RawMarshaller.Lent);

    private readonly SidecarLinkSettings _settings;
    private readonly GrpcChannel _channel;
    private readonly GrpcMetadata _metadata = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CallStream? _stream;
    private volatile string _reason = "";

    private SidecarLink(SidecarLinkSettings settings, SidecarAddress address, Stream connection)
    {
        _settings = settings;
        if (settings.Secret is { } secret)
            _metadata.Add(PluginServiceMethods.SecretName, secret);
        Stream? unused = connection;
        _channel = new GrpcChannel(new GrpcChannelOptions
        {
            Address = address.ToString(),
            Tls = settings.Tls,
            AllowsManyConnections = false,
            IdleTimeout = Timeout.InfiniteTimeSpan,
            InitialStreamWindow = 1 << 20,
            Limits = new() { MaxReceivedMessage = settings.Limits.MaxMessage, MaxSentMessage = settings.Limits.MaxMessage },
            // A second one would lead to nobody knows whom.
            Connect = _ => Interlocked.Exchange(ref unused, null) is { } stream
                ? ValueTask.FromResult(stream)
                : ValueTask.FromException<Stream>(new IOException("the connection to the sidecar has ended")),
        });
    }

    /// <summary>Says that the sidecar is going to end, with its reason; begins no more calls, those under way go on. On any thread, once.</summary>
    public event Action<string>? GoingAway;

    /// <summary>What the sidecar is.</summary>
    public DescribeResponse Description { get; private set; } = new();

    /// <summary>What both sides agreed on.</summary>
    public CallLimits Limits { get; private set; } = new();

    /// <summary>What it last said of its health.</summary>
    public HealthResponse Health { get; private set; } = new();

    /// <inheritdoc/>
    public Task Broken => _broken.Task;

    /// <inheritdoc/>
    public Task Leaving => _leaving.Task;

    /// <inheritdoc/>
    public long Heard => _stream?.Heard ?? 0;

    /// <inheritdoc/>
    public string Trouble => Health.Status == HealthStatus.Degraded ? Health.Message.Length > 0 ? Health.Message : "it is degraded" : "";

    /// <inheritdoc/>
    public string Reason => _reason;

    /// <summary>Calls under way.</summary>
    public int OpenCalls => _stream?.Table.Open ?? 0;

    /// <summary>Calls that wait for a place.</summary>
    public int WaitingCalls => _stream?.Table.Waiting ?? 0;

    /// <summary>Bytes that wait for the sidecar to read them, or have been set aside for what will.</summary>
    public long QueuedBytes => _stream?.Writer.Queued ?? 0;

    /// <summary>Frames that the sidecar sent for calls that there are not.</summary>
    public long DroppedFrames => _stream?.Lost.Count ?? 0;

    /// <summary>Dials a sidecar and asks what it is.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SidecarException">It cannot be reached, or used.</exception>
    public static async Task<SidecarLink> ConnectAsync(SidecarLinkSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var address = SidecarAddress.TryParse(settings.Address, out var fault) ?? throw new SidecarException(fault) { IsFinal = true };
        var connection = await SidecarDial.OpenAsync(address, settings.Session, settings.DialLimit, settings.Calls.Time, cancellationToken).ConfigureAwait(false);
        var link = new SidecarLink(settings, address, connection);
        try
        {
            await link.DescribeAsync(cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Hands over places of a generation.</summary>
    /// <exception cref="SidecarException">It does not answer, or with an error.</exception>
    public async Task<ConfigureResponse> ConfigureAsync(ConfigureRequest request, CancellationToken cancellationToken) =>
        (await AskAsync(PluginServiceMethods.Configure, request, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Says that no call of a generation will come any more.</summary>
    /// <exception cref="SidecarException">It does not answer, or with an error.</exception>
    public Task RetireAsync(ulong generation, CancellationToken cancellationToken) =>
        AskAsync(PluginServiceMethods.Retire, new RetireRequest { Generation = generation }, cancellationToken);

    /// <summary>Opens the stream of calls. Once.</summary>
    public void Open()
    {
        if (_stream is not null)
            throw new InvalidOperationException("the stream of calls is open");
        var call = _channel.Open(s_handle, new GrpcCallOptions { Metadata = _metadata });
        _stream = new CallStream(call, Limits, _settings.Calls, Leave);
        _stream.Broken.ContinueWith(
            static (reason, link) => ((SidecarLink)link!).Break(reason.Result), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public SidecarCall NewCall() => _stream?.NewCall() ?? throw new InvalidOperationException("the stream of calls is not open yet");

    /// <inheritdoc/>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        Health = (await AskAsync(PluginServiceMethods.Health, new HealthRequest(), cancellationToken).ConfigureAwait(false))!;
        return Health.Status != HealthStatus.NotServing;
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _stream?.Close("is not used any more");
        // Beside each other: calls have their time also where the answer fails, or comes after them.
        var asked = _settings.Session is not null ? ShutDownAsync(cancellationToken) : Task.CompletedTask;
        var ended = _stream?.CompleteAsync(cancellationToken) ?? Task.CompletedTask;
        await Task.WhenAll(asked, ended).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Lose(string reason)
    {
        if (_stream is { } stream)
            stream.Break(reason);
        else
            Break(reason);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
            await stream.DisposeAsync().ConfigureAwait(false);
        _channel.Dispose();
        Break("is not used any more");
    }

    private void Leave(string reason)
    {
        _leaving.TrySetResult();
        GoingAway?.Invoke(reason);
    }

    private void Break(string reason)
    {
        if (_reason.Length == 0)
            _reason = reason;
        _broken.TrySetResult();
    }

    private async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        var request = new ShutdownRequest { GraceMs = (uint)Math.Clamp(_settings.DrainLimit.TotalMilliseconds, 0, uint.MaxValue) };
        var reply = await _channel.CallAsync(PluginServiceMethods.Shutdown, request, Options(cancellationToken)).ConfigureAwait(false);
        // One that has ended before its answer was out has done what it was asked to.
        if (!reply.Status.IsOk && reply.Status.Code != GrpcStatusCode.Unavailable)
            throw Fault(reply.Status, "Shutdown", cancellationToken);
    }

    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        const uint version = PluginServiceMethods.ProtocolVersion;
        var request = new DescribeRequest { MinProtocol = version, MaxProtocol = version, GatewayVersion = _settings.GatewayVersion, Limits = _settings.Limits.ToMessage() };
        Description = (await AskAsync(PluginServiceMethods.Describe, request, cancellationToken).ConfigureAwait(false))!;
        if (Description.Protocol != version)
            throw new SidecarException($"chose version {Description.Protocol} of the protocol; the gateway speaks {version} to {version}") { IsFinal = true };
        Limits = _settings.Limits.With(Description.Limits, out var fault) ?? throw new SidecarException(fault!) { IsFinal = true };
    }

    private async Task<TResponse?> AskAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TResponse : class
    {
        var reply = await _channel.CallAsync(method, request, Options(cancellationToken)).ConfigureAwait(false);
        return reply.Status.IsOk ? reply.Message : throw Fault(reply.Status, method.Name, cancellationToken);
    }

    private GrpcCallOptions Options(CancellationToken cancellationToken) => new() { Metadata = _metadata, Cancellation = cancellationToken };

    // What the sidecar is, and says of itself, does not change with a restart.
    private static Exception Fault(GrpcStatus status, string method, CancellationToken cancellationToken) => status.Code switch
    {
        GrpcStatusCode.Cancelled when cancellationToken.IsCancellationRequested => new OperationCanceledException(cancellationToken),
        GrpcStatusCode.FailedPrecondition when status.Detail.Length > 0 => new SidecarException(status.Detail) { IsFinal = true },
        GrpcStatusCode.Unauthenticated => new SidecarException($"refuses the gateway's secret: {status.Detail}") { IsFinal = true },
        GrpcStatusCode.Unimplemented => new SidecarException($"has no {PluginServiceMethods.ServiceName}/{method}: {status.Detail}") { IsFinal = true },
        _ => new SidecarException($"failed {method}: {status}"),
    };
}
