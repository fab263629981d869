namespace KrakenPlugins.Jose;

/// <summary>Key sets in files, plain or encrypted (AUT-044 to AUT-047).</summary>
public static class JwkFile
{
    /// <summary>Reads the set of <see cref="JwkOrigin.JwkLocalPath"/>, decrypted when the origin has a <see cref="JwkOrigin.SecretUrl"/>; blocks, for the time of loading.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="warn">Receives a sentence per key that is left out.</param>
    /// <exception cref="JwkException">The file cannot be read, decrypted or understood: fatal (AUT-026).</exception>
    public static JwkSet Read(JwkOrigin origin, Action<string> warn) => throw new NotSupportedException();
}
