using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

internal sealed partial class Http1Connection
{
    private const int MaxInformational = 5;

    private int _informational;

    /// <summary>
    /// Sends a request and receives the head of its answer. On a failure the connection is closed; on success the call stays on it
    /// until <see cref="EndCall"/>.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GatewayError?> ExchangeAsync(ProxyRequest request, BackendHost host, OutgoingRequest outgoing, CancellationToken cancellationToken)
    {
        BeginCall(request, host, cancellationToken);
        GatewayError? error;
        try
        {
            await SendHeadAsync(outgoing.Head.Written).ConfigureAwait(false);
            if (outgoing.HasBodyToPump)
                StartPump(outgoing);
            else
                OnRequestSent();
            do
            {
                var receive = _isReceiving ? _receive : Receive(_buffer.AsMemory(_end));
                _isReceiving = false;
                var read = await receive.ConfigureAwait(false);
                if (read == 0)
                {
                    error = Failure(null);
                    break;
                }
                HasAnswer = true;
                _end += read;
                error = ParseHead();
            }
            while (error is null && _head.Length == 0);
        }
        catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
        {
            error = Failure(exception);
        }
        if (error is null && _pump is not null)
            await EndPumpAsync().ConfigureAwait(false);
        DisarmHeaderTimer();
        if (error is null && Volatile.Read(ref _abort) != (int)AbortReason.None)
            error = Failure(null);
        if (error is not null)
        {
            await EndFailedAsync().ConfigureAwait(false);
            return error;
        }
        BeginBody(request.Method);
        return null;
    }

    /// <summary>
    /// Ends a call whose answer was handed out: gives the connection back when the message was read to its end (or is here to its
    /// end) and nothing follows it, else closes it.
    /// </summary>
    public void EndCall()
    {
        // Waits for a callback that is running, so that a late cancellation cannot hit the next call.
        _registration.Dispose();
        _registration = default;
        if (_isReading)
        {
            // Disposed while a read is pending: its owner still writes into the buffers.
            Abort(AbortReason.Cancelled);
            return;
        }
        var isReusable = _head.KeepAlive && _abort == (int)AbortReason.None && SkipBuffered() && _start == _end;
        var affinity = _request?.Affinity;
        ForgetCall();
        if (isReusable)
        {
            ReleaseBuffer();
            if (affinity is not { KeepsConnection: true } || !affinity.TryKeep(new KeptConnection(this, _pool)))
                _pool.Return(this);
        }
        else
        {
            Close();
        }
    }

    private void BeginCall(ProxyRequest request, BackendHost host, CancellationToken cancellationToken)
    {
        HasWritten = false;
        HasAnswer = false;
        _informational = 0;
        _request = request;
        _host = host;
        _target = request.Target;
        _callToken = cancellationToken;
        _head.Reset();
        if (!_isReceiving)
            RentBuffer();
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static state => ((Http1Connection)state!).Abort(AbortReason.Cancelled), this);
    }

    private ValueTask SendHeadAsync(ReadOnlyMemory<byte> bytes)
    {
        var send = SendAsync(bytes, CancellationToken.None);
        // A send that fails at once has put nothing on the wire; one that has begun may have.
        HasWritten = !send.IsCompleted || send.IsCompletedSuccessfully;
        return send;
    }

    private void StartPump(in OutgoingRequest outgoing)
    {
        var pump = new RequestPump(this, outgoing);
        Volatile.Write(ref _pump, pump);
        pump.Start();
        if (Volatile.Read(ref _abort) != (int)AbortReason.None)
            pump.Stop();
    }

    /// <summary>The answer is here. A body that is not sent by now is not wanted; the connection cannot be used again.</summary>
    private async ValueTask EndPumpAsync()
    {
        var pump = _pump!;
        pump.Stop();
        await pump.Completion.ConfigureAwait(false);
        if (!pump.IsComplete)
            _head.CloseAfter();
    }

    private async ValueTask EndFailedAsync()
    {
        _registration.Dispose();
        _registration = default;
        _socket.Dispose();
        if (_isReceiving)
        {
            try
            {
                await _receive.ConfigureAwait(false);
            }
            catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
            {
                // The call has failed already; this is only the end of the receive that was begun ahead.
            }
            _isReceiving = false;
        }
        if (_pump is not null)
            await EndPumpAsync().ConfigureAwait(false);
        ForgetCall();
        Close();
    }

    private void ForgetCall()
    {
        _request = null;
        _pump = null;
        _host = null;
        _target = "";
        _callToken = default;
    }

    /// <summary>Parses what is here; returns with no error and a length of 0 when more is needed.</summary>
    private GatewayError? ParseHead()
    {
        while (true)
        {
            switch (_head.Parse(_buffer.AsSpan(0, _end)))
            {
                case HeadState.Invalid:
                    return new GatewayError(GatewayErrorKind.Payload, _head.Error);
                case HeadState.Incomplete:
                    if (_end == _buffer.Length)
                        GrowBuffer();
                    return null;
            }
            if (_head.StatusCode >= 200)
            {
                _start = _head.Length;
                return null;
            }
            if (_head.StatusCode == 101)
                return new GatewayError(GatewayErrorKind.Payload, "net/http: unexpected 101 response");
            if (++_informational > MaxInformational)
                return new GatewayError(GatewayErrorKind.Payload, "net/http: too many 1xx informational responses");
            _buffer.AsSpan(_head.Length, _end - _head.Length).CopyTo(_buffer);
            _end -= _head.Length;
            _head.Reset();
            if (_end == 0)
                return null;
        }
    }

    private GatewayError Failure(Exception? exception)
    {
        switch ((AbortReason)Volatile.Read(ref _abort))
        {
            case AbortReason.Cancelled:
                return TransportErrors.Cancelled(_request!, _pump is { WaitsForClient: true });
            case AbortReason.HeaderTimeout:
                return new GatewayError(GatewayErrorKind.Timeout, TransportErrors.HeaderTimeout);
            case AbortReason.RequestBody when _pump?.Error is { } bodyError:
                return bodyError;
        }
        if (_pump?.SendFailure is { } sendFailure)
            return TransportErrors.Connection("write", _pool.Peer, sendFailure);
        if (exception is null)
            return new GatewayError(GatewayErrorKind.Connection, HasAnswer ? TransportErrors.UnexpectedEnd : "EOF");
        return TransportErrors.Connection(HasWritten ? "read" : "write", _pool.Peer, exception);
    }
}
