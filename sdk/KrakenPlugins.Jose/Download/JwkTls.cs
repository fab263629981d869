using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Jose;

/// <summary>Whom the key client trusts: the system's authorities and the origin's own, and of these the pinned ones only.</summary>
internal sealed class JwkTls
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const int MaximumFileBytes = 4 << 20;

    private readonly bool _trustsAnybody;
    private readonly X509Certificate2Collection? _authorities;
    private readonly List<byte[]> _pins = [];

    public JwkTls(JwkOrigin origin)
    {
        _trustsAnybody = origin.DisableJwkSecurity;
        foreach (var text in origin.JwkFingerprints)
            _pins.Add(ReadPin(text));
        if (!string.IsNullOrEmpty(origin.JwkLocalCa))
            _authorities = ReadAuthorities(origin.JwkLocalCa);
    }

    /// <summary>Nothing is downloaded during a handshake.</summary>
    public static X509ChainPolicy Policy() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    /// <summary>The policy for the listed suites and those of TLS 1.3, where the platform has such policies.</summary>
    public static CipherSuitesPolicy? Suites(IReadOnlyList<int> numbers, Action<string> warn)
    {
        if (numbers.Count == 0 || OperatingSystem.IsWindows())
            return null;
        List<TlsCipherSuite> suites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];
        var own = suites.Count;
        foreach (var number in numbers)
        {
            var suite = (TlsCipherSuite)(ushort)number;
            if (number is > 0 and <= ushort.MaxValue && Enum.IsDefined(suite))
                suites.Add(suite);
            else
                warn($"cipher_suites: {number} is no cipher suite and is left out");
        }
        return suites.Count > own ? new CipherSuitesPolicy(suites) : throw new JwkException("cipher_suites has no number of a cipher suite; expected ones such as 49199") { Attribute = "cipher_suites" };
    }

    public bool Decide(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is not X509Certificate2 leaf || chain is null)
            return false;
        if (_trustsAnybody || errors == SslPolicyErrors.None)
            return IsPinned(chain);
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || _authorities is null)
            return false;
        using var own = new X509Chain();
        own.ChainPolicy = Policy();
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerPurpose));
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(leaf) && IsPinned(own);
    }

    private bool IsPinned(X509Chain chain)
    {
        if (_pins.Count == 0)
            return true;
        foreach (var element in chain.ChainElements)
        {
            var hash = SHA256.HashData(element.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
            if (_pins.Exists(pin => pin.AsSpan().SequenceEqual(hash)))
                return true;
        }
        return false;
    }

    private static byte[] ReadPin(string text)
    {
        var pin = new byte[text.Length + 3];
        var standard = text.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        if (!Convert.TryFromBase64String(standard, pin, out var length) || length != SHA256.HashSizeInBytes)
            throw new JwkException($"jwk_fingerprints: {JwkMembers.Shown(text)} is no fingerprint; expected base64 of the 32 bytes of a SHA-256") { Attribute = "jwk_fingerprints" };
        return pin[..length];
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            if (new FileInfo(file).Length > MaximumFileBytes)
                throw new JwkException($"jwk_local_ca: {file} is longer than {MaximumFileBytes} bytes") { Attribute = "jwk_local_ca" };
            authorities.ImportFromPem(File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new JwkException($"jwk_local_ca cannot be read: {exception.Message}", exception) { Attribute = "jwk_local_ca" };
        }
        return authorities.Count > 0 ? authorities : throw new JwkException($"jwk_local_ca: {file} holds no certificate in PEM form") { Attribute = "jwk_local_ca" };
    }
}
