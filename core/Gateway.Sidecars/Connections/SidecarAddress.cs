using System.Net;
using System.Net.Sockets;

namespace Gateway.Sidecars.Connections;

/// <summary>Where a sidecar listens: <c>unix:/path</c>, <c>https://host:port</c>, or <c>http://host:port</c> on loopback.</summary>
internal sealed class SidecarAddress
{
    private const string UnixScheme = "unix:";

    private readonly string _text;

    private SidecarAddress(string text, EndPoint endPoint, bool isSecure) => (_text, EndPoint, IsSecure) = (text, endPoint, isSecure);

    /// <summary>What is dialled.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Whether TLS is spoken.</summary>
    public bool IsSecure { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static SidecarAddress? TryParse(string text, out string fault)
    {
        fault = "";
        if (text.StartsWith(UnixScheme, StringComparison.Ordinal))
            return Unix(text, out fault);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            fault = $"\"{text}\" is no address of a sidecar; expected unix:/path, https://host:port or, on loopback, http://host:port";
            return null;
        }
        var isSecure = uri.Scheme == Uri.UriSchemeHttps;
        if (!isSecure && !uri.IsLoopback)
        {
            fault = $"\"{text}\" would carry calls in clear text over a network; expected https, or an address of this machine (127.0.0.1, [::1], localhost)";
            return null;
        }
        EndPoint endPoint = IPAddress.TryParse(uri.DnsSafeHost, out var address) ? new IPEndPoint(address, uri.Port) : new DnsEndPoint(uri.DnsSafeHost, uri.Port);
        return new(text, endPoint, isSecure);
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static SidecarAddress? Unix(string text, out string fault)
    {
        fault = "";
        var path = text[UnixScheme.Length..];
        if (!Path.IsPathRooted(path))
            fault = $"\"{text}\" names no socket; expected unix: and an absolute path";
        try
        {
            return fault.Length == 0 ? new(text, new UnixDomainSocketEndPoint(path), false) : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            fault = $"\"{text}\" is too long for the path of a Unix socket, 107 bytes at most";
            return null;
        }
    }
}
