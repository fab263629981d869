namespace KrakenPlugins.Jose;

/// <summary>The key of a JWK behind the platform's classes.</summary>
internal abstract class KeyMaterial
{
    /// <summary>Whether it can sign.</summary>
    public abstract bool IsPrivate { get; }

    /// <summary>Why the algorithm cannot be used with the key, or <see langword="null"/>; asked only for algorithms of the key's type.</summary>
    public abstract string? Misfit(JwsAlgorithm algorithm);

    public abstract JwsVerifier CreateVerifier(JwsAlgorithm algorithm);

    /// <summary>A signer; asked only when <see cref="IsPrivate"/>.</summary>
    public abstract JwsSigner CreateSigner(JwsAlgorithm algorithm);

    /// <summary>Whether a certificate is for this key.</summary>
    public abstract bool IsKeyOf(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate);
}
