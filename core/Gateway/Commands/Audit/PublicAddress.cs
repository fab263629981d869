using System.Net;
using System.Net.Sockets;

namespace Gateway.Commands.Audit;

/// <summary>Where a URL leads: over a network that others share, or not.</summary>
internal static class PublicAddress
{
    private static readonly string[] s_privateNames =
    [
        "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "svc", "consul", "docker", "test", "invalid",
    ];

    private static readonly IPNetwork[] s_privateNetworks =
    [
        .. new[] { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10" }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether a URL is <c>http:</c> and leads to another machine.</summary>
    public static bool IsClearText(string url) => HostOf(url, "http://") is { Length: > 0 } host && !IsLoopback(host);

    /// <summary>Whether a URL is <c>http:</c> and leads to a name or an address of the public Internet.</summary>
    public static bool IsPublicClearText(string url) => HostOf(url, "http://") is { Length: > 0 } host && IsPublic(host);

    private static string? HostOf(string url, string scheme)
    {
        if (!url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || url.Contains('{', StringComparison.Ordinal) || url.Contains('$', StringComparison.Ordinal))
            return null;
        var authority = url.AsSpan(scheme.Length);
        var end = authority.IndexOfAny("/?#");
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        if (authority.StartsWith("["))
            return authority.IndexOf(']') is var close && close > 0 ? authority[1..close].ToString() : null;
        var colon = authority.IndexOf(':');
        return (colon < 0 ? authority : authority[..colon]).TrimEnd('.').ToString();
    }

    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address) ? IPAddress.IsLoopback(address) : IsBelow(host, "localhost");

    private static bool IsPublic(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            address = address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
            return !s_privateNetworks.Any(n => n.Contains(address));
        }
        // A name without dots is one of the own network: a container, a service of the cluster.
        return host.Contains('.', StringComparison.Ordinal) && !s_privateNames.Any(n => IsBelow(host, n));
    }

    private static bool IsBelow(string host, string name) =>
        host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase);
}
