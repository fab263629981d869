using System.Buffers;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// What goes out for one call: the head, with a small body behind it so that both leave in one packet, and what is left to pump.
/// </summary>
internal struct OutgoingRequest(HeadWriter head)
{
    public HeadWriter Head = head;

    /// <summary>Rest of a buffered body.</summary>
    public ReadOnlyMemory<byte> Rest;

    /// <summary>A streaming body, or <see langword="null"/>.</summary>
    public PipeReader? Reader;

    /// <summary>Announced bytes of <see cref="Reader"/>; <see langword="null"/> when it goes out in chunks.</summary>
    public long? ReaderLength;

    /// <summary>Whether the transport itself asked for gzip and must inflate.</summary>
    public bool AskedForGzip;

    public readonly bool HasBodyToPump => Reader is not null || !Rest.IsEmpty;
}

/// <summary>
/// The one writer of outgoing HTTP. Every byte of a head is either the transport's own or was checked here, so that nothing in a
/// target or a header can end a line; a request that breaks the grammar is refused and nothing of it is sent.
/// </summary>
internal static class RequestHead
{
    private const int InitialCapacity = 2 << 10;
    private const int InlineBodyLimit = 16 << 10;
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> AuthorityCharacters =
        SearchValues.Create("-.:[]_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

    /// <summary>Writes a request's head. On a failure nothing stays rented.</summary>
    public static GatewayError? TryWrite(ProxyRequest request, BackendHost host, ConnectionPool pool, out OutgoingRequest outgoing)
    {
        outgoing = new OutgoingRequest(new HeadWriter(InitialCapacity, pool.Owner.Transport.Limits.MaxRequestHeadBytes));
        var error = WriteStart(request, host, pool, ref outgoing.Head)
            ?? WriteHeaders(request, host, pool, ref outgoing)
            ?? WriteFraming(request, ref outgoing);
        if (error is not null)
            outgoing.Head.Return();
        return error;
    }

    private static GatewayError? WriteStart(ProxyRequest request, BackendHost host, ConnectionPool pool, ref HeadWriter head)
    {
        var method = request.Method;
        // CONNECT would turn the connection into a tunnel past every rule; the transport opens tunnels itself.
        if (method.Length == 0 || method.AsSpan().ContainsAnyExcept(Token) || string.Equals(method, "CONNECT", StringComparison.OrdinalIgnoreCase))
            return TransportErrors.Rejected("net/http: invalid method");
        var target = request.Target;
        if (target.Length == 0 || target[0] != '/' || !IsVisibleAscii(target) || !IsVisibleAscii(host.BasePath))
            return TransportErrors.Rejected("net/http: invalid request target");

        head.Write(method);
        head.Write(" "u8);
        head.Write(pool.TargetPrefix);
        if (host.BasePath.Length > 0)
            head.Write(host.BasePath);
        head.Write(target);
        head.Write(" HTTP/1.1\r\n"u8);
        return WriteHost(request.HostHeader, pool, ref head);
    }

    private static GatewayError? WriteHost(string? name, ConnectionPool pool, ref HeadWriter head)
    {
        if (name is null)
        {
            head.Write(pool.HostHeader);
        }
        else
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(AuthorityCharacters))
                return TransportErrors.Rejected("net/http: invalid Host header");
            head.Write("Host: "u8);
            head.Write(name);
            head.Write("\r\n"u8);
        }
        head.Write(pool.FixedHeaders);
        return null;
    }

    private static GatewayError? WriteHeaders(ProxyRequest request, BackendHost host, ConnectionPool pool, ref OutgoingRequest outgoing)
    {
        ref var head = ref outgoing.Head;
        var headers = request.Headers.Items;
        var hasAgent = false;
        var hasAcceptEncoding = false;
        var hasAuthorization = false;
        var connection = request.Headers.Get("Connection") is null ? null : request.Headers;
        foreach (ref readonly var header in headers)
        {
            var name = header.Key;
            var kind = HeaderRules.ClassifyRequest(name);
            if (kind >= RequestHeader.Te && !(kind == RequestHeader.Te && IsTrailers(header.Value)))
                continue;
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
                return TransportErrors.Rejected("net/http: invalid header field name");
            if (header.Value.AsSpan().ContainsAny(Controls))
                return TransportErrors.Rejected($"net/http: invalid header field value for \"{name}\"");
            if (connection is not null && IsNamedByConnection(connection, name))
                continue;
            hasAgent |= kind == RequestHeader.UserAgent;
            // As with the engine's client: an empty one means none, and not that the gateway adds its own.
            if (kind == RequestHeader.UserAgent && header.Value.Length == 0)
                continue;
            hasAcceptEncoding |= kind == RequestHeader.AcceptEncoding;
            hasAuthorization |= kind == RequestHeader.Authorization;
            // Empty, these two say that none is wanted (ProxyRequest.Headers).
            if (kind is RequestHeader.UserAgent or RequestHeader.AcceptEncoding && header.Value.Length == 0)
                continue;
            head.Write(name);
            head.Write(": "u8);
            head.Write(header.Value);
            head.Write("\r\n"u8);
            if (head.IsTooLong)
                return TransportErrors.Rejected("the request head is too large");
        }
        if (!hasAgent)
            head.Write(pool.Owner.Transport.UserAgentLine);
        if (!hasAcceptEncoding && pool.Owner.Transport.AsksForGzip && request.Method != "HEAD")
        {
            outgoing.AskedForGzip = true;
            head.Write("Accept-Encoding: gzip\r\n"u8);
        }
        if (!hasAuthorization && request.Affinity is null && host.Authorization is { } authorization)
        {
            head.Write("Authorization: "u8);
            head.Write(authorization);
            head.Write("\r\n"u8);
        }
        return head.IsTooLong ? TransportErrors.Rejected("the request head is too large") : null;
    }

    private static GatewayError? WriteFraming(ProxyRequest request, ref OutgoingRequest outgoing)
    {
        var body = request.Body;
        if (body.IsBuffered)
            return WriteBuffered(request.Method, body.Bytes, ref outgoing);
        if (body.Length == 0)
            return WriteBuffered(request.Method, default, ref outgoing);
        return WriteStreaming(body, ref outgoing);
    }

    private static GatewayError? WriteBuffered(string method, ReadOnlyMemory<byte> bytes, ref OutgoingRequest outgoing)
    {
        if (!bytes.IsEmpty || method is "POST" or "PUT" or "PATCH")
            WriteContentLength(bytes.Length, ref outgoing.Head);
        outgoing.Head.Write("\r\n"u8);
        if (bytes.Length <= InlineBodyLimit)
            outgoing.Head.Write(bytes.Span);
        else
            outgoing.Rest = bytes;
        return null;
    }

    /// <summary>A streaming body that has already arrived goes out with the head, and with its length known can be sent again.</summary>
    private static GatewayError? WriteStreaming(RequestBody body, ref OutgoingRequest outgoing)
    {
        var reader = body.Reader;
        if (TryReadWhole(reader, body.Length, out var whole, out var failure))
        {
            if (body.Length is { } announced && announced != whole.Length)
            {
                reader.AdvanceTo(whole.Start);
                return RequestPump.LengthMismatch(announced, whole.Length);
            }
            WriteContentLength(whole.Length, ref outgoing.Head);
            outgoing.Head.Write("\r\n"u8);
            outgoing.Head.Write(whole);
            reader.AdvanceTo(whole.End);
            return null;
        }
        if (failure is not null)
            return failure;
        if (body.Length is { } length)
            WriteContentLength(length, ref outgoing.Head);
        else
            outgoing.Head.Write("Transfer-Encoding: chunked\r\n"u8);
        outgoing.Head.Write("\r\n"u8);
        outgoing.Reader = reader;
        outgoing.ReaderLength = body.Length;
        return null;
    }

    private static bool TryReadWhole(PipeReader reader, long? length, out ReadOnlySequence<byte> whole, out GatewayError? failure)
    {
        whole = default;
        failure = null;
        try
        {
            if (!reader.TryRead(out var result))
                return false;
            if (result.Buffer.Length <= InlineBodyLimit && (result.IsCompleted || result.Buffer.Length == length))
            {
                whole = result.Buffer;
                return true;
            }
            reader.AdvanceTo(result.Buffer.Start);
            return false;
        }
        catch (IOException exception)
        {
            failure = TransportErrors.RequestBody(exception);
            return false;
        }
    }

    private static void WriteContentLength(long length, ref HeadWriter head)
    {
        head.Write("Content-Length: "u8);
        head.Write(length);
        head.Write("\r\n"u8);
    }

    private static bool IsVisibleAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsTrailers(string value) => string.Equals(value, "trailers", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a <c>Connection</c> header names another one. The gateway's own <c>X-Forwarded-*</c> stay: a client could otherwise
    /// name them and so hide where a call comes from.
    /// </summary>
    private static bool IsNamedByConnection(NameValueList headers, string name)
    {
        if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            return false;
        foreach (ref readonly var header in headers.Items)
        {
            if (HeaderRules.ClassifyRequest(header.Key) != RequestHeader.Connection)
                continue;
            foreach (var option in header.Value.AsSpan().Split(','))
            {
                if (header.Value.AsSpan(option).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }
        return false;
    }
}
