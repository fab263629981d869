using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpSecurity;

/// <summary><c>security/http</c>, of the service or of an endpoint.</summary>
internal sealed class HttpSecuritySettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Hosts that requests may name; empty means any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether they are regular expressions.</summary>
    public bool AllowedHostsAreRegex { get; init; }

    /// <summary>Headers that may hold the original host.</summary>
    public IReadOnlyList<string> HostProxyHeaders { get; init; } = [];

    /// <summary>Whether requests over plain HTTP are redirected; <see langword="null"/> means no.</summary>
    public bool? SslRedirect { get; init; }

    /// <summary>Host of that redirect; empty means the request's.</summary>
    public string SslHost { get; init; } = "";

    /// <summary>Headers with the value that proves HTTPS in front of a proxy.</summary>
    public IReadOnlyDictionary<string, string> SslProxyHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Seconds of Strict-Transport-Security; 0 for none.</summary>
    public long StsSeconds { get; init; }

    /// <summary>Whether it holds for subdomains.</summary>
    public bool StsIncludeSubdomains { get; init; }

    /// <summary>Whether it is sent over plain HTTP too.</summary>
    public bool ForceStsHeader { get; init; }

    /// <summary>Whether X-Frame-Options is DENY.</summary>
    public bool FrameDeny { get; init; }

    /// <summary>Another value of it.</summary>
    public string CustomFrameOptionsValue { get; init; } = "";

    /// <summary>Whether X-Content-Type-Options is sent.</summary>
    public bool ContentTypeNosniff { get; init; }

    /// <summary>Whether X-XSS-Protection is sent.</summary>
    public bool BrowserXssFilter { get; init; }

    /// <summary>Content-Security-Policy.</summary>
    public string ContentSecurityPolicy { get; init; } = "";

    /// <summary>Referrer-Policy.</summary>
    public string ReferrerPolicy { get; init; } = "";

    /// <summary>Obsolete.</summary>
    public string HpkpPublicKey { get; init; } = "";

    /// <summary>Whether host check, redirect and HSTS are off.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>Reads the object; <see langword="null"/> after errors were reported.</summary>
    public static HttpSecuritySettings? Read(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(HttpSecurityPlugin.Namespace);
        if (!new ConfigBinder(diagnostics).TryBind<HttpSecuritySettings>(config, path, out var settings) || !settings.IsUsable(diagnostics))
            return null;
        if (settings.HpkpPublicKey.Length > 0)
            settings.Source!.Warning(diagnostics, "hpkp_public_key", "public key pinning is obsolete and nothing is sent; remove it");
        if (settings.SslRedirect is null)
            settings.Source!.Notice(diagnostics, "ssl_redirect", "\"ssl_redirect\" is not set and counts as false: requests over plain HTTP are served, not redirected");
        return settings;
    }

    private bool IsUsable(ConfigDiagnostics diagnostics)
    {
        var good = true;
        Require("sts_seconds", StsSeconds >= 0, "expected 0 or more seconds");
        Require("ssl_host", HostSyntax.IsAuthority(SslHost) || SslHost.Length == 0, $"{ConfigText.Quote(SslHost)} is no host; expected one such as \"www.example.com\", without scheme and path");
        Require("custom_frame_options_value", IsFieldValue(CustomFrameOptionsValue), "the value holds characters that no header may hold");
        Require("content_security_policy", IsFieldValue(ContentSecurityPolicy), "the value holds characters that no header may hold; write it on one line of ASCII");
        Require("referrer_policy", IsFieldValue(ReferrerPolicy), "the value holds characters that no header may hold");
        Require("host_proxy_headers", HostProxyHeaders.All(IsFieldName), "expected names of headers");
        Require("ssl_proxy_headers", SslProxyHeaders.Keys.All(IsFieldName), "expected names of headers");
        return good;

        void Require(string attribute, bool holds, string message)
        {
            if (holds)
                return;
            Source!.Error(diagnostics, attribute, message);
            good = false;
        }
    }

    private static bool IsFieldValue(string value) => value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;

    private static bool IsFieldName(string name) => name.Length > 0 && name.All(HeaderName.IsTokenChar);
}
