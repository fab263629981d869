using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Messages;

/// <summary>
/// A header of either message, its name classified once. <c>Host</c>, <c>Content-Length</c> and <c>Transfer-Encoding</c> address the
/// properties of the message behind them (MAN-145); the framing itself stays with whoever writes the message.
/// </summary>
internal sealed class HeaderField
{
    private readonly HeaderKind _kind;

    private HeaderField(string name, HeaderKind kind)
    {
        Name = name;
        _kind = kind;
    }

    /// <summary>The canonical name.</summary>
    public string Name { get; }

    /// <summary>Whether the header may be set on an answer: hop-by-hop headers end at the gateway.</summary>
    public bool IsHopByHop => _kind is HeaderKind.HopByHop or HeaderKind.TransferEncoding;

    public static bool TryCreate(string name, [NotNullWhen(true)] out HeaderField? field)
    {
        field = null;
        if (name.Length == 0)
            return false;
        foreach (var c in name)
        {
            if (!HeaderName.IsTokenChar(c))
                return false;
        }
        var canonical = HeaderName.Canonicalize(name);
        field = new HeaderField(canonical, Classify(canonical));
        return true;
    }

    /// <summary>The first value, or <see langword="null"/> when the header is absent.</summary>
    public string? Get(ref readonly Call call)
    {
        if (call.IsResponse)
            return call.Response.Headers.Get(Name);
        var request = call.Request;
        return _kind switch
        {
            HeaderKind.Host => request.HostHeader ?? request.Host?.Authority,
            HeaderKind.ContentLength => request.Body is { IsEmpty: false, Length: { } length } ? length.ToString(CultureInfo.InvariantCulture) : null,
            HeaderKind.TransferEncoding => request.Body is { IsEmpty: false, Length: null } ? "chunked" : null,
            HeaderKind.Suppressible => request.Headers.Get(Name) is { Length: > 0 } value ? value : null,
            _ => request.Headers.Get(Name),
        };
    }

    /// <summary>Whether one of the values is the given one.</summary>
    public bool HasValue(ref readonly Call call, string value)
    {
        if (!call.IsResponse && _kind is HeaderKind.Host or HeaderKind.ContentLength or HeaderKind.TransferEncoding)
            return string.Equals(Get(in call), value, StringComparison.Ordinal);
        var headers = call.IsResponse ? call.Response.Headers : call.Request.Headers;
        foreach (ref readonly var header in headers.Items)
        {
            if (string.Equals(header.Key, Name, StringComparison.OrdinalIgnoreCase) && string.Equals(header.Value, value, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Replaces all values by one. Returns why it cannot, or <see langword="null"/>.</summary>
    public string? Set(ref Call call, string value)
    {
        if (!HeaderText.IsValue(value))
            return $"the value for the header \"{Name}\" holds a control character";
        return call.IsResponse ? SetOnResponse(ref call, value) : SetOnRequest(call.Request, value);
    }

    /// <summary>Adds a value behind those that are there. Returns why it cannot, or <see langword="null"/>.</summary>
    public string? Append(ref Call call, string value)
    {
        if (_kind is HeaderKind.Host or HeaderKind.ContentLength && !(call.IsResponse && _kind == HeaderKind.Host) && Get(in call) is not null)
            return $"the header \"{Name}\" is set already and takes a single value";
        if (IsSingle && Get(in call) is not null)
            return null;
        if (_kind != HeaderKind.Ordinary && !(_kind == HeaderKind.Host && call.IsResponse))
            return Set(ref call, value);
        if (!HeaderText.IsValue(value))
            return $"the value for the header \"{Name}\" holds a control character";
        (call.IsResponse ? call.Edit().Headers : call.Request.Headers).Add(Name, value);
        return null;
    }

    /// <summary>Removes all values.</summary>
    public void Remove(ref Call call)
    {
        if (call.IsResponse)
        {
            if (call.Response.Headers.Contains(Name))
                call.Edit().Headers.Remove(Name);
            return;
        }
        if (_kind == HeaderKind.Host)
            call.Request.HostHeader = null;
        else if (_kind == HeaderKind.Suppressible)
            call.Request.Headers.Set(Name, "");
        else
            call.Request.Headers.Remove(Name);
    }

    private bool IsSingle => _kind is HeaderKind.Suppressible or HeaderKind.Single;

    private string? SetOnRequest(ProxyRequest request, string value)
    {
        switch (_kind)
        {
            case HeaderKind.Host:
                if (!HeaderText.IsAuthority(value))
                    return "the value for the header \"Host\" is no host with an optional port";
                request.HostHeader = value.Length == 0 ? null : value;
                return null;
            case HeaderKind.ContentLength:
                return SetLength(request, value);
            case HeaderKind.TransferEncoding:
                return null;
            default:
                request.Headers.Set(Name, value);
                return null;
        }
    }

    private string? SetOnResponse(ref Call call, string value)
    {
        if (IsHopByHop)
            return null;
        if (_kind != HeaderKind.ContentLength)
        {
            call.Edit().Headers.Set(Name, value);
            return null;
        }
        if (!TryParseLength(value, out var length, out var reason))
            return reason;
        return call.Response!.ContentLength is { } actual && actual != length ? Mismatch(length, actual) : null;
    }

    // A length that is a lie would let the rest of the body pass as a second message.
    private static string? SetLength(ProxyRequest request, string value)
    {
        if (!TryParseLength(value, out var length, out var reason))
            return reason;
        var body = request.Body;
        if (body.IsEmpty)
            return null;
        if (body.Length is { } actual)
            return actual == length ? null : Mismatch(length, actual);
        request.Body = RequestBody.Streaming(body.Reader, length, (int)Math.Min(length, Array.MaxLength));
        return null;
    }

    private static bool TryParseLength(string value, out long length, [NotNullWhen(false)] out string? reason)
    {
        var isLength = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out length);
        reason = isLength ? null : $"Content-Length {Sdk.Configuration.ConfigText.Quote(value)} is no number of bytes";
        return isLength;
    }

    private static string Mismatch(long length, long actual) =>
        string.Create(CultureInfo.InvariantCulture, $"Content-Length {length} contradicts the {actual} bytes of the body");

    private static HeaderKind Classify(string canonical) => canonical switch
    {
        "Host" => HeaderKind.Host,
        "Content-Length" => HeaderKind.ContentLength,
        "Transfer-Encoding" => HeaderKind.TransferEncoding,
        "User-Agent" or "Accept-Encoding" => HeaderKind.Suppressible,
        "X-Forwarded-For" or "X-Forwarded-Host" => HeaderKind.Single,
        "Connection" or "Keep-Alive" or "Proxy-Connection" or "Te" or "Trailer" or "Upgrade" => HeaderKind.HopByHop,
        _ => HeaderKind.Ordinary,
    };

    private enum HeaderKind : byte
    {
        Ordinary,
        Host,
        ContentLength,
        TransferEncoding,
        HopByHop,
        /// <summary>One value only.</summary>
        Single,
        /// <summary>One value only, and the gateway sends one of its own unless it is told not to.</summary>
        Suppressible,
    }
}
