using Gateway.Core.Configuration;
using Gateway.Core.Routing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using QueryString = Gateway.Core.Routing.QueryString;

namespace Gateway.Core.Proxy;

/// <summary>
/// Builds the request that an endpoint's pipeline sees from the client's: nothing passes that is not listed (RTE-077 to 101).
/// </summary>
internal sealed class RequestFilter
{
    private readonly string[] _headers;
    private readonly string[] _propagated;
    private readonly string[] _parameterNames;
    private readonly bool _allHeaders;
    private readonly bool _userAgentListed;
    private readonly bool _teListed;
    private readonly QueryFilter? _query;
    private readonly string _method;
    private readonly long _maxPayload;
    private readonly int _maxBufferedBody;
    private readonly bool _readsClaims;

    /// <param name="endpoint">The configuration.</param>
    /// <param name="maxPayload">Bytes that a body may have; 0 means any number (MAN-271).</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="readsClaims">Whether a component in front may have put <see cref="IClaims"/> among the exchange's features.</param>
    /// <param name="propagated">Headers that components in front hand on, in canonical spelling, whatever is listed (AUT-101).</param>
    public RequestFilter(EndpointConfig endpoint, long maxPayload, Limits limits, bool readsClaims, IReadOnlyList<string> propagated)
    {
        _allHeaders = endpoint.InputHeaders.Contains("*");
        _userAgentListed = _allHeaders || endpoint.InputHeaders.Contains("User-Agent", StringComparer.OrdinalIgnoreCase);
        _teListed = _allHeaders || endpoint.InputHeaders.Contains(HeaderNames.TE, StringComparer.OrdinalIgnoreCase);
        _propagated = [.. propagated];
        _headers = [.. endpoint.InputHeaders.Where(h => h.Length > 0 && !ForbiddenHeaders.Contains(h) && !IsHandledApart(h) && !IsPropagated(h))];
        _query = endpoint.InputQueryStrings.Count == 0 ? null : QueryFilter.ForEndpoint(endpoint.InputQueryStrings);
        _parameterNames = [.. endpoint.ParameterNames.Select(BackendUrl.InternalName)];
        _method = endpoint.Method;
        _maxPayload = maxPayload;
        _readsClaims = readsClaims;
        _maxBufferedBody = limits.BufferedRequestBody;
    }

    /// <summary>
    /// The filtered request. The body streams; see <see cref="RequestBody"/>. Throws <see cref="BufferLimitException"/> when its declared
    /// length is too large; one without length is counted while it is read (MAN-275).
    /// </summary>
    /// <param name="context">The client's exchange.</param>
    /// <param name="values">Values of the path placeholders in order.</param>
    /// <param name="remainder">What a wildcard matched, percent-encoded as sent; <see langword="null"/> without one.</param>
    /// <param name="rawQuery">Query of the request target without <c>?</c>.</param>
    /// <param name="clientIp">Resolved client address.</param>
    public ProxyRequest Build(HttpContext context, ReadOnlySpan<string> values, string? remainder, ReadOnlySpan<char> rawQuery, string clientIp)
    {
        var request = new ProxyRequest
        {
            Method = _method,
            Headers = new NameValueList(ignoreCase: true),
            Query = new NameValueList(ignoreCase: false),
            Parameters = new NameValueList(ignoreCase: false),
            Body = OpenBody(context),
            HttpContext = context,
            ClientAborted = context.RequestAborted,
            Claims = _readsClaims ? context.Features.Get<IClaims>() : null,
        };
        for (var i = 0; i < _parameterNames.Length; i++)
            request.Parameters.Add(_parameterNames[i], values[i]);
        if (remainder is not null)
            request.Parameters.Add(BackendUrl.WildcardParameter, remainder);
        if (_query is not null && !rawQuery.IsEmpty)
            QueryString.ParseInto(rawQuery, _query, request.Query);
        FilterHeaders(context.Request, request.Headers, clientIp);
        return request;
    }

