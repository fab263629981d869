using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.HttpSecurity;

/// <summary>The headers that answers carry (SEC-048 to SEC-050). They replace those of the same name that a backend sent (SEC-053).</summary>
internal sealed class SecurityHeaders
{
    private const string Nonce = "$NONCE";
    private const int NonceBytes = 16;

    private readonly List<(string Name, StringValues Value)> _fixed = [];
    private readonly StringValues _transport;
    private readonly bool _forcesTransport;
    private readonly string? _noncePolicy;

    public SecurityHeaders(HttpSecuritySettings settings)
    {
        Add("X-Frame-Options", settings.CustomFrameOptionsValue.Length > 0 ? settings.CustomFrameOptionsValue : settings.FrameDeny ? "DENY" : "");
        Add("X-Content-Type-Options", settings.ContentTypeNosniff ? "nosniff" : "");
        Add("X-XSS-Protection", settings.BrowserXssFilter ? "1; mode=block" : "");
        Add("Referrer-Policy", settings.ReferrerPolicy);
        if (settings.ContentSecurityPolicy.Contains(Nonce, StringComparison.Ordinal))
            _noncePolicy = settings.ContentSecurityPolicy;
        else
            Add("Content-Security-Policy", settings.ContentSecurityPolicy);
        if (settings.StsSeconds > 0 && !settings.IsDevelopment)
            _transport = $"max-age={settings.StsSeconds.ToString(CultureInfo.InvariantCulture)}{(settings.StsIncludeSubdomains ? "; includeSubDomains" : "")}";
        _forcesTransport = settings.ForceStsHeader;
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _fixed.Count == 0 && _noncePolicy is null && _transport.Count == 0;

    /// <summary>Puts them in place.</summary>
    public void Apply(IHeaderDictionary headers, bool isSecure)
    {
        foreach (var (name, value) in _fixed)
            headers[name] = value;
        if (_noncePolicy is not null)
            headers.ContentSecurityPolicy = _noncePolicy.Replace(Nonce, FreshNonce(), StringComparison.Ordinal);
        if (_transport.Count > 0 && (isSecure || _forcesTransport))
            headers.StrictTransportSecurity = _transport;
    }

    private void Add(string name, string value)
    {
        if (value.Length > 0)
            _fixed.Add((name, value));
    }

    private static string FreshNonce()
    {
        Span<byte> bytes = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(bytes);
        return $"'nonce-{Convert.ToBase64String(bytes)}'";
    }
}
