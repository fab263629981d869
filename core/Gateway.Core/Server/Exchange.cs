using System.Diagnostics;
using System.Net;
using Gateway.Core.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// One client exchange: the HTTP context and what the gateway notes about it. Kestrel keeps it per connection (per stream pool with
/// HTTP/2) and it is used again for the next request, so nothing may hold on to it after the response.
/// </summary>
internal sealed class Exchange
{
    private PeerAddress? _peer;
    private IPAddress? _peerIp;
    private ClientAddress? _peerOwner;
    private string? _path;
    private string? _query;
    private bool _isRetargeted;

    /// <summary>The framework's view of the exchange.</summary>
    public DefaultHttpContext Http { get; } = new();

    /// <summary>What serves this request from beginning to end.</summary>
    public Generation Generation { get; set; } = null!;

    /// <summary>Values of the matched route.</summary>
    public RouteMatch<RouteHandler> Match;

    /// <summary>Request target as received: path and query, or what else the client sent.</summary>
    public string Target { get; private set; } = "";

    /// <summary>Resolved client address (RTE-054).</summary>
    public string ClientIp { get; set; } = "";

    /// <summary>Position of the path in <see cref="Target"/>.</summary>
    public (int Start, int Length) PathRange { get; set; }

    /// <summary>Position of the query in <see cref="Target"/>, without <c>?</c>.</summary>
    public (int Start, int Length) QueryRange { get; set; }

    /// <summary>Whether a line goes to the access log when the exchange ends.</summary>
    public bool IsLogged { get; set; }

    /// <summary>Status that the access log shows instead of the response's; 0 means the response's.</summary>
    public int LoggedStatus { get; set; }

    /// <summary>Error texts that follow the access line (OBS-015), or <see langword="null"/>.</summary>
    public List<string>? LoggedErrors { get; set; }

    /// <summary>When the request began, in <see cref="Stopwatch"/> ticks.</summary>
    public long Started { get; private set; }

    /// <summary>Percent-encoded path of the target.</summary>
    public ReadOnlySpan<char> RawPath => Target.AsSpan(PathRange.Start, PathRange.Length);

    /// <summary>Query of the target without <c>?</c>.</summary>
    public ReadOnlySpan<char> RawQuery => Target.AsSpan(QueryRange.Start, QueryRange.Length);

    /// <summary>Time since the request began, in milliseconds.</summary>
    public double ElapsedMilliseconds => Stopwatch.GetElapsedTime(Started).TotalMilliseconds;

    /// <summary>The request's time limits; <see langword="null"/> when none is set.</summary>
    public RequestWatch? Watch { get; private set; }

    /// <summary>Begins a request on this object.</summary>
    public void Begin(IFeatureCollection features)
    {
        Http.Initialize(features);
        Watch = features.Get<ConnectionWatch>()?.ForRequest(Watch);
        Started = Stopwatch.GetTimestamp();
        Target = features.Get<IHttpRequestFeature>()!.RawTarget;
        _path = null;
        _isRetargeted = false;
        IsLogged = false;
        LoggedStatus = 0;
        LoggedErrors = null;
        Match.Clear();
    }

    /// <summary>Notes the target before components outside of routing see the request.</summary>
    public void NoteTarget()
    {
        _path = Http.Request.Path.Value;
        _query = Http.Request.QueryString.Value;
    }

    /// <summary>Takes up a path or query that such a component put in place (EXT-020); <see langword="false"/> when it is none.</summary>
    public bool TryRetarget()
    {
        if (!IsRetargeted)
            return true;
        Target = NewTarget();
        return TargetForm.TryParse(this);
    }

    /// <summary>
    /// Path and query as the next component is to see them: as received, byte for byte, unless a component put others in place. Another form of target
    /// than path and query (<c>*</c>) comes as it is.
    /// </summary>
    public string CurrentTarget()
    {
        if (IsRetargeted)
            return NewTarget();
        if (Target.StartsWith('/') || PathRange.Length == 0)
            return Target;
        return QueryRange.Length == 0 ? RawPath.ToString() : $"{RawPath}?{RawQuery}";
    }

    /// <summary>
    /// Says that path and query were put in place even where they read like those received: what was received may have been another spelling of them.
    /// </summary>
    public void MarkRetargeted() => _isRetargeted = true;

    private bool IsRetargeted => _isRetargeted || (_path is not null && !(string.Equals(Http.Request.Path.Value, _path, StringComparison.Ordinal)
        && string.Equals(Http.Request.QueryString.Value, _query, StringComparison.Ordinal)));

    private string NewTarget() => Http.Request.Path.ToUriComponent() + Http.Request.QueryString.ToUriComponent();

    /// <summary>Ends the request.</summary>
    public void End()
    {
        Http.Uninitialize();
        Generation = null!;
        Match.Clear();
    }

    /// <summary>The socket's peer; looked at once per connection.</summary>
    public PeerAddress PeerOf(ClientAddress rules)
    {
        var ip = Http.Connection.RemoteIpAddress;
        if (_peer is null || !ReferenceEquals(ip, _peerIp) || !ReferenceEquals(rules, _peerOwner))
        {
            _peerIp = ip;
            _peerOwner = rules;
            _peer = rules.Peer(ip);
        }
        return _peer;
    }
}
