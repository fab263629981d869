using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Jose;

/// <summary>Key sets in files, plain or encrypted (AUT-044 to AUT-047).</summary>
public static class JwkFile
{
    private const int MaximumBytes = 4 << 20;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>
    /// Reads the set of <see cref="JwkOrigin.JwkLocalPath"/>, decrypted when the origin has a <see cref="JwkOrigin.SecretUrl"/>. Blocks, for
    /// the time of loading: up to 10 s when a service has the key. What is decrypted stays in memory.
    /// </summary>
    /// <param name="origin">The origin.</param>
    /// <param name="warn">Receives a sentence per key that is left out.</param>
    /// <exception cref="JwkException">The file cannot be read, decrypted or understood: fatal (AUT-026).</exception>
    public static JwkSet Read(JwkOrigin origin, Action<string> warn) => Read(origin, warn, new SecretSurroundings());

    internal static JwkSet Read(JwkOrigin origin, Action<string> warn, SecretSurroundings surroundings)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var bytes = ReadAll(origin.JwkLocalPath ?? "");
        if (string.IsNullOrEmpty(origin.SecretUrl))
            return Parse(bytes, warn, "jwk_local_path");

        var passphrase = SecretKeepers.Decrypt(origin, surroundings);
        try
        {
            return Parse(Open(bytes, passphrase), warn, "jwk_local_path");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    private static JwkSet Parse(byte[] json, Action<string> warn, string attribute)
    {
        try
        {
            return JwkSet.Parse(json, warn);
        }
        catch (JwkException exception)
        {
            throw new JwkException($"{attribute}: {exception.Message}", exception) { Attribute = attribute };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static byte[] Open(byte[] file, byte[] passphrase)
    {
        if (file.Length < NonceLength + TagLength)
            throw Unreadable("it is too short for an encrypted file");
        // MD5 is the format's way from passphrase to key, and guards nothing.
        var key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(passphrase)));
        var json = new byte[file.Length - NonceLength - TagLength];
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(file.AsSpan(0, NonceLength), file.AsSpan(NonceLength, json.Length), file.AsSpan(file.Length - TagLength), json);
            return json;
        }
        catch (CryptographicException)
        {
            throw Unreadable("it cannot be decrypted with the key that cypher_key and secret_url give");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        static JwkException Unreadable(string reason) => new($"jwk_local_path: {reason}") { Attribute = "jwk_local_path" };
    }

    private static byte[] ReadAll(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumBytes)
                throw new JwkException($"jwk_local_path: the file is longer than {MaximumBytes} bytes") { Attribute = "jwk_local_path" };
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new JwkException($"jwk_local_path cannot be read: {exception.Message}", exception) { Attribute = "jwk_local_path" };
        }
    }
}
