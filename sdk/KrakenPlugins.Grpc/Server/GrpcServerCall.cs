using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using KrakenPlugins.Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Grpc.Server;

/// <summary>One call at a server.</summary>
public sealed class GrpcServerCall
{
    private static readonly GrpcStatus s_stopped = new(GrpcStatusCode.Cancelled, "reading was stopped");

    private readonly GrpcServerOptions _options;
    private readonly MessageReader _reader;
    private readonly long _began;
    private OutgoingFrame? _frame;
    private CancellationTokenSource? _deadline;
    private CancellationTokenRegistration _abort;
    private GrpcMetadata? _metadata;
    private GrpcMetadata? _headers;
    private GrpcMetadata? _trailers;
    private GrpcStatus _failure = GrpcStatus.Ok;
    private TimeSpan? _timeout;
    private bool _acceptsGzip;
    private bool _namesEncoding;
    private TaskCompletionSource? _stopped;
    private int _isWriting;
    private int _isReading;
    private bool _isClosed;
    private volatile bool _isFinished;

    internal GrpcServerCall(HttpContext context, GrpcServerOptions options, CancellationToken closing)
    {
        _options = options;
        _began = options.Time.GetTimestamp();
        HttpContext = context;
        Path = context.Request.Path.Value ?? "";
        Closing = closing;
        Ended = context.RequestAborted;
        _reader = new MessageReader(context.Request.BodyReader, options.Limits.MaxReceivedMessage);
    }

    /// <summary>The exchange below: connection, identity of the client, features.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The method as it was called, <c>/package.Service/Method</c>.</summary>
    public string Path { get; }

    /// <summary>What the client sent along; built when asked for.</summary>
    public GrpcMetadata Metadata => _metadata ??= ReceivedMetadata.Read(HttpContext.Request.Headers);

    /// <summary>Goes to the client before the first message; what is added later is lost.</summary>
    public GrpcMetadata ResponseHeaders => _headers ??= new GrpcMetadata();

    /// <summary>Goes to the client with the status.</summary>
    public GrpcMetadata Trailers => _trailers ??= new GrpcMetadata();

    /// <summary>Whether messages are compressed, where the client allows it; not by default. Takes effect before the first message only.</summary>
    public bool CompressesResponses { get; set; }

    /// <summary>Fires when the call is over for others: the client cancelled or left, or the deadline passed.</summary>
    public CancellationToken Ended { get; private set; }

    /// <summary>Fires when the server is going to stop: finish soon.</summary>
    public CancellationToken Closing { get; }

    /// <summary>What is left until the deadline, never negative; <see langword="null"/> without one.</summary>
    public TimeSpan? TimeLeft => _timeout is not { } timeout
        ? null
        : TimeSpan.FromTicks(Math.Max(0, (timeout - _options.Time.GetElapsedTime(_began)).Ticks));

    internal bool HasEnded => Ended.IsCancellationRequested;

