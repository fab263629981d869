using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Jose;

/// <summary>What a key says of its certificate must agree with the key (RFC 7517 section 4.7 to 4.9, AUT-029). Nothing is verified against authorities.</summary>
internal static class JwkCertificates
{
    private const int MaximumChain = 16;

    public static void Check(JwkMembers members, KeyMaterial key, byte[]? sha1, byte[]? sha256)
    {
        if (members.OptionalTexts("x5c", MaximumChain) is not { Count: > 0 } chain)
            return;
        var der = new byte[chain[0].Length];
        if (!Convert.TryFromBase64String(chain[0], der, out var length))
            throw new JwkException("\"x5c\" is no list of base64 certificates");
        der = der[..length];
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (!key.IsKeyOf(certificate))
                throw new JwkException("the certificate in \"x5c\" is for another key");
        }
        catch (CryptographicException)
        {
            throw new JwkException("\"x5c\" holds something that is no certificate");
        }
        if (sha1 is not null && !sha1.AsSpan().SequenceEqual(SHA1.HashData(der)))
            throw new JwkException("\"x5t\" is not the SHA-1 of the certificate in \"x5c\"");
        if (sha256 is not null && !sha256.AsSpan().SequenceEqual(SHA256.HashData(der)))
            throw new JwkException("\"x5t#S256\" is not the SHA-256 of the certificate in \"x5c\"");
    }

    /// <summary>A thumbprint: base64url of the hash, or, as some providers write it, of the hash in hexadecimal digits.</summary>
    public static byte[]? Thumbprint(JwkMembers members, string name, int length)
    {
        if (!members.Has(name))
            return null;
        var bytes = members.Bytes(name);
        if (bytes.Length == length)
            return bytes;
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        if (bytes.Length == 2 * length && text.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(text);
        throw new JwkException($"\"{name}\" has {bytes.Length} bytes; expected {length}");
    }
}
