using System.Globalization;
using System.Net;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Turns the <c>router</c> namespace into a <see cref="RouterConfig"/>.</summary>
internal static class RouterLoader
{
    public static RouterConfig Load(RouterDocument router, ConfigDiagnostics diagnostics)
    {
        var defaults = new RouterConfig();
        if (router.Source is null)
            return defaults;
        NotSupportedYet.Check(router, diagnostics);
        WarnAboutClientAddress(router, diagnostics);
        if (router.UseH2c)
            router.Source.Notice(diagnostics, "use_h2c", "\"use_h2c\" moved to the root; it still works here");
        return new RouterConfig
        {
            AppEngine = router.AppEngine,
            AutoOptions = router.AutoOptions,
            DecompressGzip = router.DecompressGzip,
            DisableAccessLog = router.DisableAccessLog,
            DisableGzip = router.DisableGzip,
            DisableHandleMethodNotAllowed = router.DisableHandleMethodNotAllowed,
            DisableHealth = router.DisableHealth,
            DisablePathDecoding = router.DisablePathDecoding,
            DisableRedirectFixedPath = router.DisableRedirectFixedPath,
            DisableRedirectTrailingSlash = router.DisableRedirectTrailingSlash,
            ErrorBody404 = ErrorBody(router, router.ErrorBody.NotFound, "404", diagnostics),
            ErrorBody405 = ErrorBody(router, router.ErrorBody.MethodNotAllowed, "405", diagnostics),
            ForwardedByClientIp = router.ForwardedByClientIp ?? false,
            HealthPath = router.HealthPath.Length == 0 ? defaults.HealthPath
                : router.HealthPath.StartsWith('/') ? router.HealthPath
                : "/" + router.HealthPath,
            HideVersionHeader = router.HideVersionHeader,
            LoggerSkipPaths = router.LoggerSkipPaths,
            MaxPayload = Math.Max(0, router.MaxPayload),
            RemoteIpHeaders = router.RemoteIpHeaders.Count == 0 ? defaults.RemoteIpHeaders : router.RemoteIpHeaders,
            RemoveExtraSlash = router.RemoveExtraSlash,
            ReturnErrorMsg = router.ReturnErrorMsg,
            TrustedProxies = TrustedProxies(router, diagnostics),
        };
    }

    private static void WarnAboutClientAddress(RouterDocument router, ConfigDiagnostics diagnostics)
    {
        if (router.ForwardedByClientIp is not null && router.TrustedProxies is null)
            router.Source.Warning(diagnostics, "forwarded_by_client_ip", "it takes effect together with \"trusted_proxies\" only; the client address is that of the connection");
        else if (router.ForwardedByClientIp is null && router.TrustedProxies is not null)
            router.Source.Warning(diagnostics, "trusted_proxies", "it takes effect together with \"forwarded_by_client_ip\" only; the client address is that of the connection");
    }

    private static byte[]? ErrorBody(RouterDocument router, ConfigNode? body, string status, ConfigDiagnostics diagnostics)
    {
        if (body is null)
            return null;
        if (body.Kind == ConfigKind.Object)
            return ConfigNodeJson.Write(body);
        diagnostics.Error(body.Position, router.Source.Path.Member("error_body").Member(status).ToString(), $"expected an object, not {ConfigText.Describe("error_body", body)}");
        return null;
    }

    private static List<IPNetwork> TrustedProxies(RouterDocument router, ConfigDiagnostics diagnostics)
    {
        var networks = new List<IPNetwork>();
        var written = router.TrustedProxies ?? [];
        for (var i = 0; i < written.Count; i++)
        {
            if (TryParseNetwork(written[i], out var network))
                networks.Add(network);
            else
                router.Source.Error(diagnostics, "trusted_proxies", i, $"{ConfigText.Quote(written[i])} is no address and no network such as \"10.0.0.0/8\"");
        }
        return networks;
    }

    /// <summary>A plain address is a network of one; bits behind the prefix may be set, and an IPv4-mapped network is IPv4.</summary>
    private static bool TryParseNetwork(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/');
        if (!AddressLiteral.TryParse(slash < 0 ? text : text[..slash], out var address))
            return false;
        var bits = address.GetAddressBytes().Length * 8;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
            return false;
        if (address.IsIPv4MappedToIPv6 && prefix >= 96)
        {
            address = address.MapToIPv4();
            prefix -= 96;
        }
        network = new IPNetwork(Masked(address, prefix), prefix);
        return true;
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }
        return new IPAddress(bytes);
    }
}
