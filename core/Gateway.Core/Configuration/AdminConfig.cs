using System.Net;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The namespace <c>gateway/admin</c> of the service: where the running gateway is asked and told (CFG-330).</summary>
public sealed record AdminConfig
{
    /// <summary>Characters that a token has at least.</summary>
    public const int ShortestToken = 16;

    /// <summary>Where it listens.</summary>
    public required AdminAddress Listen { get; init; }

    /// <summary>What callers authenticate with; empty when <see cref="TokenFile"/> has it.</summary>
    public string Token { get; init; } = "";

    /// <summary>File whose content is the token, without the line break at its end; or empty.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Without the token.</summary>
    public override string ToString() => $"admin listener on {Listen}";
}

/// <summary>An address that only this machine can reach.</summary>
/// <param name="Ip">A loopback address and its port, or <see langword="null"/>.</param>
/// <param name="Socket">Path of a Unix socket, or <see langword="null"/>.</param>
public sealed record AdminAddress(IPEndPoint? Ip, string? Socket)
{
    private const string SocketPrefix = "unix:";

    // What the system takes as the path of a socket, with the byte at its end.
    private const int LongestPath = 107;

    /// <summary>Reads <c>127.0.0.1:8081</c>, <c>[::1]:8081</c>, <c>localhost:8081</c> or <c>unix:/run/gateway.sock</c>.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The result.</param>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public static string? Parse(string text, out AdminAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        if (text.StartsWith(SocketPrefix, StringComparison.Ordinal))
        {
            var path = text[SocketPrefix.Length..];
            if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
                return "a Unix socket needs a path: unix:/run/gateway.sock";
            path = Path.GetFullPath(path);
            if (Encoding.UTF8.GetByteCount(path) > LongestPath)
                return $"the path of a Unix socket has at most {LongestPath} bytes";
            address = new(null, path);
            return null;
        }
        var local = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1{text["localhost".Length..]}" : text;
        var colon = local.LastIndexOf(':');
        if (colon < 0 || local.EndsWith(']') || !IPEndPoint.TryParse(local, out var ip) || ip.Port == 0 || (local[0] != '[' && local.IndexOf(':', StringComparison.Ordinal) != colon))
            return $"{ConfigText.Inline(text)} is no address with a port; it takes 127.0.0.1:8081, [::1]:8081 or unix:/run/gateway.sock";
        if (!IPAddress.IsLoopback(ip.Address))
            return $"{ConfigText.Inline(text)} can be reached from other machines; the admin listener stands on a loopback address (127.0.0.1, [::1]) or a Unix socket only";
        address = new(ip, null);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Socket is null ? Ip!.ToString() : SocketPrefix + Socket;
}

/// <summary>Turns the namespace into an <see cref="AdminConfig"/>.</summary>
internal static class AdminLoader
{
    /// <summary>Its name.</summary>
    public const string Namespace = "gateway/admin";

    /// <summary>The settings; <see langword="null"/> without the namespace, or with errors reported.</summary>
    public static AdminConfig? Load(AdminDocument admin, ConfigDiagnostics diagnostics)
    {
        if (admin.Source is not { } source)
            return null;
        var isSound = true;
        if (AdminAddress.Parse(admin.Listen, out var address) is { } fault)
            Refuse("listen", admin.Listen.Length == 0 ? "\"listen\" is missing; it takes 127.0.0.1:8081, [::1]:8081 or unix:/run/gateway.sock" : fault);
        if (admin.Token.Length == 0 == (admin.TokenFile.Length == 0))
            Refuse("token", $"it needs one of \"token\" (at least {AdminConfig.ShortestToken} characters) and \"token_file\"");
        else if (admin.TokenFile.Length == 0 && admin.Token.Length < AdminConfig.ShortestToken)
            Refuse("token", $"the token is too short; it takes at least {AdminConfig.ShortestToken} characters");
        return isSound ? new AdminConfig { Listen = address!, Token = admin.Token, TokenFile = admin.TokenFile } : null;

        void Refuse(string attribute, string message)
        {
            isSound = false;
            source.Error(diagnostics, attribute, message);
        }
    }
}
