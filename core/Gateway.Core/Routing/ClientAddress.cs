using System.Net;
using System.Net.Sockets;
using Gateway.Core.Configuration;
using Microsoft.Extensions.Primitives;

namespace Gateway.Core.Routing;

/// <summary>Reads a request header by name, case-insensitively; no value when it is absent.</summary>
/// <typeparam name="TState">What the headers are read from.</typeparam>
public delegate StringValues HeaderReader<in TState>(TState state, string name);

/// <summary>The other end of a connection. Made once per connection, so that a request formats and compares nothing.</summary>
public sealed class PeerAddress
{
    internal PeerAddress(IPAddress? address, string text, bool isTrusted)
    {
        Address = address;
        Text = text;
        IsTrusted = isTrusted;
    }

    /// <summary>The address, IPv4 where it came mapped into IPv6; <see langword="null"/> for a Unix socket.</summary>
    public IPAddress? Address { get; }

    /// <summary>The address as text, without zone; empty for a Unix socket.</summary>
    public string Text { get; }

    /// <summary>Whether its forwarding headers are believed.</summary>
    public bool IsTrusted { get; }
}

/// <summary>
/// Whose request it is: the socket's peer, unless a trusted proxy or App Engine says otherwise. Everything that asks for the client
/// address (limits, filters, logs, <c>X-Forwarded-For</c>) asks here. Source: RTE-045, RTE-048 to RTE-055.
/// </summary>
public sealed class ClientAddress
{
    private const string AppEngineHeader = "X-Appengine-Remote-Addr";

    private readonly bool _isAppEngine;
    private readonly string[] _headers;
    private readonly IPNetwork[] _trusted;

    /// <summary>The rules of a configuration.</summary>
    public ClientAddress(RouterConfig config)
    {
        _isAppEngine = config.AppEngine;
        var isEnabled = config.ForwardedByClientIp && config.TrustedProxies.Count > 0;
        _trusted = isEnabled ? [.. config.TrustedProxies.Select(WithoutMapping)] : [];
        _headers = isEnabled ? [.. config.RemoteIpHeaders] : [];
    }

    /// <summary>The other end of a new connection.</summary>
    /// <param name="address">Socket address, or <see langword="null"/> for a Unix socket.</param>
    public PeerAddress Peer(IPAddress? address)
    {
        if (address is null)
            return new PeerAddress(null, "", isTrusted: false);
        address = WithoutMapping(address);
        return new PeerAddress(address, address.ToString(), IsTrusted(address));
    }

    /// <summary>
    /// The client's address as text; empty for a Unix socket. With nothing configured it is the peer's own string.
    /// </summary>
    /// <param name="peer">The connection's other end, from <see cref="Peer"/> of the same instance.</param>
    /// <param name="state">Handed to <paramref name="headers"/>.</param>
    /// <param name="headers">Reads a header; give a static function.</param>
    public string Resolve<TState>(PeerAddress peer, TState state, HeaderReader<TState> headers)
    {
        if (_isAppEngine && headers(state, AppEngineHeader) is { Count: > 0 } values && TryParse(values[0], out var client))
            return client.ToString();
        if (!peer.IsTrusted)
            return peer.Text;
        foreach (var name in _headers)
        {
            if (FirstUntrusted(headers(state, name)) is { } address)
                return address.ToString();
        }
        return peer.Text;
    }

    // From the right, where the nearest proxy wrote, over all lines; null when an entry on the way is no address (RTE-049, RTE-051).
    private IPAddress? FirstUntrusted(StringValues lines)
    {
        IPAddress? address = null;
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryParse(rest[(comma + 1)..], out address))
                    return null;
                if (!IsTrusted(address))
                    return address;
                if (comma < 0)
                    break;
                rest = rest[..comma];
            }
        }
        return address;
    }

    private bool IsTrusted(IPAddress address)
    {
        foreach (var network in _trusted)
        {
            if (network.Contains(address))
                return true;
        }
        return false;
    }

    // Plain addresses only. IPAddress alone would also take "1", "0x7f.1", octal parts, brackets, ports and zones.
    private static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        text = text.Trim(" \t");
        var isPlain = text.Contains(':') ? !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") : IsDottedDecimal(text);
        if (!isPlain || !IPAddress.TryParse(text, out var parsed))
            return false;
        address = WithoutMapping(parsed);
        return true;
    }

    private static bool IsDottedDecimal(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0'))
                return false;
            parts++;
        }
        return parts == 4;
    }

    private static IPAddress WithoutMapping(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes());
    }

    private static IPNetwork WithoutMapping(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : network;
}
