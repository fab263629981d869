using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Martian.Messages;

/// <summary>A host with an optional port, as definitions write it.</summary>
/// <param name="Name">Name or address; IPv6 without brackets.</param>
/// <param name="Port">The port, or <see langword="null"/> for the scheme's own.</param>
internal sealed record HostName(string Name, int? Port)
{
    /// <summary>Reads <c>name</c>, <c>name:port</c>, <c>[v6]</c> or <c>[v6]:port</c>; anything else is no host.</summary>
    /// <param name="text">The text.</param>
    /// <param name="wildcards">Whether <c>*</c> may stand in the name.</param>
    public static HostName? TryParse(string text, bool wildcards)
    {
        ReadOnlySpan<char> rest;
        string name;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || !IPAddress.TryParse(text.AsSpan(1, close - 1), out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                return null;
            name = text[1..close];
            rest = text.AsSpan(close + 1);
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            name = colon < 0 ? text : text[..colon];
            if (name.Length == 0 || !IsName(name, wildcards))
                return null;
            rest = colon < 0 ? default : text.AsSpan(colon);
        }
        if (rest.IsEmpty)
            return new HostName(name, null);
        return rest[0] == ':' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? new HostName(name, port)
            : null;
    }

    private static bool IsName(string name, bool wildcards)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_') && !(wildcards && c == '*'))
                return false;
        }
        return true;
    }
}
