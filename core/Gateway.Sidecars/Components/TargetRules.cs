using System.Buffers;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Where a plugin may send a request.</summary>
internal static class TargetRules
{
    private const int MaxTarget = 64 << 10;
    private const int MaxMethod = 64;

    // Printable ASCII; what a path must not hold by the letter of RFC 3986 is sent by clients all the same. A fragment is never sent.
    private static readonly SearchValues<char> s_target =
        SearchValues.Create("!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Checks a target in origin form (RFC 9112, 3.2.1). Throws <see cref="ViolationException"/>.</summary>
    public static string Target(string target)
    {
        if (target.Length > MaxTarget)
            throw new ViolationException($"a target of {target.Length} characters; the limit is {MaxTarget}");
        if (target[0] != '/' || target.AsSpan().ContainsAnyExcept(s_target))
            throw new ViolationException($"{ConfigText.Quote(target)} is no target: expected a path that begins with \"/\", percent-encoded, and a query");
        return target;
    }

    /// <summary>Checks a method. Throws <see cref="ViolationException"/>.</summary>
    public static string Method(string method) => method.Length <= MaxMethod && HeaderRules.IsToken(method)
        ? method.ToUpperInvariant()
        : throw new ViolationException($"{ConfigText.Quote(method)} is no method");

    /// <summary>Checks the value of a <c>Host</c> header. Throws <see cref="ViolationException"/>.</summary>
    public static string HostHeader(string value) => HostParser.TrySplitAuthority(value, 80, out _, out _)
        ? value
        : throw new ViolationException($"{ConfigText.Quote(value)} is no host");

    /// <summary>Checks scheme and authority. Throws <see cref="ViolationException"/>.</summary>
    public static BackendHost Host(string scheme, string authority)
    {
        if (scheme is not ("http" or "https"))
            throw new ViolationException($"{ConfigText.Quote(scheme)} is no scheme; expected http or https, with an authority");
        return HostParser.TrySplitAuthority(authority, scheme == "https" ? 443 : 80, out var name, out var port)
            ? new BackendHost(scheme, name, port)
            : throw new ViolationException($"{ConfigText.Quote(authority)} is no host with port; expected one beside the scheme");
    }
}
