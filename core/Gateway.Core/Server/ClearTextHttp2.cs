using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Core.Server;

/// <summary>
/// HTTP/2 with prior knowledge beside HTTP/1.1 on one clear-text port (CFG-167). Kestrel serves either but not both without TLS: an
/// HTTP/2-only endpoint that nobody can connect to lends its connection delegate, and the public endpoint looks at the first bytes
/// of every connection and hands those that begin with the HTTP/2 preface over.
/// </summary>
internal sealed class ClearTextHttp2
{
    private static readonly byte[] s_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private ConnectionDelegate? _http2;

    /// <summary>Declares the lending endpoint.</summary>
    public void AddLender(KestrelServerOptions options) => options.Listen(LendingEndPoint.Instance, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => _http2 = next);
    });

    /// <summary>Makes a listener of HTTP/1.1 take HTTP/2 too.</summary>
    public void Accept(ListenOptions listen) => listen.Use(next => connection => DispatchAsync(connection, next));

    private async Task DispatchAsync(ConnectionContext connection, ConnectionDelegate http1)
    {
        var isHttp2 = await SpeaksHttp2Async(connection).ConfigureAwait(false);
        if (isHttp2)
            connection.Features.Get<ConnectionWatch>()?.BecameHttp2();
        await (isHttp2 ? _http2! : http1)(connection).ConfigureAwait(false);
    }

    private static async ValueTask<bool> SpeaksHttp2Async(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        // Nobody else would tell a connection that has not sent anything yet that the server stops. Whoever serves it listens by itself, and
        // must not be disturbed: Kestrel takes a read of HTTP/2 that is cancelled for the end of the connection.
        var closeRequested = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var registration = closeRequested.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), input).ConfigureAwait(false);
        while (true)
        {
            var result = await input.ReadAsync().ConfigureAwait(false);
            var seen = (int)Math.Min(result.Buffer.Length, s_preface.Length);
            var matches = Matches(result.Buffer, seen);
            var isHttp2 = matches && seen == s_preface.Length;
            // Nothing is consumed: whoever serves the connection reads the same bytes again.
            if (!matches || isHttp2 || result.IsCompleted || closeRequested.IsCancellationRequested)
            {
                input.AdvanceTo(result.Buffer.Start);
                return isHttp2;
            }
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static bool Matches(in ReadOnlySequence<byte> buffer, int length)
    {
        Span<byte> bytes = stackalloc byte[s_preface.Length];
        buffer.Slice(0, length).CopyTo(bytes);
        return bytes[..length].SequenceEqual(s_preface.AsSpan(0, length));
    }
}

/// <summary>The address of the endpoint that only lends its connection delegate.</summary>
internal sealed class LendingEndPoint : EndPoint
{
    public static LendingEndPoint Instance { get; } = new();

    public override string ToString() => "http2-lender";
}
