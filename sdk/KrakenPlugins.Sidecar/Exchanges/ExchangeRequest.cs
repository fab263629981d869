using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>The request of an exchange: made of what came, and what a component changed of it.</summary>
internal sealed class ExchangeRequest
{
    private readonly RequestHead _head;
    private readonly HttpRequestFeature _feature;
    private readonly TrackedHeaders _headers = new();
    private readonly string _host;
    private readonly string _path;
    private readonly string _query;

    public ExchangeRequest(RequestHead head, Stream body)
    {
        _head = head;
        _headers.Load(head.Headers);
        var question = head.Target.IndexOf('?', StringComparison.Ordinal);
        var rawPath = question < 0 ? head.Target : head.Target[..question];
        _path = rawPath.StartsWith('/') && rawPath.Contains('%', StringComparison.Ordinal) ? PathString.FromUriComponent(rawPath).Value! : rawPath;
        _query = question < 0 ? "" : head.Target[question..];
        if (head.Authority.Length > 0 && !_headers.ContainsKey("Host"))
            _headers["Host"] = head.Authority;
        _feature = new HttpRequestFeature
        {
            Method = head.Method,
            Scheme = head.Scheme,
            Protocol = HttpProtocol.Http11,
            PathBase = "",
            Path = _path,
            QueryString = _query,
            RawTarget = head.Target,
            Headers = _headers,
            Body = body,
        };
        _host = _headers["Host"].ToString();
        _headers.Forget("Host");
    }

    /// <summary>For the features of the exchange.</summary>
    public IHttpRequestFeature Feature => _feature;

    /// <summary>Notes what a component changed; <see langword="true"/> when it did.</summary>
    public bool WriteChanges(HttpRequest now, RequestChange change)
    {
        var isChanged = false;
        if (now.Method != _head.Method)
            (change.Method, isChanged) = (now.Method, true);
        if (now.Path.Value != _path || now.QueryString.Value != _query || now.PathBase.HasValue)
            (change.Target, isChanged) = (now.PathBase.ToUriComponent() + now.Path.ToUriComponent() + now.QueryString.ToUriComponent(), true);
        if (now.Scheme != _head.Scheme || (now.Host.Value ?? "") != _host)
            (change.Scheme, change.Authority, isChanged) = (now.Scheme, now.Host.Value ?? "", true);
        _headers.WriteChanges(change.Headers);
        return isChanged || change.Headers.Count > 0;
    }
}
