using System.Runtime.CompilerServices;
using KrakenPlugins.Grpc.Framing;

namespace KrakenPlugins.Grpc.Client;

/// <summary>
/// A call with a stream of messages. One reader and one writer at a time, each beside the other. Dispose it in every case: a call that has
/// not ended is cancelled by that.
/// </summary>
/// <typeparam name="TRequest">Messages that the client sends.</typeparam>
/// <typeparam name="TResponse">Messages that the server sends.</typeparam>
public sealed class GrpcClientCall<TRequest, TResponse> : IAsyncDisposable
{
    // From this size on bytes are sent from where they lie, for the price of a second frame.
    private const int CopiesBelow = 2 * 1024;

    private readonly GrpcMethod<TRequest, TResponse> _method;
    private readonly HttpExchange _exchange;
    private readonly HttpContent _content;
    private readonly PushContent? _push;
    private readonly bool _compresses;
    private readonly Task<bool> _answered;
    private OutgoingFrame? _frame;
    private int _isWriting;
    private bool _isDisposed;

    internal GrpcClientCall(GrpcMethod<TRequest, TResponse> method, HttpExchange exchange, HttpContent content, bool compresses)
    {
        _method = method;
        _exchange = exchange;
        _content = content;
        _push = content as PushContent;
        _compresses = compresses;
        _answered = SendAsync();
    }

    /// <summary>How the call ended; <see langword="null"/> until a read has met the end.</summary>
    public GrpcStatus? Status => _exchange.Status;

    /// <summary>What the server sent with the status; empty until then.</summary>
    public GrpcMetadata Trailers => Status is null ? GrpcMetadata.Empty : ReplyMetadata.Trailers(_exchange.Response);

    /// <summary>Waits for what the server sends before its first message; empty when the call ends without that.</summary>
    public async ValueTask<GrpcMetadata> ReadHeadersAsync()
    {
        await _answered.ConfigureAwait(false);
        return ReplyMetadata.Headers(_exchange.Response);
    }

    /// <summary>Sends a message, and waits while the server is slow. <see langword="false"/> when the call has ended: reading says how.</summary>
    /// <param name="message">The message; its buffers are free again when the call returns.</param>
    /// <param name="compress">Whether to compress it, in a call that compresses; as the call's options say when <see langword="null"/>.</param>
    /// <exception cref="InvalidOperationException">The method takes one message, or one is being written.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WriteAsync(TRequest message, bool? compress = null)
    {
        if (_push is null)
            throw new InvalidOperationException($"{_method} takes one message, and that was sent");
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
            throw new InvalidOperationException("a message is being written; await it before the next");
        try
        {
            return await _push.Opened.ConfigureAwait(false) is { } stream && await WriteAsync(stream, message, _compresses && compress != false).ConfigureAwait(false);
        }
        catch (Exception fault) when (TransportFault.Is(fault))
        {
            return false;
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    /// <summary>Says that no further message follows.</summary>
    public void Complete() => _push?.Complete();

    /// <summary>Waits for the next message, or for the end and its status.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcRead<TResponse>> ReadAsync()
    {
        if (!await _answered.ConfigureAwait(false))
            return GrpcRead<TResponse>.End(_exchange.Status!.Value);
        var read = _method.Kind == GrpcMethodKind.ClientStreaming
            ? await _exchange.ReadSingleAsync(_method.Responses).ConfigureAwait(false)
            : await _exchange.ReadAsync(_method.Responses).ConfigureAwait(false);
        if (!read.HasMessage && read.Status.IsOk)
            _push?.Complete();
        else if (!read.HasMessage)
            _push?.Break();
        return read;
    }

    /// <summary>Ends the call; reads then give CANCELLED.</summary>
    public void Cancel()
    {
        _exchange.Cancel();
        _push?.Break();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_exchange.Status is null)
            _exchange.Cancel();
        await _answered.ConfigureAwait(false);
        _exchange.Dispose();
        _push?.Break();
        _content.Dispose();
        if (Interlocked.Exchange(ref _isWriting, 1) == 0)
            _frame?.Release();
    }

    private async Task<bool> SendAsync()
    {
        var isOpen = await _exchange.SendAsync().ConfigureAwait(false);
        if (!isOpen)
            _push?.Break();
        return isOpen;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WriteAsync(Stream stream, TRequest message, bool compress)
    {
        _frame ??= new OutgoingFrame(_exchange.MaxSentMessage);
        if (!compress && _method.Requests.TryGetFramed(message, out var framed))
        {
            if (framed.Length - FrameHeader.Size > _exchange.MaxSentMessage)
                return Refuse(_frame.TooLarge(framed.Length - FrameHeader.Size));
            new FrameHeader(false, framed.Length - FrameHeader.Size).Write(framed.Span);
            await stream.WriteAsync(framed, _exchange.Ended).ConfigureAwait(false);
        }
        else if (!compress && _method.Requests.TryGetPayload(message, out var payload) && payload.Length is >= CopiesBelow and var length)
        {
            if (length > _exchange.MaxSentMessage)
                return Refuse(_frame.TooLarge(length));
            await stream.WriteAsync(_frame.HeaderOf((int)length), _exchange.Ended).ConfigureAwait(false);
            foreach (var part in payload)
                await stream.WriteAsync(part, _exchange.Ended).ConfigureAwait(false);
        }
        else
        {
            var status = _frame.Fill(_method.Requests, message, compress);
            if (!status.IsOk)
                return Refuse(status);
            await stream.WriteAsync(_frame.Bytes, _exchange.Ended).ConfigureAwait(false);
        }
        await stream.FlushAsync(_exchange.Ended).ConfigureAwait(false);
        return true;
    }

    private bool Refuse(GrpcStatus status)
    {
        _exchange.End(status);
        _exchange.Cancel();
        return false;
    }
}