    // Why Ended fired.
    internal GrpcStatus EndStatus => _deadline is { IsCancellationRequested: true } && !HttpContext.RequestAborted.IsCancellationRequested
        ? new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "the deadline passed")
        : new GrpcStatus(GrpcStatusCode.Cancelled, "the client cancelled");

    /// <summary>Sends <see cref="ResponseHeaders"/> now instead of with the first message.</summary>
    public async ValueTask SendHeadersAsync()
    {
        await BeginAsync().ConfigureAwait(false);
        await HttpContext.Response.BodyWriter.FlushAsync(Ended).ConfigureAwait(false);
    }

    internal GrpcStatus Start()
    {
        var headers = HttpContext.Request.Headers;
        var status = ReceivedMetadata.Check(headers, _options.Limits);
        if (!status.IsOk)
            return status;
        string? encoding = headers["grpc-encoding"];
        if (!MessageEncoding.TryParse(encoding, out var isGzip))
        {
            HttpContext.Response.Headers["grpc-accept-encoding"] = MessageEncoding.Accepted;
            return new GrpcStatus(GrpcStatusCode.Unimplemented, $"messages are encoded with {encoding}; expected {MessageEncoding.Accepted}");
        }
        _reader.IsGzip = isGzip;
        _acceptsGzip = MessageEncoding.Offers(headers["grpc-accept-encoding"]);
        return StartDeadline(headers["grpc-timeout"]);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<GrpcRead<T>> ReadOnlyRequestAsync<T>(IMarshaller<T> marshaller)
    {
        var read = await ReadAsync(marshaller, isSingle: true).ConfigureAwait(false);
        return read.HasMessage || !read.Status.IsOk ? read : GrpcRead<T>.End(GrpcStatus.Internal("the request has no message; expected one"));
    }

    internal ValueTask<GrpcRead<T>> ReadRequestAsync<T>(IMarshaller<T> marshaller) => ReadAsync(marshaller, isSingle: false);

    // Nothing reads from the exchange any more when it is done: a stream of Kestrel serves another request soon after this one.
    internal async ValueTask StopReadingAsync()
    {
        Volatile.Write(ref _isClosed, true);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isReading) == 0)
            return;
        var stopped = Volatile.Read(ref _stopped) ?? Interlocked.CompareExchange(ref _stopped, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _stopped;
        HttpContext.Request.BodyReader.CancelPendingRead();
        if (Volatile.Read(ref _isReading) != 0)
            await stopped.Task.ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<GrpcStatus> WriteOnlyResponseAsync<T>(IMarshaller<T> marshaller, GrpcResult<T> result)
    {
        if (!result.Status.IsOk)
            return result.Status;
        if (result.Message is null)
            return GrpcStatus.Internal("the handler gave no message");
        // Not flushed: message and trailers leave together.
        await WriteResponseAsync(marshaller, result.Message, null, flush: false).ConfigureAwait(false);
        return GrpcStatus.Ok;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> WriteResponseAsync<T>(IMarshaller<T> marshaller, T message, bool? compress, bool flush)
    {
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
            throw new InvalidOperationException("a message is being written; await it before the next");
        try
        {
            if (HasEnded || _isFinished || !_failure.IsOk)
                return false;
            // Too large is known before anything is sent, so that the status can still go out alone.
            var size = marshaller.SizeOf(message);
            var isGzip = (compress ?? CompressesResponses) && _acceptsGzip && (_namesEncoding || !HttpContext.Response.HasStarted);
            if (isGzip || size < 0 || size > _options.Limits.MaxSentMessage)
            {
                _frame ??= new OutgoingFrame(_options.Limits.MaxSentMessage);
                _failure = _frame.Fill(marshaller, message, isGzip);
                if (!_failure.IsOk)
                    return false;
            }
            await BeginAsync(isGzip).ConfigureAwait(false);
            var body = HttpContext.Response.BodyWriter;
            if (isGzip || size < 0)
                System.Buffers.BuffersExtensions.Write(body, _frame!.Bytes.Span);
            else
                WriteDirectly(body, marshaller, message, size);
            return !flush || !(await body.FlushAsync(Ended).ConfigureAwait(false)).IsCompleted;
        }
        catch (Exception fault) when (HasEnded && fault is OperationCanceledException or IOException)
        {
            return false;
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    internal async ValueTask FinishAsync(GrpcStatus status)
    {
        await StopReadingAsync().ConfigureAwait(false);
        _isFinished = true;
        if (!_failure.IsOk)
            status = _failure;
        else if (!_reader.Failure.IsOk)
            status = _reader.Failure;
        else if (HasEnded)
            status = EndStatus;
        _abort.Dispose();
        if (HttpContext.RequestAborted.IsCancellationRequested)
            return;
        if (Volatile.Read(ref _isWriting) != 0)
            throw new InvalidOperationException($"the handler of {Path} ended while it was writing a message");
        var response = HttpContext.Response;
        if (_headers is { Count: > 0 })
            await BeginAsync().ConfigureAwait(false);
        // Nothing was sent: status and trailers are the head of the response, and all of it.
        var target = response.HasStarted
            ? HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseTrailersFeature>()!.Trailers
            : response.Headers;
        SentMetadata.WriteStatus(target, status);
        SentMetadata.Write(target, _trailers);
    }

    internal void Release()
    {
        _reader.Release();
        if (Volatile.Read(ref _isWriting) == 0)
            _frame?.Release();
        _abort.Dispose();
        _deadline?.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<GrpcRead<T>> ReadAsync<T>(IMarshaller<T> marshaller, bool isSingle)
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0)
            throw new InvalidOperationException("a message is being read; await it before the next");
        try
        {
            if (Volatile.Read(ref _isClosed))
                return GrpcRead<T>.End(s_stopped);
            return isSingle
                ? await _reader.ReadSingleAsync(marshaller, Ended).ConfigureAwait(false)
                : await _reader.ReadAsync(marshaller, Ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _isClosed))
        {
            return GrpcRead<T>.End(s_stopped);
        }
        catch (Exception fault) when (HasEnded || fault is IOException)
        {
            // The transport reports a reset by an exception before it fires the token.
            if (_failure.IsOk)
                _failure = EndStatus;
            return GrpcRead<T>.End(_failure);
        }
        finally
        {
            Interlocked.Exchange(ref _isReading, 0);
            Volatile.Read(ref _stopped)?.TrySetResult();
        }
    }

    private ValueTask BeginAsync(bool namesGzip = false)
    {
        var response = HttpContext.Response;
        if (response.HasStarted)
            return ValueTask.CompletedTask;
        if (namesGzip || (CompressesResponses && _acceptsGzip))
        {
            response.Headers["grpc-encoding"] = MessageEncoding.Gzip;
            _namesEncoding = true;
        }
        SentMetadata.Write(response.Headers, _headers);
        // Without the call's token: a head goes out after the deadline too, with the status.
        return new ValueTask(response.StartAsync(CancellationToken.None));
    }

    private static void WriteDirectly<T>(PipeWriter body, IMarshaller<T> marshaller, T message, int size)
    {
        var before = body.CanGetUnflushedBytes ? body.UnflushedBytes : -1;
        new FrameHeader(false, size).Write(body.GetSpan(FrameHeader.Size));
        body.Advance(FrameHeader.Size);
        marshaller.Write(message, body);
        if (before >= 0 && body.UnflushedBytes - before != FrameHeader.Size + size)
            ThrowWrongSize(marshaller.GetType(), size, body.UnflushedBytes - before - FrameHeader.Size);
    }

    [DoesNotReturn]
    private static void ThrowWrongSize(Type marshaller, int said, long written) =>
        throw new InvalidOperationException($"{marshaller} announced {said} bytes and wrote {written}");

    private GrpcStatus StartDeadline(string? text)
    {
        _timeout = _options.MaxCallTime;
        if (text is not null)
        {
            if (!GrpcTimeout.TryParse(text, out var asked))
                return GrpcStatus.Internal("grpc-timeout is broken; expected one to eight digits and one of n, u, m, S, M, H");
            if (_timeout is null || asked < _timeout)
                _timeout = asked;
        }
        if (_timeout is not { } timeout)
            return GrpcStatus.Ok;
        if (timeout <= TimeSpan.Zero)
            return new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "the deadline had passed when the call arrived");
        // A timer cannot wait longer than 49 days; nobody waits for that.
        _deadline = new CancellationTokenSource(timeout.TotalMilliseconds < uint.MaxValue - 1 ? timeout : Timeout.InfiniteTimeSpan, _options.Time);
        _abort = HttpContext.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _deadline);
        Ended = _deadline.Token;
        return GrpcStatus.Ok;
    }
}
