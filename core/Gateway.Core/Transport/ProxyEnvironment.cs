using System.Globalization;
using System.Net;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// The outgoing proxies that the environment names: <c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c> and the exceptions of <c>NO_PROXY</c>,
/// upper or lower case (RTE-326). <c>localhost</c> and loopback addresses are never proxied.
/// </summary>
public sealed class ProxyEnvironment
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly List<Exemption> _exemptions = [];
    private readonly bool _exemptAll;

    private ProxyEnvironment(Uri? http, Uri? https, string noProxy)
    {
        _http = http;
        _https = https;
        foreach (var entry in noProxy.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry == "*")
                _exemptAll = true;
            else
                _exemptions.Add(Exemption.Parse(entry.ToLowerInvariant()));
        }
    }

    /// <summary>No proxies.</summary>
    public static ProxyEnvironment None { get; } = new(null, null, "");

    /// <summary>
    /// Reads the environment. <c>HTTP_PROXY</c> is ignored where <c>REQUEST_METHOD</c> is set: in a CGI environment a client's
    /// <c>Proxy</c> header ends up there. Throws <see cref="FormatException"/> for a proxy that is no address.
    /// </summary>
    /// <param name="get">Gives a variable's value or <see langword="null"/>.</param>
    public static ProxyEnvironment FromEnvironment(Func<string, string?> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        var http = string.IsNullOrEmpty(get("REQUEST_METHOD")) ? Either("HTTP_PROXY") : get("http_proxy");
        return new(Parse("HTTP_PROXY", http), Parse("HTTPS_PROXY", Either("HTTPS_PROXY")), Either("NO_PROXY") ?? "");

        string? Either(string name) => get(name) is { Length: > 0 } upper ? upper : get(name.ToLowerInvariant());
    }

    /// <summary>The proxy for calls to a host, or <see langword="null"/> for a direct connection.</summary>
    public Uri? ForHost(BackendHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var proxy = host.IsSecure ? _https : _http;
        return proxy is null || _exemptAll || IsExempt(host) ? null : proxy;
    }

    private bool IsExempt(BackendHost host)
    {
        var name = host.Host.ToLowerInvariant().TrimEnd('.');
        if (name == "localhost")
            return true;
        var isAddress = IPAddress.TryParse(name, out var address);
        if (isAddress && IPAddress.IsLoopback(address!))
            return true;
        foreach (var exemption in _exemptions)
        {
            if (exemption.Covers(name, isAddress ? address : null, host.Port))
                return true;
        }
        return false;
    }

    private static Uri? Parse(string variable, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return null;
        var text = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri!.Host.Length > 0)
            return uri;
        // The value is not quoted: it may hold a password.
        throw new FormatException($"{variable} is no proxy address; expected http://host:port or https://host:port");
    }

    /// <summary>One entry of <c>NO_PROXY</c>: a CIDR, an address, or a domain, the last two with an optional port.</summary>
    private sealed record Exemption(IPNetwork? Network, IPAddress? Address, string? Suffix, bool SubdomainsOnly, int Port)
    {
        public static Exemption Parse(string entry)
        {
            if (IPNetwork.TryParse(entry, out var network))
                return new(network, null, null, false, 0);
            if (IPAddress.TryParse(entry.Trim('[', ']'), out var plain))
                return new(null, plain, null, false, 0);
            var port = 0;
            var colon = entry.LastIndexOf(':');
            if (colon > 0 && int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
                entry = entry[..colon];
            if (IPAddress.TryParse(entry.Trim('[', ']'), out var address))
                return new(null, address, null, false, port);
            if (entry.StartsWith("*.", StringComparison.Ordinal))
                entry = entry[1..];
            var subdomainsOnly = entry.StartsWith('.');
            return new(null, null, subdomainsOnly ? entry : "." + entry, subdomainsOnly, port);
        }

        public bool Covers(string name, IPAddress? address, int port)
        {
            if (Port != 0 && Port != port)
                return false;
            if (Network is { } network)
                return address is not null && address.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(address);
            if (Address is not null)
                return Address.Equals(address);
            return name.EndsWith(Suffix!, StringComparison.Ordinal) || (!SubdomainsOnly && name.AsSpan().SequenceEqual(Suffix.AsSpan(1)));
        }
    }
}
