using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gateway.Testing;

/// <summary>
/// A TCP connection that speaks bytes: one that a <see cref="RawUpstream"/> accepted, or one to a <see cref="TestGateway"/>. Texts are
/// Latin-1, so that every byte is a character.
/// </summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private Stream _stream;
    private readonly CancellationToken _stop;
    private readonly TimeSpan _limit;
    private const int MaxRemembered = 1 << 20;

    private readonly StringBuilder _pending = new();
    private readonly StringBuilder _received = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[64 << 10];

    /// <param name="socket">The connected socket.</param>
    /// <param name="stream">What is read and written.</param>
    /// <param name="index">See <see cref="Index"/>.</param>
    /// <param name="limit">How long a read may wait for what it is asked for; infinite where <paramref name="stop"/> ends it.</param>
    /// <param name="stop">Ends reads and writes.</param>
    internal RawConnection(Socket socket, Stream stream, int index, TimeSpan limit, CancellationToken stop)
    {
        _socket = socket;
        _stream = stream;
        Index = index;
        _stop = stop;
        _limit = limit;
    }

    /// <summary>0 for the first connection that the upstream accepted.</summary>
    public int Index { get; }

    /// <summary>The server name that a TLS client asked for; empty without one.</summary>
    public string ServerName => (_stream as SslStream)?.TargetHostName ?? "";

    /// <summary>Whether a TLS client negotiated HTTP/2, which the upstream offers first.</summary>
    public bool IsHttp2 => _stream is SslStream tls && tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;

    /// <summary>The requests read so far, each with head and body as they came over the wire.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Everything that was read so far, whatever became of it; the first megabyte.</summary>
    public string Received
    {
        get
        {
            lock (_received)
                return _received.ToString();
        }
    }

    /// <summary>Completes when a read or a write has seen the end of the connection.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Fires when the upstream is disposed.</summary>
    public CancellationToken Stopped => _stop;

    /// <summary>Whether this side has closed the connection.</summary>
    public bool IsGone => _socket.SafeHandle.IsClosed;

    /// <summary>Reads a head, and a body if it has a length or is chunked; <see langword="null"/> when the client closes instead.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        var head = await ReadUntilAsync("\r\n\r\n");
        if (head is null)
            return null;
        var body = "";
        if (Field(head, "Content-Length") is { } length)
            body = await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture));
        else if (Field(head, "Transfer-Encoding") is not null)
            body = await ReadUntilAsync("0\r\n\r\n") ?? throw new IOException("the client closed in the middle of a chunked body");
        var request = head + body;
        _requests.Enqueue(request);
        return request;
    }

    /// <summary>Reads up to and including a mark; <see langword="null"/> when the client closes before.</summary>
    public Task<string?> ReadUntilAsync(string mark)
    {
        return LimitAsync(ReadAsync(), _limit, $"for {Quoted(mark)}");

        async Task<string?> ReadAsync()
        {
            while (true)
            {
                var text = _pending.ToString();
                var found = text.IndexOf(mark, StringComparison.Ordinal);
                if (found >= 0)
                    return Take(found + mark.Length);
                if (!await FillAsync())
                    return null;
            }
        }
    }

    /// <summary>Reads a number of bytes.</summary>
    public Task<string> ReadExactlyAsync(int count)
    {
        return LimitAsync(ReadAsync(), _limit, string.Create(CultureInfo.InvariantCulture, $"for {count} bytes"));

        async Task<string> ReadAsync()
        {
            while (_pending.Length < count)
            {
                if (!await FillAsync())
                    throw new IOException("the client closed early");
            }
            return Take(count);
        }
    }

    /// <summary>Reads and drops everything until the client closes.</summary>
    public Task WaitForCloseAsync()
    {
        return LimitAsync(ReadAsync(), _limit, "for the end of the connection");

        async Task<bool> ReadAsync()
        {
            while (await FillAsync())
                _pending.Clear();
            return true;
        }
    }

    /// <summary>Goes on with TLS, as the server.</summary>
    public async Task StartTlsAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop);
        _stream = tls;
    }

    /// <summary>
    /// Reads everything until the other side closes, in an orderly way or with a reset; throws <see cref="TimeoutException"/> when it
    /// has not within the time (ten seconds unless told).
    /// </summary>
    public Task<string> ReadToEndAsync(TimeSpan? limit = null)
    {
        return LimitAsync(ReadAsync(), limit ?? TimeSpan.FromSeconds(10), "for the end of the connection");

        async Task<string> ReadAsync()
        {
            try
            {
                while (await FillAsync()) { }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // A reset ends it too.
            }
            return Take(_pending.Length);
        }
    }

    /// <summary>Reads one response with its body, if that has a length or is chunked; <see langword="null"/> when the connection ends instead.</summary>
    public Task<string?> ReadResponseAsync() => LimitAsync(ReadRequestAsync(), TimeSpan.FromSeconds(20), "for a whole response");

    /// <summary>Writes text.</summary>
    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    public async Task WriteAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes, _stop);
        }
        catch (IOException)
        {
            _closed.TrySetResult();
            throw;
        }
    }

    /// <summary>The TCP connection with its orderly end.</summary>
    public void Close() => _socket.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>Ends the connection with a TCP reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        int read;
        try
        {
            read = await _stream.ReadAsync(_buffer, _stop);
        }
        catch (IOException)
        {
            _closed.TrySetResult();
            throw;
        }
        if (read == 0)
            _closed.TrySetResult();
        var text = Encoding.Latin1.GetString(_buffer, 0, read);
        _pending.Append(text);
        lock (_received)
        {
            if (_received.Length < MaxRemembered)
                _received.Append(text);
        }
        return read > 0;
    }

    private Task<T> LimitAsync<T>(Task<T> read, TimeSpan limit, string wanted) =>
        limit == Timeout.InfiniteTimeSpan ? read : Wait.ForAsync(read, limit, () => $"connection {Index} waited {wanted}; received so far: {Quoted(Received)}");

    private static string Quoted(string text) =>
        $"\"{text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private string Take(int count)
    {
        var text = _pending.ToString(0, count);
        _pending.Remove(0, count);
        return text;
    }

    private static string? Field(string head, string name)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                return line[(name.Length + 1)..].Trim();
        }
        return null;
    }
}
