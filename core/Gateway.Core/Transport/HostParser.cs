using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// Reads the text of a backend host: scheme, optional user info, name or address, optional port and base path
/// (<c>http://user:pw@a:8080/base</c>, <c>https://[::1]:8443</c>). Meant for load time and redirects.
/// </summary>
public static class HostParser
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly string[] s_httpSchemes = ["http", "https"];
    private static readonly string[] s_connectionSchemes = ["ws", "wss", "http", "https"];

    /// <summary>
    /// Parses a host. User info becomes the Basic <c>Authorization</c> of calls that carry none of their own (RTE-060).
    /// </summary>
    /// <param name="text">The host with scheme; no query, no fragment.</param>
    /// <param name="host">The host, or <see langword="null"/> when the text is none.</param>
    /// <returns>Whether the text is a host that the transport can call.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out BackendHost? host) => TryParse(text, s_httpSchemes, out host);

    /// <summary>Parses a host of an endpoint whose connections a plugin takes over: <c>ws</c> and <c>wss</c> are schemes as well.</summary>
    /// <param name="text">See <see cref="TryParse(string, out BackendHost)"/>.</param>
    /// <param name="host">See there.</param>
    /// <returns>Whether the text is a host.</returns>
    public static bool TryParseConnection(string text, [NotNullWhen(true)] out BackendHost? host) => TryParse(text, s_connectionSchemes, out host);

    private static bool TryParse(string text, string[] schemes, [NotNullWhen(true)] out BackendHost? host)
    {
        ArgumentNullException.ThrowIfNull(text);
        host = null;
        if (SchemeOf(text, schemes) is not { } scheme)
            return false;
        var rest = text.AsSpan(scheme.Length + 3);
        if (rest.ContainsAny('?', '#') || rest.ContainsAnyExceptInRange('!', '~'))
            return false;
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var basePath = slash < 0 ? default : rest[slash..].TrimEnd('/');

        var at = authority.LastIndexOf('@');
        var authorization = at < 0 ? null : BasicAuthorization(authority[..at].ToString());
        if (!TrySplitAuthority(authority[(at + 1)..], scheme is "https" or "wss" ? 443 : 80, out var name, out var port))
            return false;
        host = new BackendHost(scheme, name, port, basePath.ToString())
        {
            Authorization = authorization,
        };
        return true;
    }

    private static string? SchemeOf(string text, string[] schemes)
    {
        foreach (var scheme in schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && text.AsSpan(scheme.Length).StartsWith("://"))
                return scheme;
        }
        return null;
    }

    internal static bool TrySplitAuthority(ReadOnlySpan<char> authority, int defaultPort, [NotNullWhen(true)] out string? name, out int port)
    {
        name = null;
        port = defaultPort;
        ReadOnlySpan<char> afterName;
        if (authority.StartsWith("["))
        {
            var close = authority.IndexOf(']');
            if (close < 0 || !IPAddress.TryParse(authority[1..close], out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            name = authority[1..close].ToString();
            afterName = authority[(close + 1)..];
        }
        else
        {
            var colon = authority.IndexOf(':');
            var host = colon < 0 ? authority : authority[..colon];
            if (host.IsEmpty || host.ContainsAnyExcept(NameCharacters))
                return false;
            name = host.ToString();
            afterName = colon < 0 ? default : authority[colon..];
        }
        if (afterName.IsEmpty)
            return true;
        return afterName[0] == ':'
            && int.TryParse(afterName[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= 65535;
    }

    /// <summary>The value of a Basic <c>Authorization</c> for percent-encoded user info.</summary>
    internal static string BasicAuthorization(string userInfo)
    {
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..]);
        return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
    }
}
