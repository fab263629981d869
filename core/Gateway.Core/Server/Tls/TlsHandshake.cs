using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Gateway.Core.Server.Tls;

/// <summary>Turns connections into TLS connections, within a limit of time, and says why where that fails.</summary>
internal sealed class TlsHandshake(ServerConfig server, TimeProvider time, HandshakeLog log)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _limit = Shortest(Shortest(Shortest(s_limit, server.ReadHeaderTimeout), server.ReadTimeout), server.WriteTimeout);

    /// <summary>Serves a connection in TLS; throws what serving it throws, and nothing for a handshake that fails.</summary>
    public async Task ServeAsync(ConnectionContext connection, ServerCredentials credentials, ConnectionDelegate next)
    {
        var raw = connection.Transport;
        if (await HandshakeAsync(connection, credentials).ConfigureAwait(false) is not { } tls)
            return;
        await using (tls.ConfigureAwait(false))
        {
            var pool = connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool;
            var secured = new SecuredTransport(
                PipeReader.Create(tls, new StreamPipeReaderOptions(pool, leaveOpen: true, useZeroByteReads: true)),
                PipeWriter.Create(tls, new StreamPipeWriterOptions(pool, leaveOpen: true)));
            connection.Transport = secured;
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                connection.Transport = raw;
                await secured.Input.CompleteAsync().ConfigureAwait(false);
                await EndAsync(secured.Output, tls).ConfigureAwait(false);
            }
        }
    }

    private async Task<SslStream?> HandshakeAsync(ConnectionContext connection, ServerCredentials credentials)
    {
        using var limit = new CancellationTokenSource(_limit, time);
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
        var verdict = new ClientVerdict();
        ClientHello? hello = null;
        SslStream? tls = null;
        try
        {
            (var state, hello) = await ReadHelloAsync(connection, either.Token).ConfigureAwait(false);
            if (state is not (HelloState.Complete or HelloState.Unknown))
            {
                await RefuseAsync(connection, state).ConfigureAwait(false);
                return null;
            }
            tls = new SslStream(new PipeStream(connection.Transport));
            await tls.AuthenticateAsServerAsync(credentials.OptionsFor(hello, verdict), either.Token).ConfigureAwait(false);
            new TlsFeature(tls, hello?.ServerName).AddTo(connection.Features);
            return tls;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            // What the platform has to say to the client goes out with the end of the connection.
            if (tls is not null)
                await tls.DisposeAsync().ConfigureAwait(false);
            if (limit.IsCancellationRequested)
                log.Failed(HandshakeFault.Timeout, connection.RemoteEndPoint, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"i/o timeout after {_limit.TotalSeconds} s"));
            else if (!closing.IsCancellationRequested)
                LogFailure(connection, credentials, hello, verdict, exception);
            return null;
        }
    }

    /// <summary>Waits for the client's first message and leaves it where it is.</summary>
    private static async ValueTask<(HelloState State, ClientHello? Hello)> ReadHelloAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var state = ClientHello.TryRead(result.Buffer, out var hello);
            if (state == HelloState.Partial && !result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }
            var isUnused = result.Buffer.IsEmpty;
            input.AdvanceTo(state is HelloState.Complete or HelloState.Unknown ? result.Buffer.Start : result.Buffer.End);
            if (state == HelloState.Partial)
                throw isUnused ? new UnusedException() : new EndOfStreamException("EOF");
            return (state, hello);
        }
    }

    /// <summary>Ends what is no TLS; who speaks HTTP is told in HTTP what the matter is.</summary>
    private async Task RefuseAsync(ConnectionContext connection, HelloState state)
    {
        if (state != HelloState.Http)
        {
            log.Failed(HandshakeFault.ClearText, connection.RemoteEndPoint, "first record does not look like a TLS handshake");
            return;
        }
        log.Failed(HandshakeFault.ClearText, connection.RemoteEndPoint, "client sent an HTTP request to an HTTPS server");
        var answer = "HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"u8;
        answer.CopyTo(connection.Transport.Output.GetSpan(answer.Length));
        connection.Transport.Output.Advance(answer.Length);
        await connection.Transport.Output.FlushAsync().ConfigureAwait(false);
    }

    private void LogFailure(ConnectionContext connection, ServerCredentials credentials, ClientHello? hello, ClientVerdict verdict, Exception exception)
    {
        var remote = connection.RemoteEndPoint;
        if (exception is UnusedException)
            log.ClosedUnused(remote);
        else if (verdict.Reason is { } reason)
            log.Failed(HandshakeFault.Certificate, remote, $"tls: {reason}");
        else if (hello is not null && !hello.Offers(credentials.Versions))
            log.Failed(HandshakeFault.Version, remote, $"tls: client offered only unsupported versions (its newest is {VersionName(hello.Newest)})");
        else if (exception is AuthenticationException)
            log.Failed(HandshakeFault.Other, remote, $"tls: {exception.GetBaseException().Message}");
        else
            log.Failed(HandshakeFault.Closed, remote, "EOF");
    }

    private static string VersionName(ushort version) => version switch
    {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        _ => "none that is known",
    };

    /// <summary>Tells the client that nothing follows, so that it can tell an end from a cut; one that takes nothing more is not waited for.</summary>
    private async Task EndAsync(PipeWriter output, SslStream tls)
    {
        try
        {
            await output.CompleteAsync().ConfigureAwait(false);
            await tls.ShutdownAsync().WaitAsync(s_farewell, time).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception) || exception is TimeoutException)
        {
            // The connection is gone, and with it whom to tell.
        }
    }

    private static bool IsFailure(Exception exception) =>
        exception is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException or System.ComponentModel.Win32Exception
            or System.Security.Cryptography.CryptographicException or System.Net.Sockets.SocketException or NotSupportedException;

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => other > TimeSpan.Zero && other < one ? other : one;

    private sealed class UnusedException() : IOException("EOF");

    private sealed class SecuredTransport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;
        public PipeWriter Output { get; } = output;
    }
}
