using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.IpFilter;

/// <summary>
/// Where the address of a client comes from (TRF-141, TRF-142, TRF-361). Without trusted proxies the first header with an address decides. With
/// them headers count only when the other end of the connection is one of them, and then from the right, where the nearest proxy wrote.
/// </summary>
internal sealed class ClientSource
{
    private readonly string[] _headers;
    private readonly AddressSet _trusted;

    private ClientSource(string[] headers, AddressSet trusted)
    {
        _headers = headers;
        _trusted = trusted;
    }

    /// <summary>Whether whoever sends a request chooses the address.</summary>
    public bool IsSpoofable => _headers.Length > 0 && _trusted.IsEmpty;

    /// <summary>Compiles the attributes; <see langword="null"/> after errors were reported.</summary>
    public static ClientSource? Compile(IpFilterSettings settings, ConfigDiagnostics diagnostics) =>
        AddressSet.Compile(settings.Source!, "trusted_proxies", settings.TrustedProxies, diagnostics) is { } trusted ? new ClientSource([.. settings.ClientIpHeaders], trusted) : null;

    /// <summary>The client's address.</summary>
    /// <typeparam name="THeaders">What headers are read from; a struct, so that it costs nothing.</typeparam>
    /// <param name="headers">Headers of the request.</param>
    /// <param name="peer">The other end of the connection, or <see langword="null"/> where it has no address.</param>
    public Address? Find<THeaders>(THeaders headers, Address? peer) where THeaders : struct, IHeaderSource
    {
        var isWalked = !_trusted.IsEmpty;
        if (isWalked && !(peer is { } nearest && _trusted.Contains(nearest)))
            return peer;
        foreach (var name in _headers)
        {
            if ((isWalked ? FirstUntrusted(headers.Get(name)) : Leftmost(headers.Get(name))) is { } address)
                return address;
        }
        return peer;
    }

    private static Address? Leftmost(StringValues lines)
    {
        if (lines.Count == 0)
            return null;
        var text = lines[0].AsSpan();
        var comma = text.IndexOf(',');
        return Address.TryParseEntry(comma < 0 ? text : text[..comma], out var address) ? address : null;
    }

    // Over all lines; none when an entry on the way is no address. When all are trusted, the leftmost is the client.
    private Address? FirstUntrusted(StringValues lines)
    {
        Address? found = null;
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (!Address.TryParseEntry(rest[(comma + 1)..], out var address))
                    return null;
                found = address;
                if (!_trusted.Contains(address))
                    return found;
                if (comma < 0)
                    break;
                rest = rest[..comma];
            }
        }
        return found;
    }
}

/// <summary>Headers of a request, whatever holds them.</summary>
internal interface IHeaderSource
{
    /// <summary>Lines of a header; none when it is absent.</summary>
    StringValues Get(string name);
}