    private void FilterHeaders(HttpRequest client, NameValueList headers, string clientIp)
    {
        var source = client.Headers;
        headers.Add("X-Forwarded-For", clientIp);
        headers.Add("X-Forwarded-Host", source.Host.ToString());
        if (_userAgentListed && source.UserAgent is { Count: > 0 } agent)
        {
            Add(headers, HeaderNames.UserAgent, agent);
            headers.Add("X-Forwarded-Via", Product.UserAgent);
        }
        else
        {
            headers.Add(HeaderNames.UserAgent, Product.UserAgent);
        }
        if (source.ContentType is { Count: > 0 } type)
            Add(headers, HeaderNames.ContentType, type);
        if (_teListed && source.TE is [{ } te] && te.Equals("trailers", StringComparison.OrdinalIgnoreCase))
            headers.Add(HeaderNames.TE, te);
        // No client can withhold these by naming them in Connection.
        foreach (var name in _propagated)
        {
            if (source.TryGetValue(name, out var found))
                Add(headers, name, found);
        }
        var connection = source.Connection;
        if (_allHeaders)
        {
            AddAll(source, connection, headers);
            return;
        }
        foreach (var name in _headers)
        {
            if (source.TryGetValue(name, out var found) && !IsNamedBy(connection, name))
                Add(headers, name, found);
        }
    }

    private void AddAll(IHeaderDictionary source, StringValues connection, NameValueList headers)
    {
        foreach (var (name, values) in source)
        {
            if (!ForbiddenHeaders.Contains(name) && !IsHandledApart(name) && !IsPropagated(name) && !IsNamedBy(connection, name))
                Add(headers, HeaderName.Canonicalize(name), values);
        }
    }

    private static void Add(NameValueList headers, string name, StringValues values)
    {
        foreach (var value in values)
            headers.Add(name, value ?? "");
    }

    /// <summary>Whether a component may hand a header on: not one of the connection, of the body, or one that the gateway sets itself.</summary>
    internal static bool MayPropagate(string name) => !ForbiddenHeaders.Contains(name) && !IsHandledApart(name);

    private bool IsPropagated(string name)
    {
        foreach (var propagated in _propagated)
        {
            if (name.Length == propagated.Length && ForbiddenHeaders.IsLoosely(name, propagated))
                return true;
        }
        return false;
    }

    private static bool IsHandledApart(string name) =>
        name.Equals(HeaderNames.UserAgent, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.ContentType, StringComparison.OrdinalIgnoreCase) || name == "*";

    // Kestrel reduces "keep-alive, X-Hop" and "close, X-Hop" to the first word before anybody sees them; those names are lost.
    private static bool IsNamedBy(StringValues connection, string name)
    {
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }
        return false;
    }

    private RequestBody OpenBody(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return RequestBody.Empty;
        var length = context.Request.ContentLength;
        if (_maxPayload > 0 && length > _maxPayload)
            throw new BufferLimitException(_maxPayload);
        var reader = context.Request.BodyReader;
        return RequestBody.Streaming(_maxPayload > 0 && length is null ? new LimitedBody(reader, _maxPayload) : reader, length, _maxBufferedBody);
    }
}

/// <summary>
/// Client headers that are never forwarded whatever a list says: those of the connection (RTE-091), those that frame the body,
/// and those that the gateway itself sets, in every spelling (RTE-086).
/// </summary>
internal static class ForbiddenHeaders
{
    public static bool Contains(string name) => name.Length switch
    {
        0 => true,
        2 => Is(name, "TE"),
        4 => Is(name, "Host"),
        7 => Is(name, "Upgrade") || Is(name, "Trailer"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        14 => Is(name, "Content-Length") || Is(name, "HTTP2-Settings"),
        15 => IsLoosely(name, "X-Forwarded-For") || IsLoosely(name, "X-Forwarded-Via"),
        16 => IsLoosely(name, "X-Forwarded-Host") || Is(name, "X-Content-Length") || Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        18 => Is(name, "Proxy-Authenticate"),
        19 => Is(name, "Proxy-Authorization"),
        _ => false,
    } || name[0] == ':';

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    // Many servers read X_Forwarded_For and X-Forwarded-For as one.
    internal static bool IsLoosely(string name, string other)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (Plain(name[i]) != Plain(other[i]))
                return false;
        }
        return true;

        static char Plain(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);
    }
}
