using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Core.Tls;

/// <summary>A PEM file that cannot be used; the message says why, without its path.</summary>
internal sealed class PemException(string message) : Exception(message);

/// <summary>Reads certificates and keys.</summary>
internal static class PemFiles
{
    private const int MaxLength = 4 << 20;

    /// <summary>A certificate with its key and what signed it. Throws <see cref="PemException"/>.</summary>
    public static KeyPair ReadPair(string certificateFile, string keyFile)
    {
        var certificates = Parse(certificateFile, ReadText(certificateFile));
        var key = ReadText(keyFile);
        if (key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw new PemException($"{keyFile}: the key is encrypted; expected one without a password");
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new PemException($"{keyFile}: found no private key in PEM form");
        var first = certificates[0];
        certificates.RemoveAt(0);
        var certificate = WithKey(first, certificateFile, key, keyFile);
        try
        {
            return new KeyPair(certificate, certificates);
        }
        catch (CryptographicException exception)
        {
            throw new PemException($"{certificateFile}: holds a certificate whose names or key cannot be read ({exception.Message})");
        }
    }

    /// <summary>The certificates of a file, at least one. Throws <see cref="PemException"/>.</summary>
    public static X509Certificate2Collection ReadCertificates(string file) => Parse(file, ReadText(file));

    private static X509Certificate2 WithKey(X509Certificate2 certificate, string certificateFile, string key, string keyFile)
    {
        try
        {
            switch (certificate.GetKeyAlgorithm())
            {
                case "1.2.840.113549.1.1.1":
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportFromPem(key);
                        return certificate.CopyWithPrivateKey(rsa);
                    }
                case "1.2.840.10045.2.1":
                    using (var ecdsa = ECDsa.Create())
                    {
                        ecdsa.ImportFromPem(key);
                        return certificate.CopyWithPrivateKey(ecdsa);
                    }
                case var other:
                    throw new PemException($"{certificateFile}: its key is of a kind that the platform cannot use ({other}); expected RSA or ECDSA");
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw new PemException($"{keyFile}: private key does not match public key of {certificateFile} ({exception.Message})");
        }
    }

    private static X509Certificate2Collection Parse(string file, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new PemException($"{file}: holds a certificate that cannot be read ({exception.Message})");
        }
        return certificates.Count > 0 ? certificates : throw new PemException($"{file}: found no certificate in PEM form");
    }

    private static string ReadText(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MaxLength)
                throw new PemException($"{file}: is {length} bytes long; expected at most {MaxLength}");
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            throw new PemException($"open {file}: no such file or directory");
        }
        catch (DirectoryNotFoundException)
        {
            throw new PemException($"open {file}: no such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new PemException(Directory.Exists(file) ? $"read {file}: is a directory" : $"open {file}: permission denied");
        }
        catch (IOException exception)
        {
            throw new PemException($"read {file}: {exception.Message}");
        }
    }
}
