using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using KrakenPlugins.Grpc.Framing;

namespace KrakenPlugins.Grpc.Client;

/// <summary>One call on the wire, from the request's head to the status.</summary>
internal sealed class HttpExchange : IDisposable
{
    private static readonly MediaTypeHeaderValue s_contentType = new("application/grpc");
    private static readonly StreamPipeReaderOptions s_reading = new(leaveOpen: true);

    private readonly GrpcChannel _channel;
    private readonly GrpcCallOptions _options;
    private readonly HttpRequestMessage _request;
    private readonly CancellationTokenSource? _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _ended;
    private PipeReader? _input;
    private MessageReader? _reader;
    private int _isCancelled;
    private int _isReading;
    private bool _isDisposed;

    public HttpExchange(GrpcChannel channel, GrpcMethod method, in GrpcCallOptions options, HttpContent content, bool canCancel)
    {
        _channel = channel;
        _options = options;
        _request = new HttpRequestMessage(HttpMethod.Post, channel.AddressOf(method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = s_contentType;
        WriteHead(_request.Headers, channel.Options.UserAgent, options);
        _ended = options.Cancellation;
        if (!canCancel && options.Timeout is null)
            return;
        _source = options.Timeout is { } timeout ? new CancellationTokenSource(Cap(timeout), channel.Options.Time) : new CancellationTokenSource();
        _ended = _source.Token;
        if (options.Cancellation.CanBeCanceled)
            _registration = options.Cancellation.UnsafeRegister(static exchange => ((HttpExchange)exchange!).Cancel(), this);
    }

    /// <summary>How the call ended; <see langword="null"/> while it runs.</summary>
    public GrpcStatus? Status { get; private set; }

    /// <summary>Head and, at the end, trailers of the answer.</summary>
    public HttpResponseMessage? Response { get; private set; }

    /// <summary>Bytes of a message that may be sent.</summary>
    public int MaxSentMessage => _channel.Options.Limits.MaxSentMessage;

    /// <summary>Fires when the call is cancelled or its time is over.</summary>
    public CancellationToken Ended => _ended;

    /// <summary>Sends the request and waits for the head of the answer; <see langword="false"/> when the call has ended with it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync()
    {
        if (Status is not null)
            return false;
        if (_options.Timeout <= TimeSpan.Zero)
            return End(new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "the deadline had passed when the call began"));
        try
        {
            Response = await _channel.SendAsync(_request, _ended).ConfigureAwait(false);
            if (HeadStatus(Response) is { } status)
                return End(status);
            _input = PipeReader.Create(await Response.Content.ReadAsStreamAsync(_ended).ConfigureAwait(false), s_reading);
            _reader = new MessageReader(_input, _channel.Options.Limits.MaxReceivedMessage)
            {
                IsGzip = Response.Headers.NonValidated.TryGetValues("grpc-encoding", out var encoding) && encoding.ToString() == MessageEncoding.Gzip,
            };
            return true;
        }
        catch (Exception fault) when (TransportFault.Is(fault))
        {
            return End(Translate(fault));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcRead<T>> ReadAsync<T>(IMarshaller<T> marshaller)
    {
        if (Status is { } status)
            return GrpcRead<T>.End(status);
        BeginReading();
        try
        {
            var read = await _reader!.ReadAsync(marshaller, _ended).ConfigureAwait(false);
            return read.HasMessage ? read : GrpcRead<T>.End(Finish(read.Status));
        }
        catch (Exception fault) when (TransportFault.Is(fault))
        {
            End(Translate(fault));
            return GrpcRead<T>.End(Status!.Value);
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcRead<T>> ReadSingleAsync<T>(IMarshaller<T> marshaller)
    {
        if (Status is { } status)
            return GrpcRead<T>.End(status);
        BeginReading();
        try
        {
            var read = await _reader!.ReadSingleAsync(marshaller, _ended).ConfigureAwait(false);
            var end = Finish(read.Status);
            if (read.HasMessage && end.IsOk)
                return read;
            return GrpcRead<T>.End(end.IsOk ? GrpcStatus.Internal("the server ended with OK and without a message") : end);
        }
        catch (Exception fault) when (TransportFault.Is(fault))
        {
            End(Translate(fault));
            return GrpcRead<T>.End(Status!.Value);
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }

    /// <summary>Ends the call with a status, unless it has one; <see langword="false"/> always.</summary>
    public bool End(GrpcStatus status)
    {
        Status ??= status;
        return false;
    }

    /// <summary>Ends the call as the caller's wish.</summary>
    public void Cancel()
    {
        if (_source is not { IsCancellationRequested: false } source)
            return;
        Volatile.Write(ref _isCancelled, 1);
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in the same moment.
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _registration.Dispose();
        if (Status is null)
        {
            Cancel();
            End(new GrpcStatus(GrpcStatusCode.Cancelled, "the call was disposed"));
        }
        // Whoever still reads has the buffers; they go to the garbage collector then.
        if (Interlocked.Exchange(ref _isReading, 1) == 0)
        {
            _reader?.Release();
            _input?.Complete();
        }
        Response?.Dispose();
        _request.Dispose();
        _source?.Dispose();
    }

    /// <summary>What an exception of the transport means for this call.</summary>
    public GrpcStatus Translate(Exception fault)
    {
        if (Volatile.Read(ref _isCancelled) != 0 || (_source is null && _ended.IsCancellationRequested))
            return new GrpcStatus(GrpcStatusCode.Cancelled, "the call was cancelled");
        return _source is { IsCancellationRequested: true }
            ? new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "the deadline passed")
            : TransportFault.ToStatus(fault);
    }

    private void BeginReading()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Interlocked.Exchange(ref _isReading, 1) != 0)
            throw new InvalidOperationException("a message is being read; await it before the next");
    }

    // The messages are over, or what came is wrong.
    private GrpcStatus Finish(GrpcStatus reading)
    {
        if (!reading.IsOk)
        {
            End(reading);
            return reading;
        }
        var trailers = Response!.TrailingHeaders;
        var fit = ReplyMetadata.Check(trailers, _channel.Options.Limits);
        var status = ReplyMetadata.Status(trailers) ?? new GrpcStatus(GrpcStatusCode.Unknown, "the server ended without grpc-status");
        End(fit.IsOk ? status : fit);
        return Status!.Value;
    }

    // Not null when the head ends the call: trailers-only, no gRPC, or unfit.
    private GrpcStatus? HeadStatus(HttpResponseMessage response)
    {
        var fit = ReplyMetadata.Check(response.Headers, _channel.Options.Limits);
        if (!fit.IsOk)
            return fit;
        if (ReplyMetadata.Status(response.Headers) is { } status)
            return status;
        if (response.StatusCode != HttpStatusCode.OK)
            return new GrpcStatus(StatusMapping.FromHttpStatus((int)response.StatusCode), $"the server answered with HTTP status {(int)response.StatusCode}");
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? types.ToString() : null;
        if (type is null || !type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
            return new GrpcStatus(GrpcStatusCode.Unknown, $"the server answered with content type {type ?? "(none)"}; expected application/grpc");
        return response.Headers.NonValidated.TryGetValues("grpc-encoding", out var encoding) && !MessageEncoding.TryParse(encoding.ToString(), out _)
            ? GrpcStatus.Internal($"the server encodes messages with {encoding}; expected {MessageEncoding.Accepted}")
            : null;
    }

    private static void WriteHead(HttpRequestHeaders headers, string userAgent, in GrpcCallOptions options)
    {
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", userAgent);
        headers.TryAddWithoutValidation("grpc-accept-encoding", MessageEncoding.Accepted);
        if (options.Compress)
            headers.TryAddWithoutValidation("grpc-encoding", MessageEncoding.Gzip);
        if (options.Timeout is { } timeout)
            headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(timeout));
        if (options.Metadata is not { } metadata)
            return;
        foreach (var entry in metadata)
            headers.TryAddWithoutValidation(entry.Name, entry.Text ?? MetadataValues.Encode(entry.Bytes!));
    }

    // A timer cannot wait longer than 49 days.
    private static TimeSpan Cap(TimeSpan timeout) =>
        timeout <= TimeSpan.Zero || timeout.TotalMilliseconds >= uint.MaxValue - 1 ? Timeout.InfiniteTimeSpan : timeout;
}
