using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class FileTests : IDisposable
{
    private const string Key = "smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=";
    private static readonly byte[] s_passphrase = "correct horse battery staple"u8.ToArray();
    private static readonly byte[] s_json = Encoding.UTF8.GetBytes($$"""{"keys":[{{Tokens.PrivateJson(JwsAlgorithm.HS256)}}]}""");

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_file);

    [Fact]
    [Spec("AUT-047")]
    public void A_file_without_secret_is_plain_json()
    {
        File.WriteAllBytes(_file, s_json);

        Assert.Equal("k", Read(new JwkOrigin { JwkLocalPath = _file }).Keys[0].KeyId);
    }

    [Fact]
    [Spec("AUT-044", "AUT-045", "AUT-047")]
    public void A_file_encrypted_with_a_base64key_is_decrypted_in_memory()
    {
        File.WriteAllBytes(_file, Encrypt(s_json, s_passphrase));
        var written = File.ReadAllBytes(_file);

        var set = Read(Origin("base64key://" + Key));

        Assert.Equal("k", set.Keys[0].KeyId);
        Assert.Equal(written, File.ReadAllBytes(_file));
        Assert.Equal("k", Read(Origin("base64key://" + Key.TrimEnd('='))).Keys[0].KeyId);
    }

    [Theory]
    [InlineData("base64key://AAAA", "the key of base64key:// is not the base64 of 32 bytes")]
    [InlineData("base64key://", "the key of base64key:// is not the base64 of 32 bytes")]
    [InlineData("base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl8=", "the key of base64key:// does not decrypt cypher_key")]
    [InlineData("vault://x", "the scheme is none of base64key://, awskms://, azurekeyvault://, gcpkms:// and hashivault://")]
    [InlineData("smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=", "the scheme is none of base64key://, awskms://, azurekeyvault://, gcpkms:// and hashivault://")]
    [Spec("AUT-026", "AUT-045")]
    public void A_key_that_does_not_fit_is_fatal_and_is_not_shown(string url, string message)
    {
        File.WriteAllBytes(_file, Encrypt(s_json, s_passphrase));

        var exception = Assert.Throws<JwkException>(() => Read(Origin(url)));

        Assert.Equal("secret_url", exception.Attribute);
        Assert.Equal("secret_url: " + message, exception.Message);
        Assert.DoesNotContain("smGbjm", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-026")]
    public void Files_that_cannot_be_read_or_decrypted_are_fatal()
    {
        Assert.StartsWith("jwk_local_path cannot be read", Failure(new JwkOrigin { JwkLocalPath = _file }), StringComparison.Ordinal);
        File.WriteAllText(_file, "{");
        Assert.StartsWith("jwk_local_path: the key set is no JSON", Failure(new JwkOrigin { JwkLocalPath = _file }), StringComparison.Ordinal);
        Assert.Equal("jwk_local_path: it is too short for an encrypted file", Failure(Origin("base64key://" + Key)));
        var encrypted = Encrypt(s_json, s_passphrase);
        encrypted[^1] ^= 1;
        File.WriteAllBytes(_file, encrypted);
        Assert.Equal("jwk_local_path: it cannot be decrypted with the key that cypher_key and secret_url give", Failure(Origin("base64key://" + Key)));
        Assert.Equal("cypher_key is no base64 of an encrypted key", Failure(new JwkOrigin { JwkLocalPath = _file, SecretUrl = "base64key://" + Key, CypherKey = "?" }));
        Assert.Equal("cypher_key is missing; secret_url alone decrypts nothing", Failure(new JwkOrigin { JwkLocalPath = _file, SecretUrl = "base64key://" + Key }));
    }

    private string Failure(JwkOrigin origin) => Assert.Throws<JwkException>(() => Read(origin)).Message;

    private JwkOrigin Origin(string url) => new() { JwkLocalPath = _file, SecretUrl = url, CypherKey = Convert.ToBase64String(Seal(s_passphrase)) };

    private static JwkSet Read(JwkOrigin origin) => JwkFile.Read(origin, static _ => { });

    public static byte[] Encrypt(byte[] json, byte[] passphrase)
    {
        var file = new byte[12 + json.Length + 16];
        RandomNumberGenerator.Fill(file.AsSpan(0, 12));
        using var cipher = new AesGcm(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(passphrase))), 16);
        cipher.Encrypt(file.AsSpan(0, 12), json, file.AsSpan(12, json.Length), file.AsSpan(12 + json.Length));
        return file;
    }

    private static byte[] Seal(byte[] message)
    {
        var box = new byte[24 + message.Length + SecretBox.Overhead];
        RandomNumberGenerator.Fill(box.AsSpan(0, 24));
        SecretBox.Seal(Convert.FromBase64String(Key), box.AsSpan(0, 24), message, box.AsSpan(24));
        return box;
    }
}
