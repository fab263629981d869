using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Testing;

/// <summary>
/// An upstream that speaks bytes, not HTTP: a script decides what each connection reads and writes. It listens on a free loopback
/// port, and keeps what it received.
/// </summary>
public sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RawConnection> _connections = new();
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);
    private readonly ConcurrentQueue<Task> _scripts = [];
    private readonly Func<RawConnection, Task> _script;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Task _accepting;

    /// <summary>An upstream that runs a script on every connection and closes it when the script ends.</summary>
    /// <param name="script">What a connection does; an <see cref="IOException"/> out of it ends the connection only.</param>
    /// <param name="certificate">Speaks TLS with it when set.</param>
    public RawUpstream(Func<RawConnection, Task> script, X509Certificate2? certificate = null)
        : this(script, certificate is null ? null : new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        })
    {
    }

    /// <summary>An upstream that runs a script on every connection and closes it when the script ends.</summary>
    /// <param name="script">What a connection does; an <see cref="IOException"/> out of it ends the connection only.</param>
    /// <param name="tls">How it speaks TLS; <see langword="null"/> for clear text.</param>
    public RawUpstream(Func<RawConnection, Task> script, SslServerAuthenticationOptions? tls)
    {
        _script = script;
        _tls = tls;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>
    /// An upstream that gives the answers in order, one per request, whatever connection it comes on; the last one again for all
    /// that follow. Connections stay open.
    /// </summary>
    public static RawUpstream Answering(params string[] answers)
    {
        var next = -1;
        return new RawUpstream(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)]);
        });
    }

    /// <summary>The port that it listens on.</summary>
    public int Port { get; }

    /// <summary><c>http://127.0.0.1:port</c>, or <c>https://</c>.</summary>
    public string Url => $"{(_tls is null ? "http" : "https")}://127.0.0.1:{Port}";

    /// <summary>The connections that were accepted, in order.</summary>
    public IReadOnlyList<RawConnection> Connections => [.. _connections];

    /// <summary>The requests of all connections, in the order of the connections.</summary>
    public IReadOnlyList<string> Requests => [.. _connections.SelectMany(connection => connection.Requests)];

    /// <summary>
    /// Stops listening and ends the scripts; throws what one of them threw, and <see cref="TimeoutException"/> when one does not end
    /// within ten seconds: a script that waits for something else than its connection watches <see cref="RawConnection.Stopped"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var connection in _connections)
            connection.Close();
        await Wait.ForAsync(Task.WhenAll(_scripts), s_end, Unfinished);
        _stop.Dispose();
    }

    private string Unfinished()
    {
        var scripts = _scripts.ToArray();
        var left = Enumerable.Range(0, scripts.Length).Where(i => !scripts[i].IsCompleted);
        return $"the upstream on port {Port} waited for the scripts of connections {string.Join(", ", left)} to end; requests so far:\n{string.Join('\n', Requests)}";
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _scripts.Enqueue(RunAsync(socket));
        }
    }

    private async Task RunAsync(Socket socket)
    {
        socket.NoDelay = true;
        var network = new NetworkStream(socket);
        try
        {
            Stream stream = network;
            if (_tls is not null)
            {
                var tls = new SslStream(network);
                await tls.AuthenticateAsServerAsync(_tls, _stop.Token);
                stream = tls;
            }
            var connection = new RawConnection(socket, stream, _connections.Count, Timeout.InfiniteTimeSpan, _stop.Token);
            _connections.Enqueue(connection);
            await _script(connection);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException
            or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The other side, or the end of the test, closed the connection in the middle of the script.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
