using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Commands.Audit;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Fips;

/// <summary>The TLS settings of the gateway itself under <c>only</c>: versions, cipher suites and the strength of RSA keys.</summary>
internal static class FipsTls
{
    private const int MinRsaBits = 2048;

    public static void Judge(AuditedService service, ConfigDiagnostics diagnostics)
    {
        var root = ConfigPath.Root;
        if (service.Tls is { } tls)
        {
            JudgeProtocol(tls, root.Member("tls"), diagnostics);
            JudgeKey(tls.Attribute("public_key"), root.Member("tls").Member("public_key"), diagnostics);
            JudgeKeys(tls, root.Member("tls"), "keys", "public_key", diagnostics);
        }
        if (service.ClientTls is { } client)
            JudgeClient(client, root.Member("client_tls"), diagnostics);
        foreach (var backend in service.Backends)
        {
            if (backend.Scope["backend/http/client"]?.Attribute("client_tls") is { } own)
                JudgeClient(own, backend.Scope.Path.Member("extra_config").Member("backend/http/client").Member("client_tls"), diagnostics);
        }
    }

    private static void JudgeClient(ConfigNode client, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        JudgeProtocol(client, path, diagnostics);
        JudgeKeys(client, path, "client_certs", "certificate", diagnostics);
    }

    private static void JudgeProtocol(ConfigNode tls, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        foreach (var name in (string[])["min_version", "max_version"])
        {
            if (tls.Attribute(name) is { } version && version.Text.ToUpperInvariant() is "SSL3.0" or "TLS10" or "TLS11")
                Refuse(diagnostics, tls.Attribute(name)!.Position, path.Member(name), $"{version.Text} is older than TLS 1.2; expected \"TLS12\" or \"TLS13\"");
        }
        var suites = tls.Attribute("cipher_suites").AsList();
        for (var i = 0; i < suites.Count; i++)
        {
            if (WeakTyping.TryInteger(suites[i], out var number) && IsUnapproved((TlsCipherSuite)number))
                Refuse(diagnostics, suites[i].Position, path.Member("cipher_suites").Item(i), $"the cipher suite {number} ({(TlsCipherSuite)number}) is not approved; expected suites of AES");
        }
    }

    private static bool IsUnapproved(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        return name.Contains("CHACHA20", StringComparison.Ordinal) || name.Contains("RC4", StringComparison.Ordinal) || name.Contains("DES", StringComparison.Ordinal)
            || name.Contains("NULL", StringComparison.Ordinal) || name.EndsWith("_MD5", StringComparison.Ordinal);
    }

    private static void JudgeKeys(ConfigNode tls, ConfigPath path, string list, string attribute, ConfigDiagnostics diagnostics)
    {
        var pairs = tls.Attribute(list).AsList();
        for (var i = 0; i < pairs.Count; i++)
            JudgeKey(pairs[i].Attribute(attribute), path.Member(list).Item(i).Member(attribute), diagnostics);
    }

    private static void JudgeKey(ConfigNode? file, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        if (file is not { Kind: ConfigKind.String, Text.Length: > 0 })
            return;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file.Text);
            using var key = certificate.GetRSAPublicKey();
            if (key is { KeySize: < MinRsaBits })
                Refuse(diagnostics, file.Position, path, $"the RSA key of {file.Text} has {key.KeySize} bits; expected {MinRsaBits} or more");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // What is wrong with the file is said where it is used; without it there is no key to judge.
        }
    }

    private static void Refuse(ConfigDiagnostics diagnostics, SourcePosition position, ConfigPath path, string reason) =>
        diagnostics.Error(position, path.ToString(), $"not allowed under {FipsSetting.Variable}=fips140=only: {reason}");
}
