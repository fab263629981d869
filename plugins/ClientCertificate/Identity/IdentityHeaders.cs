using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>The headers that say who the client is: the client's own are removed, in every spelling that a backend may take for the same.</summary>
internal sealed class IdentityHeaders
{
    private static readonly string[] s_reserved = ["host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive"];
    private readonly KeyValuePair<string, string>[] _fields;

    private IdentityHeaders(KeyValuePair<string, string>[] fields) => _fields = fields;

    /// <summary>The headers of some settings; <see langword="null"/> with the reason reported when one cannot be used.</summary>
    public static IdentityHeaders? Of(ClientCertificateSettings settings, ConfigDiagnostics diagnostics)
    {
        foreach (var (name, _) in settings.Headers)
        {
            if (IsName(name) && !s_reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            settings.Source.Error(diagnostics, "headers", $"{ConfigText.Quote(name)} cannot be a header for an identity");
            return null;
        }
        return new([.. settings.Headers]);
    }

    /// <summary>
    /// Removes what the client sent under these names. <see langword="false"/> for a request that declares one of them a header of its
    /// connection (RFC 9110, 7.6.1), which would take the gateway's own value away behind this component.
    /// </summary>
    public bool TryRemove(IHeaderDictionary sent)
    {
        if (_fields.Length == 0)
            return true;
        List<string>? removed = null;
        foreach (var (name, _) in sent)
        {
            if (IsOurs(name))
                (removed ??= []).Add(name);
        }
        if (removed is not null)
        {
            foreach (var name in removed)
                sent.Remove(name);
        }
        return !NamesOurs(sent.Connection);
    }

    /// <summary>What the headers say; those without a value are absent.</summary>
    public KeyValuePair<string, string>[] Of(ClientIdentity identity) =>
        [.. _fields.Select(f => KeyValuePair.Create(f.Key, ValueOf(f.Value, identity))).Where(static f => f.Value.Length > 0)];

    private static string ValueOf(string field, ClientIdentity identity) => field switch
    {
        "subject" => identity.Subject,
        "common_name" => identity.CommonName,
        "issuer" => identity.Issuer,
        "serial" => identity.Serial,
        "fingerprint" => identity.Fingerprint,
        "dns_names" => string.Join(',', identity.Names.Dns),
        "uris" => string.Join(',', identity.Names.Uris),
        "emails" => string.Join(',', identity.Names.Emails),
        _ => identity.NotAfter,
    };

    private bool NamesOurs(StringValues connection)
    {
        foreach (var line in connection)
        {
            var rest = line.AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.IndexOf(',');
                if (IsOurs((comma < 0 ? rest : rest[..comma]).Trim(" \t")))
                    return true;
                rest = comma < 0 ? default : rest[(comma + 1)..];
            }
        }
        return false;
    }

    private bool IsOurs(ReadOnlySpan<char> name)
    {
        foreach (ref readonly var field in _fields.AsSpan())
        {
            if (IsLoosely(name, field.Key))
                return true;
        }
        return false;
    }

    // Servers behind CGI and its like read X_User as X-User.
    private static bool IsLoosely(ReadOnlySpan<char> name, string ours)
    {
        if (name.Length != ours.Length)
            return false;
        for (var i = 0; i < name.Length; i++)
        {
            var (a, b) = (char.ToLowerInvariant(name[i]), char.ToLowerInvariant(ours[i]));
            if (a != b && !(a is '-' or '_' or '.' && b is '-' or '_' or '.'))
                return false;
        }
        return true;
    }

    private static bool IsName(string name) => name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
