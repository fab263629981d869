using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// A request on its way through the proxy and backend pipelines: only what the endpoint let through. Above the merge it is the
/// endpoint's; below it every backend has its own <see cref="Fork"/>, so that no backend sees another's changes.
/// </summary>
public sealed class ProxyRequest
{
    private ProxyRequest? _origin;
    private bool _isAbandoned;

    /// <summary>HTTP method, upper case; the client's above the backend stage, the backend's below.</summary>
    public required string Method { get; set; }

    /// <summary>
    /// Path and query towards the backend, percent-encoded, starting with <c>/</c>; empty above the stage that builds the URL.
    /// </summary>
    public string Target { get; set; } = "";

    /// <summary>
    /// Where the call goes; set when the balancer picked, <see langword="null"/> before. A component that sends the call elsewhere takes it out
    /// of the choice: <see cref="Hosts"/> becomes <see langword="null"/>.
    /// </summary>
    public BackendHost? Host
    {
        get;
        set
        {
            if (ReferenceEquals(field, value))
                return;
            field = value;
            Hosts = null;
        }
    }

    /// <summary>
    /// The hosts that <see cref="Host"/> was chosen from, for a component that makes the call once more; <see langword="null"/> before the choice
    /// and for calls without one.
    /// </summary>
    public IHostChoice? Hosts { get; set; }

    /// <summary>
    /// Value of the <c>Host</c> header where it is not the <see cref="BackendHost.Authority"/> of <see cref="Host"/>; usually
    /// <see langword="null"/>. A <c>Host</c> among <see cref="Headers"/> has no effect.
    /// </summary>
    public string? HostHeader { get; set; }

    /// <summary>
    /// Headers for the backend with canonical names (<c>X-Some-Thing</c>). An empty <c>User-Agent</c> or <c>Accept-Encoding</c> means that
    /// none is sent, not even the gateway's own.
    /// </summary>
    public required NameValueList Headers { get; init; }

    /// <summary>Query parameters let through, decoded, names case-sensitive.</summary>
    public required NameValueList Query { get; init; }

    /// <summary>
    /// Values of the path placeholders and of earlier responses, decoded. Names have their first letter in upper case
    /// (<c>Id_user</c>, <c>Resp0_user.id</c>; RTE-025, RTE-165).
    /// </summary>
    public required NameValueList Parameters { get; init; }

    /// <summary>The client's body, or what a component put in its place.</summary>
    public required RequestBody Body { get; set; }

    /// <summary>
    /// Which connections the call may use, or <see langword="null"/> for any that belongs to nobody. Set by a component of the raw HTTP call;
    /// not copied with the request.
    /// </summary>
    public ConnectionAffinity? Affinity { get; set; }

    /// <summary>Claims of a validated token, or <see langword="null"/>.</summary>
    public IClaims? Claims { get; set; }

    /// <summary>
    /// Name of a header that holds the gateway's own credentials for <see cref="Host"/>, or <see langword="null"/>. A redirect to another host
    /// or port, or from <c>https</c> to <c>http</c>, drops it and does not bring it back (AUT-123).
    /// </summary>
    public string? CredentialHeader { get; set; }

    /// <summary>Whether redirects are handed on: what the request carries holds for this host and target alone (a signature).</summary>
    public bool StopsAtRedirect { get; set; }

    /// <summary>
    /// Set before the call is cancelled because another attempt won: its failure says nothing about the backend. Holds for the forks of the
    /// request too.
    /// </summary>
    public bool IsAbandoned
    {
        get => _isAbandoned || _origin is { IsAbandoned: true };
        set => _isAbandoned = value;
    }

    /// <summary>
    /// The client's exchange; <see langword="null"/> for calls that no HTTP client made (agents). A call that was cancelled may outlive
    /// the exchange, which then serves another request: do not touch it once the call's token fired.
    /// </summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>
    /// <see cref="Environment.TickCount64"/> at which the endpoint's time is up, for those who tell others how long they may take; 0 when there is
    /// no such time. What ends a call is its token.
    /// </summary>
    public long Deadline { get; set; }

