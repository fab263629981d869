using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>Decrypts <c>cypher_key</c> with whoever <c>secret_url</c> names (AUT-044 to AUT-046).</summary>
internal static class SecretKeepers
{
    private const int MaximumCipherBytes = 64 << 10;

    /// <summary>The passphrase.</summary>
    /// <exception cref="JwkException">It cannot be had; the message holds no part of a key.</exception>
    public static byte[] Decrypt(JwkOrigin origin, SecretSurroundings surroundings)
    {
        if (string.IsNullOrEmpty(origin.CypherKey))
            throw new JwkException("cypher_key is missing; secret_url alone decrypts nothing") { Attribute = "cypher_key" };
        var cipher = new byte[Math.Min(origin.CypherKey.Length, MaximumCipherBytes)];
        if (!Convert.TryFromBase64String(origin.CypherKey, cipher, out var length))
            throw new JwkException("cypher_key is no base64 of an encrypted key") { Attribute = "cypher_key" };
        cipher = cipher[..length];

        var url = origin.SecretUrl!;
        var colon = url.IndexOf("://", StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", url) : (url[..colon].ToLowerInvariant(), url[(colon + 3)..]);
        try
        {
            return scheme switch
            {
                "base64key" => OpenBox(rest, cipher),
                _ => throw new JwkException("the scheme is none of base64key://, awskms://, azurekeyvault://, gcpkms:// and hashivault://"),
            };
        }
        catch (JwkException exception)
        {
            throw new JwkException($"secret_url: {exception.Message}", exception) { Attribute = "secret_url" };
        }
    }

    private static byte[] OpenBox(string text, byte[] cipher)
    {
        var key = new byte[64];
        var standard = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        if (!Convert.TryFromBase64String(standard, key, out var length) || length != SecretBox.KeyLength)
            throw new JwkException("the key of base64key:// is not the base64 of 32 bytes");
        if (cipher.Length < SecretBox.NonceLength + SecretBox.Overhead)
            throw new JwkException("cypher_key is too short for what base64key:// encrypts");
        var secret = new byte[cipher.Length - SecretBox.NonceLength - SecretBox.Overhead];
        if (!SecretBox.TryOpen(key.AsSpan(0, length), cipher.AsSpan(0, SecretBox.NonceLength), cipher.AsSpan(SecretBox.NonceLength), secret))
            throw new JwkException("the key of base64key:// does not decrypt cypher_key");
        return secret;
    }
}
