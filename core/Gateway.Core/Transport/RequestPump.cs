using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// Sends the body of one call while its answer may already arrive. It reads from the client no faster than the backend takes.
/// The call awaits <see cref="Completion"/> before it returns, so that nobody reads from the client's pipe afterwards.
/// </summary>
internal sealed class RequestPump
{
    private const int ChunkBufferSize = 16 << 10;
    private const int ChunkFramingSize = 24;
    private readonly Http1Connection _connection;
    // Not disposed: it holds no timer and no handle, and an abort may still reach it when the call is over.
    private readonly CancellationTokenSource _stop = new();
    private readonly PipeReader? _reader;
    private readonly ReadOnlyMemory<byte> _rest;
    private readonly long? _length;
    private bool _waitsForClient;

    public RequestPump(Http1Connection connection, in OutgoingRequest outgoing)
    {
        _connection = connection;
        _reader = outgoing.Reader;
        _rest = outgoing.Rest;
        _length = outgoing.ReaderLength;
    }

    /// <summary>Ends when the body was sent or sending it was given up; never faults.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Whether the whole body was handed to the connection.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Why the request's side failed (the client left, the length was wrong), or <see langword="null"/>.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Why the backend did not take the body, or <see langword="null"/>.</summary>
    public Exception? SendFailure { get; private set; }

    public static GatewayError LengthMismatch(long announced, long received) => new(
        GatewayErrorKind.ClientAborted,
        string.Create(CultureInfo.InvariantCulture, $"http: ContentLength={announced} with Body length {received}"));

    public void Start() => Completion = RunAsync();

    /// <summary>Whether the backend had all that the client sent, and the client did not go on.</summary>
    public bool WaitsForClient => Volatile.Read(ref _waitsForClient);

    /// <summary>Stops as soon as possible; <see cref="Completion"/> says when.</summary>
    public void Stop() => _stop.Cancel();

    private async Task RunAsync()
    {
        try
        {
            if (_reader is null)
                await _connection.SendAsync(_rest, _stop.Token).ConfigureAwait(false);
            else
                await CopyAsync(_reader).ConfigureAwait(false);
            if (Error is null)
            {
                IsComplete = true;
                _connection.OnRequestSent();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the answer came first, or the call is over.
            return;
        }
        catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
        {
            // The answer may still be readable; the one who reads it reports this failure if it is not.
            SendFailure = exception;
            return;
        }
        _connection.Abort(AbortReason.RequestBody);
    }

    private async ValueTask CopyAsync(PipeReader reader)
    {
        var scratch = _length is null ? BufferPool<byte>.Shared.Rent(ChunkBufferSize) : [];
        try
        {
            long sent = 0;
            while (sent != _length)
            {
                var result = await ReadAsync(reader).ConfigureAwait(false);
                if (Error is not null)
                    return;
                var buffer = result.Buffer;
                // Counted here: after AdvanceTo the segments belong to the pipe again and have other lengths.
                var received = sent + buffer.Length;
                if (received > _length || (result.IsCompleted && received < _length))
                {
                    Error = LengthMismatch(_length.Value, received);
                    reader.AdvanceTo(buffer.Start);
                    return;
                }
                var consumed = buffer.Start;
                try
                {
                    await SendAsync(buffer, scratch).ConfigureAwait(false);
                    consumed = buffer.End;
                }
                finally
                {
                    reader.AdvanceTo(consumed, buffer.End);
                }
                sent = received;
                if (result.IsCompleted)
                    break;
            }
            if (_length is null)
                await _connection.SendAsync("0\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            if (scratch.Length > 0)
                BufferPool<byte>.Shared.Return(scratch);
        }
    }

    private async ValueTask<ReadResult> ReadAsync(PipeReader reader)
    {
        try
        {
            // Stays set when the wait is given up: that is when it is asked for.
            Volatile.Write(ref _waitsForClient, true);
            var result = await RequestBody.ReadAsync(reader, _stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _waitsForClient, false);
            return result;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            Error = TransportErrors.RequestBody(exception);
            return default;
        }
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> buffer, byte[] scratch)
    {
        if (buffer.IsEmpty)
            return;
        if (_length is not null)
        {
            foreach (var segment in buffer)
                await _connection.SendAsync(segment, _stop.Token).ConfigureAwait(false);
            return;
        }
        var rest = buffer;
        while (!rest.IsEmpty)
        {
            var size = (int)Math.Min(rest.Length, scratch.Length - ChunkFramingSize);
            var length = WriteChunk(rest.Slice(0, size), size, scratch);
            await _connection.SendAsync(scratch.AsMemory(0, length), _stop.Token).ConfigureAwait(false);
            rest = rest.Slice(size);
        }
    }

    private static int WriteChunk(ReadOnlySequence<byte> data, int size, Span<byte> destination)
    {
        size.TryFormat(destination, out var length, "x", CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(destination[length..]);
        length += 2;
        data.CopyTo(destination[length..]);
        length += size;
        "\r\n"u8.CopyTo(destination[length..]);
        return length + 2;
    }
}
