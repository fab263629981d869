using System.Collections.Frozen;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// The keys of a backend's requests (MAN-122, MAN-411 to 413): method, the whole URL byte for byte, the <c>Host</c> header where it is another,
/// the body where there is one, and the headers that steer what backends answer although they seldom name them in <c>Vary</c>.
/// </summary>
internal sealed class CacheKeys
{
    /// <summary>Headers by which a request is rewritten: one client could otherwise choose what all others get.</summary>
    private static readonly string[] s_steering =
    [
        "Forwarded", "X-Forwarded-Host", "X-Forwarded-Path", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Forwarded-Protocol",
        "X-Forwarded-Scheme", "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Forwarded-Uri", "Front-End-Https", "X-Url-Scheme", "X-Script-Name",
        "X-Host", "X-Http-Host-Override", "X-Original-Host", "X-Original-Uri", "X-Original-Url", "X-Rewrite-Url",
        "X-Http-Method", "X-Http-Method-Override", "X-Method-Override",
    ];

    private readonly string _partition;
    private readonly FrozenSet<string> _headers;

    /// <param name="partition">What separates backends of one bucket whose answers must not mix.</param>
    /// <param name="headers">Further headers: those that tell who the client is, those of the configuration.</param>
    public CacheKeys(string partition, IEnumerable<string> headers)
    {
        _partition = partition;
        _headers = s_steering.Concat(headers).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Writes the key of a request.</summary>
    /// <param name="key">Where to.</param>
    /// <param name="method">Method of the entry.</param>
    /// <param name="request">The request, with its host.</param>
    /// <param name="body">Digest of its body; empty for none.</param>
    public void Write(ref KeyText key, string method, ProxyRequest request, string body)
    {
        var host = request.Host!;
        key.Add(_partition);
        key.Add(method);
        key.Add(host.Scheme);
        key.Add(host.Authority);
        key.Add(host.BasePath);
        key.Add(request.Target);
        key.Add(request.HostHeader);
        key.Add(host.Authorization);
        key.Add(body);
        foreach (ref readonly var header in request.Headers.Items)
        {
            if (!_headers.Contains(header.Key))
                continue;
            key.Add(header.Key);
            key.Add(header.Value);
        }
    }

    /// <summary>The key as a text of its own.</summary>
    public string Of(string method, ProxyRequest request, string body)
    {
        var key = new KeyText(stackalloc char[512]);
        try
        {
            Write(ref key, method, request, body);
            return key.Text.ToString();
        }
        finally
        {
            key.Dispose();
        }
    }

    /// <summary>
    /// Writes what a request says to the headers of a rule: all lines of a name, without the blanks around them. Each line stands behind its
    /// name, so that no value can pass for the name of another header.
    /// </summary>
    public static void WriteVariant(ref KeyText key, string[] names, NameValueList headers)
    {
        foreach (var name in names)
        {
            foreach (ref readonly var header in headers.Items)
            {
                if (!header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                    continue;
                key.Add(name);
                key.Add(header.Value.AsSpan().Trim(" \t"));
            }
        }
    }
}
