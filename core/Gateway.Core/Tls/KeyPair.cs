using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Core.Tls;

/// <summary>Keys as a handshake tells them apart.</summary>
internal enum KeyKind
{
    /// <summary>RSA of any length.</summary>
    Rsa,
    /// <summary>ECDSA on P-256.</summary>
    P256,
    /// <summary>ECDSA on P-384.</summary>
    P384,
    /// <summary>ECDSA on P-521.</summary>
    P521,
}

/// <summary>A certificate that the gateway shows, with its key.</summary>
internal sealed class KeyPair
{
    private readonly string[] _names;

    public KeyPair(X509Certificate2 certificate, X509Certificate2Collection issuers)
    {
        Certificate = certificate;
        Issuers = issuers;
        Kind = KindOf(certificate);
        _names = [.. NamesOf(certificate).Select(static name => name.TrimEnd('.').ToLowerInvariant())];
    }

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What stood behind it in its file.</summary>
    public X509Certificate2Collection Issuers { get; }

    public KeyKind Kind { get; }

    /// <summary>Whether the certificate is for a host: one of its names, or one with a <c>*</c> for the host's first label.</summary>
    /// <param name="host">In lower case, without a dot at its end.</param>
    public bool IsFor(string host)
    {
        foreach (var name in _names)
        {
            if (string.Equals(name, host, StringComparison.Ordinal) || IsWildcardFor(name, host))
                return true;
        }
        return false;
    }

    private static bool IsWildcardFor(string name, string host)
    {
        if (!name.StartsWith("*.", StringComparison.Ordinal))
            return false;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && host.AsSpan(dot).SequenceEqual(name.AsSpan(1));
    }

    /// <summary>The names that are written for this, or the subject's where there are none, as in certificates that people make by hand.</summary>
    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static list => list.EnumerateDnsNames()).ToArray();
        return names.Length > 0 ? names : [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
    }

    private static KeyKind KindOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        return key?.KeySize switch
        {
            null => KeyKind.Rsa,
            384 => KeyKind.P384,
            521 => KeyKind.P521,
            _ => KeyKind.P256,
        };
    }
}