    /// <summary>Fires when the client leaves; may be asked at any time.</summary>
    public CancellationToken ClientAborted { get; init; }

    /// <summary>A copy for one backend: lists are copied on write, the body is shared (and must be buffered when several read it).</summary>
    public ProxyRequest Fork()
    {
        var fork = Copy(HttpContext, ClientAborted, Body);
        fork._origin = this;
        return fork;
    }

    /// <summary>A copy that may outlive the client's exchange, with a body of its own.</summary>
    /// <param name="body">A buffered body that nobody gives back.</param>
    public ProxyRequest Detach(RequestBody body) => Copy(null, CancellationToken.None, body);

    private ProxyRequest Copy(HttpContext? httpContext, CancellationToken clientAborted, RequestBody body) => new()
    {
        Method = Method,
        Target = Target,
        Host = Host,
        Hosts = Hosts,
        HostHeader = HostHeader,
        Headers = Headers.Fork(),
        Query = Query.Fork(),
        Parameters = Parameters.Fork(),
        Body = body,
        Claims = Claims,
        CredentialHeader = CredentialHeader,
        StopsAtRedirect = StopsAtRedirect,
        Deadline = Deadline,
        HttpContext = httpContext,
        ClientAborted = clientAborted,
    };
}

/// <summary>
/// The claims of a validated token. The component that validated it hands them on as a feature of the exchange,
/// <c>context.Features.Set&lt;IClaims&gt;(claims)</c>; from there they reach <see cref="ProxyRequest.Claims"/>. Immutable: calls that outlive the
/// exchange still read them.
/// </summary>
public interface IClaims
{
    /// <summary>
    /// The text of a first-level claim as it goes into a URL (RTE-072): texts as they are, whole numbers without decimals, lists
    /// joined with commas, objects as JSON; <see langword="null"/> when absent.
    /// </summary>
    string? GetText(string name);

    /// <summary>
    /// All claims as data, for policies and scripts; not to be changed. <see langword="null"/> when the validator offers texts only.
    /// </summary>
    DataObject? Tree => null;
}

/// <summary>One upstream authority: scheme, host and port, and the base path of a host that was not sanitised.</summary>
public sealed class BackendHost
{
    /// <summary>An upstream authority.</summary>
    /// <param name="scheme"><c>http</c> or <c>https</c>; <c>ws</c> or <c>wss</c> where a plugin takes connections over.</param>
    /// <param name="host">Name or address; an IPv6 address without brackets.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="basePath">Path in front of every target, without final slash; usually empty.</param>
    public BackendHost(string scheme, string host, int port, string basePath = "")
    {
        Scheme = scheme;
        Host = host;
        Port = port;
        BasePath = basePath;
        IsSecure = scheme is "https" or "wss";
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        Authority = port == (IsSecure ? 443 : 80) ? name : $"{name}:{port.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
    }

    /// <summary><c>http</c> or <c>https</c>; <c>ws</c> or <c>wss</c> where a plugin takes connections over.</summary>
    public string Scheme { get; }

    /// <summary>Name or address, IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>TCP port.</summary>
    public int Port { get; }

    /// <summary>Path in front of every target, without final slash.</summary>
    public string BasePath { get; }

    /// <summary>Whether calls go over TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>What the <c>Host</c> header says: host, and port when it is not the scheme's own.</summary>
    public string Authority { get; }

    /// <summary>
    /// Value of the <c>Authorization</c> header from the user info of the host's URL, for calls that carry none of their own (RTE-060), or
    /// <see langword="null"/>. A secret: never log it.
    /// </summary>
    public string? Authorization { get; init; }

    /// <summary>Transport's own state for this authority (its pool), attached once.</summary>
    public object? TransportState { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}://{Authority}{BasePath}";
}
