using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using KrakenPlugins.Cryptography;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>Tells the clients of requests apart. Source: reference page "Endpoint rate limit"; TRF-015 to TRF-024. Immutable.</summary>
public abstract class ClientIdentity
{
    // One per process, so that what is carried over a reload fits. Who does not know it cannot make clients meet in one bucket.
    private static readonly SipHash s_secret = SipHash.WithRandomKey();

    /// <summary>The values of <c>strategy</c>.</summary>
    public static IReadOnlyList<string> Strategies { get; } = ["ip", "header", "param", "jwt"];

    /// <summary>Reads who makes a request, for state of this process; returns false when that cannot be told (TRF-020).</summary>
    /// <param name="context">The exchange.</param>
    /// <param name="client">Keyed hash of the name.</param>
    public virtual bool TryRead(HttpContext context, out UInt128 client) => TryHash(ReadText(context), out client);

    /// <summary>
    /// The name itself, for state that several processes share; returns false when it cannot be told. It may be a secret of the client's
    /// (a header with credentials) and as long as a header may be.
    /// </summary>
    /// <param name="context">The exchange.</param>
    /// <param name="client">The name; not empty.</param>
    public bool TryReadText(HttpContext context, [NotNullWhen(true)] out string? client)
    {
        client = ReadText(context);
        return !string.IsNullOrEmpty(client);
    }

    /// <summary>By the address (TRF-015), or by the first one that a header lists (TRF-017).</summary>
    /// <param name="context">Knows addresses.</param>
    /// <param name="header">Name of the header; empty for none.</param>
    public static ClientIdentity OfAddress(IServiceContext context, string header) => header.Length == 0 ? new AddressIdentity(context) : new ForwardedIdentity(context, header);

    /// <summary>By the value of a header (TRF-018).</summary>
    public static ClientIdentity OfHeader(string name) => new HeaderIdentity(name);

    /// <summary>By the value of a placeholder of the endpoint's path (TRF-019).</summary>
    public static ClientIdentity OfParameter(IEndpointContext context, string name) => new ParameterIdentity(context, name);

    /// <summary>By a claim of the validated token: the one of this name, or else the one that the dots in it lead to (TRF-305).</summary>
    public static ClientIdentity OfClaim(string name) => new ClaimIdentity(name);

    /// <summary>The name of who makes a request; <see langword="null"/> or empty when that cannot be told.</summary>
    protected abstract string? ReadText(HttpContext context);

    private protected static bool TryHash(ReadOnlySpan<char> name, out UInt128 client)
    {
        client = default;
        if (name.IsEmpty)
            return false;
        client = s_secret.Hash128(MemoryMarshal.AsBytes(name));
        return true;
    }
}

internal sealed class AddressIdentity(IServiceContext service) : ClientIdentity
{
    protected override string? ReadText(HttpContext context) => service.ClientAddress(context);
}

internal sealed class HeaderIdentity(string name) : ClientIdentity
{
    protected override string? ReadText(HttpContext context)
    {
        var values = context.Request.Headers[name];
        return values.Count == 0 ? null : values[0];
    }
}

internal sealed class ParameterIdentity(IEndpointContext endpoint, string name) : ClientIdentity
{
    protected override string? ReadText(HttpContext context) => endpoint.PathParameter(context, name);
}

internal sealed class ClaimIdentity(string name) : ClientIdentity
{
    protected override string? ReadText(HttpContext context) =>
        context.Features.Get<IClaims>() is { } claims ? claims.GetText(name) ?? ClaimWalk.TextOf(claims.Tree, name) : null;
}

/// <summary>The first element of a list of addresses in a header, or else the address of the client.</summary>
internal sealed class ForwardedIdentity(IServiceContext service, string header) : ClientIdentity
{
    private const int LongestAddress = 45;

    public override bool TryRead(HttpContext context, out UInt128 client)
    {
        Span<char> buffer = stackalloc char[LongestAddress];
        var values = context.Request.Headers[header];
        if (values.Count > 0 && TryFirst(values[0], buffer, out var length))
            return TryHash(buffer[..length], out client);
        return TryHash(service.ClientAddress(context), out client);
    }

    protected override string? ReadText(HttpContext context)
    {
        Span<char> buffer = stackalloc char[LongestAddress];
        var values = context.Request.Headers[header];
        return values.Count > 0 && TryFirst(values[0], buffer, out var length) ? new string(buffer[..length]) : service.ClientAddress(context);
    }

    /// <summary>The canonical text of the first address of a list; a port behind it is dropped.</summary>
    internal static bool TryFirst(ReadOnlySpan<char> list, Span<char> canonical, out int length)
    {
        length = 0;
        list = list.TrimStart(" \t");
        var end = list.IndexOfAny(", \t");
        var element = WithoutPort(end < 0 ? list : list[..end]);
        if (!IsAddress(element) || !IPAddress.TryParse(element, out var address))
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.TryFormat(canonical, out length);
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> element)
    {
        if (!element.IsEmpty && element[0] == '[')
        {
            var bracket = element.IndexOf(']');
            var port = bracket < 0 ? default : element[(bracket + 1)..];
            return bracket > 0 && (port.IsEmpty || IsPort(port)) ? element[1..bracket] : default;
        }
        var colon = element.IndexOf(':');
        return colon > 0 && colon == element.LastIndexOf(':') && IsPort(element[colon..]) ? element[..colon] : element;
    }

    private static bool IsPort(ReadOnlySpan<char> text) => text[0] == ':' && text.Length is > 1 and <= 6 && !text[1..].ContainsAnyExceptInRange('0', '9');

    // IPAddress alone would also take "1", "0x7f.1", octal parts and zones.
    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LongestAddress)
            return false;
        return text.Contains(':') ? !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") : IsDottedDecimal(text);
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
}
