using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>The address of a component's own call: <c>http</c> or <c>https</c>, host, port, path and query.</summary>
public sealed class OutgoingAddress
{
    private OutgoingAddress(BackendHost host, string target)
    {
        Host = host;
        Target = target;
    }

    /// <summary>Scheme, host and port; the user info of the URL as its <see cref="BackendHost.Authorization"/>.</summary>
    public BackendHost Host { get; }

    /// <summary>Path and query as written, percent-encoded where the URL had other characters; starts with <c>/</c>.</summary>
    public string Target { get; }

    /// <summary>The address of a path at a host of a backend; what the host's own path is comes in front of it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="target">Path and query, percent-encoded; starts with <c>/</c>.</param>
    public static OutgoingAddress At(BackendHost host, string target)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Length == 0 || target[0] != '/' || target.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("a target starts with / and holds printable ASCII alone", nameof(target));
        return new OutgoingAddress(host, target);
    }

    /// <summary>Parses an absolute URL. A fragment is dropped.</summary>
    public static bool TryParse(string? url, [NotNullWhen(true)] out OutgoingAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.IdnHost.Length == 0 || uri.Port is <= 0 or > 65535)
            return false;
        var host = new BackendHost(uri.Scheme, uri.IdnHost.Trim('[', ']'), uri.Port) { Authorization = BasicAuthorization(uri.UserInfo) };
        address = new OutgoingAddress(host, TargetOf(url!, uri));
        return true;
    }

    /// <summary>The same host with another path and query.</summary>
    /// <param name="target">Starts with <c>/</c>, percent-encoded.</param>
    public OutgoingAddress WithTarget(string target) => new(Host, target);

    /// <summary>The URL without user info and query, which may hold secrets.</summary>
    public override string ToString()
    {
        var query = Target.IndexOf('?', StringComparison.Ordinal);
        return $"{Host}{(query < 0 ? Target : Target[..query])}";
    }

    // Uri removes dots and escapes; a server may mean them.
    private static string TargetOf(string url, Uri uri)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.IndexOf('#', start);
        var rest = end < 0 ? url.AsSpan(start) : url.AsSpan(start, end - start);
        var path = rest.IndexOfAny('/', '?');
        if (path < 0)
            return "/";
        var target = rest[path..];
        if (target.ContainsAnyExceptInRange('!', '~'))
            return uri.PathAndQuery;
        return target[0] == '?' ? $"/{target}" : target.ToString();
    }

    private static string? BasicAuthorization(string userInfo)
    {
        if (userInfo.Length == 0)
            return null;
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..]);
        return "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
    }
}
