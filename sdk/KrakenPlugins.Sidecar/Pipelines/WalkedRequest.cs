using System.IO.Pipelines;
using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>A request as it came, against which changes are found. Its lists share their storage with the component's until somebody writes.</summary>
internal sealed class WalkedRequest
{
    private readonly string _method;
    private readonly string _target;
    private readonly BackendHost? _host;
    private readonly string? _hostHeader;
    private readonly NameValueList _headers;
    private readonly NameValueList _query;
    private readonly NameValueList _parameters;
    private readonly RequestBody _body;
    private readonly IncomingBody? _incoming;

    public WalkedRequest(CallStart start, IncomingBody? body, BackendHost? host, int maxBuffered, CancellationToken cancelled)
    {
        var head = start.Request ?? new RequestHead();
        _method = head.Method;
        _target = head.Target;
        _host = host;
        _hostHeader = head.HostHeader.Length == 0 ? null : head.HostHeader;
        _headers = HeaderLists.Read(head.Headers);
        _query = HeaderLists.Read(head.Query);
        _parameters = HeaderLists.Read(head.Parameters);
        _incoming = body;
        _body = body is not null
            ? RequestBody.Streaming(PipeReader.Create(body), body.KnownLength, maxBuffered)
            : RequestBody.Of(start.RequestBody?.Whole.Memory ?? default);
        Request = new ProxyRequest
        {
            Method = _method,
            Target = _target,
            Host = host,
            HostHeader = _hostHeader,
            Headers = _headers.Fork(),
            Query = _query.Fork(),
            Parameters = _parameters.Fork(),
            Body = _body,
            Claims = JsonClaims.Of(start.ClaimsJson),
            ClientAborted = cancelled,
        };
    }

    /// <summary>The request for the component.</summary>
    public ProxyRequest Request { get; }

    /// <summary>What a component made of it; <see langword="null"/> when nothing.</summary>
    /// <param name="now">The request as it goes on: the same, or a fork of it.</param>
    /// <param name="bodies">Announces a body in chunks, or holds one of bytes.</param>
    public RequestChange? ChangeOf(ProxyRequest now, IBodySink bodies)
    {
        var change = new RequestChange();
        var isChanged = false;
        if (now.Method != _method)
            (change.Method, isChanged) = (now.Method, true);
        if (now.Target != _target)
            (change.Target, isChanged) = (now.Target, true);
        if (now.Host is { } host && !ReferenceEquals(host, _host))
            (change.Scheme, change.Authority, isChanged) = (host.Scheme, host.Authority, true);
        if (now.HostHeader is { } hostHeader && hostHeader != _hostHeader)
            (change.HostHeader, isChanged) = (hostHeader, true);
        HeaderLists.WriteChanges(_headers, now.Headers, change.Headers);
        change.Query = HeaderLists.ChangeOf(_query, now.Query);
        change.Parameters = HeaderLists.ChangeOf(_parameters, now.Parameters);
        change.Body = BodyOf(now.Body, bodies);
        if (change.Body is not null)
            HeaderLists.WriteEncoding(now.Headers.Get("Content-Encoding"), change.Headers);
        return isChanged || change.Headers.Count > 0 || change.Query is not null || change.Parameters is not null || change.Body is not null ? change : null;
    }

    // A body that was read has to be sent, whatever of it is left.
    private Body? BodyOf(RequestBody body, IBodySink bodies)
    {
        if (ReferenceEquals(body, _body) && _incoming is not { IsTaken: true })
            return null;
        return body.IsBuffered ? bodies.Whole(body.Bytes) : bodies.Stream(body.Reader, body.Length);
    }
}

/// <summary>Where bodies of the plugin go.</summary>
internal interface IBodySink
{
    /// <summary>A body of bytes.</summary>
    Body Whole(ReadOnlyMemory<byte> bytes);

    /// <summary>A body that is read as the gateway wants it.</summary>
    Body Stream(PipeReader reader, long? length);
}
