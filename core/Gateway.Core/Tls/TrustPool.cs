using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Core.Tls;

/// <summary>
/// Whose signature counts: certificates from files, the system's authorities, or both. Every certificate from a file is an anchor,
/// whether it signed itself or not. Nothing is downloaded, and revocation is not looked at (AUT-135).
/// </summary>
internal sealed class TrustPool
{
    private const string UnknownAuthority = "x509: certificate signed by unknown authority";

    private readonly X509Certificate2Collection _anchors;
    private readonly HashSet<string> _known;
    private readonly bool _includesSystem;

    public TrustPool(X509Certificate2Collection anchors, bool includesSystem)
    {
        _anchors = anchors;
        _known = [.. anchors.Select(static anchor => anchor.GetCertHashString(HashAlgorithmName.SHA256))];
        _includesSystem = includesSystem;
    }

    /// <summary>How the handshake builds its chain.</summary>
    public X509ChainPolicy Policy() => _anchors.Count > 0 || !_includesSystem ? AnchorPolicy() : SystemPolicy();

    /// <summary>Whether a chain that was built with <see cref="Policy"/> is trusted.</summary>
    /// <param name="leaf">What the other side showed.</param>
    /// <param name="chain">Its chain.</param>
    /// <param name="errors">What the handshake found; names are not looked at.</param>
    /// <param name="reason">Why not.</param>
    public bool Trusts(X509Certificate2 leaf, X509Chain chain, SslPolicyErrors errors, out string reason)
    {
        var isSound = !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
        if (_anchors.Count == 0)
        {
            reason = isSound && _includesSystem ? "" : Describe(chain, leaf);
            return reason.Length == 0;
        }
        if (isSound && EndsInAnchor(chain))
        {
            reason = "";
            return true;
        }
        // Sound without an anchor means only that nobody has been asked whether they trust its end.
        reason = isSound ? UnknownAuthority : Describe(chain, leaf);
        return _includesSystem && TrustsBySystem(leaf, chain.ChainPolicy, ref reason);
    }

    private bool EndsInAnchor(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            if (_known.Contains(element.Certificate.GetCertHashString(HashAlgorithmName.SHA256)))
                return true;
        }
        return false;
    }

    private static bool TrustsBySystem(X509Certificate2 leaf, X509ChainPolicy first, ref string reason)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = SystemPolicy();
        chain.ChainPolicy.ExtraStore.AddRange(first.ExtraStore);
        foreach (var purpose in first.ApplicationPolicy)
            chain.ChainPolicy.ApplicationPolicy.Add(purpose);
        if (chain.Build(leaf))
        {
            reason = "";
            return true;
        }
        if (reason == UnknownAuthority)
            reason = Describe(chain, leaf);
        return false;
    }

    private X509ChainPolicy AnchorPolicy()
    {
        var policy = Offline();
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_anchors);
        // An anchor need not have signed itself; EndsInAnchor asks for one.
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        return policy;
    }

    private static X509ChainPolicy SystemPolicy() => Offline();

    private static X509ChainPolicy Offline() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The gravest of what is wrong, in the words that operators know.</summary>
    private static string Describe(X509Chain chain, X509Certificate2 leaf)
    {
        var all = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
            all |= status.Status;
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return Validity(chain, leaf);
        if (all.HasFlag(X509ChainStatusFlags.NotSignatureValid))
            return "x509: the signature of a certificate in the chain is wrong";
        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            return UnknownAuthority;
        if (all.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return "x509: certificate specifies an incompatible key usage";
        if (all.HasFlag(X509ChainStatusFlags.InvalidBasicConstraints))
            return "x509: certificate is not authorized to sign other certificates";
        return all == X509ChainStatusFlags.NoError ? UnknownAuthority : $"x509: {all}";
    }

    private static string Validity(X509Chain chain, X509Certificate2 leaf)
    {
        var late = leaf;
        foreach (var element in chain.ChainElements)
        {
            if (Array.Exists(element.ChainElementStatus, static status => status.Status == X509ChainStatusFlags.NotTimeValid))
            {
                late = element.Certificate;
                break;
            }
        }
        var (from, to) = (late.NotBefore.ToUniversalTime(), late.NotAfter.ToUniversalTime());
        return string.Create(CultureInfo.InvariantCulture, $"x509: certificate has expired or is not yet valid: it is valid from {from:u} to {to:u}");
    }
}
