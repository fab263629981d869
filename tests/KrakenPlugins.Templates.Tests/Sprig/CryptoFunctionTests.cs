using System.Security.Cryptography;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class CryptoFunctionTests
{
    [Fact, Spec("CFG-111")]
    public void A_hash_of_bcrypt_verifies_and_differs_every_time()
    {
        var hashes = SprigTemplates.Render("""{{ "contraseña" | bcrypt }} {{ "contraseña" | bcrypt }}""").Split(' ');

        Assert.All(hashes, hash => Assert.StartsWith("$2a$10$", hash, StringComparison.Ordinal));
        Assert.True(BcryptHash.Verify("contraseña", hashes[0]));
        Assert.NotEqual(hashes[0], hashes[1]);
    }

    [Fact, Spec("CFG-111")]
    public void A_password_file_gets_its_line()
    {
        var line = SprigTemplates.Render("""{{ htpasswd "myUser" "myPassword" }}""");

        Assert.StartsWith("myUser:$2a$10$", line, StringComparison.Ordinal);
        Assert.True(BcryptHash.Verify("myPassword", line["myUser:".Length..]));
    }

    [Theory, Spec("CFG-111")]
    [InlineData("""{{ htpasswd "wrongus:er" "x" }}""", "invalid username: wrongus:er")]
    [InlineData("""{{ htpasswd "u" "abc" "sha" }}""", "u:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")]
    [InlineData("""{{ repeat 73 "x" | bcrypt }}""", "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes")]
    public void Password_lines_name_what_is_wrong(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ derivePassword 1 "long" "password" "user" "example.com" }}""", "ZedaFaxcZaso9*")]
    [InlineData("""{{ derivePassword 2 "long" "password" "user" "example.com" }}""", "Fovi2@JifpTupx")]
    [InlineData("""{{ derivePassword 1 "maximum" "password" "user" "example.com" }}""", "pf4zS1LjCg&LjhsZ7T2~")]
    [InlineData("""{{ derivePassword 1 "medium" "password" "user" "example.com" }}""", "ZedJuz8$")]
    [InlineData("""{{ derivePassword 1 "basic" "password" "user" "example.com" }}""", "pIS54PLs")]
    [InlineData("""{{ derivePassword 1 "short" "password" "user" "example.com" }}""", "Zed5")]
    [InlineData("""{{ derivePassword 1 "pin" "password" "user" "example.com" }}""", "6685")]
    [InlineData("""{{ derivePassword 1 "none" "password" "user" "example.com" }}""", "cannot find password template none")]
    public void Passwords_are_derived(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    // RFC 7914, section 12.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    public void Scrypt_gives_the_keys_of_its_RFC(string password, string salt, int cost, int blockSize, int parallelism, string expected)
    {
        var key = Templates.Sprig.Crypto.Scrypt.Derive(
            System.Text.Encoding.ASCII.GetBytes(password), System.Text.Encoding.ASCII.GetBytes(salt), cost, blockSize, parallelism, 64);

        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Theory, Spec("CFG-111")]
    [InlineData("""{{ encryptAES "secretkey" "plaintext ñ" | decryptAES "secretkey" }}""", "plaintext ñ")]
    [InlineData("""{{ encryptAES (repeat 40 "k") "x" | decryptAES (repeat 32 "k") }}""", "x")]
    [InlineData("""{{ encryptAES "k" "" }}{{ decryptAES "k" "" }}""", "")]
    [InlineData("""{{ decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}""", "plaintext")]
    public void AES_decrypts_what_it_encrypted(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory]
    [InlineData("""{{ decryptAES "k" "!!" }}""", "not base64")]
    [InlineData("""{{ decryptAES "k" "YWJj" }}""", "too short")]
    [InlineData("""{{ decryptAES "other" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}""", "not encrypted with this password")]
    public void AES_refuses_what_it_cannot_decrypt(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-111")]
    [InlineData("{{ uuidv4 }}", "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    [InlineData("{{ randAlpha 700 }}", "^[a-zA-Z]{700}$")]
    [InlineData("{{ randAlphaNum 70 }}", "^[a-zA-Z0-9]{70}$")]
    [InlineData("{{ randNumeric 70 }}", "^[0-9]{70}$")]
    [InlineData("{{ randAscii 70 }}", "^[ -~]{70}$")]
    [InlineData("{{ randAscii 0 }}", "^$")]
    [InlineData("{{ randBytes 30 }}", "^[A-Za-z0-9+/]{40}$")]
    public void Random_texts_have_their_form_and_differ(string template, string pattern)
    {
        var text = SprigTemplates.Render(template);

        Assert.Matches(pattern, text);
        if (text.Length > 0) Assert.NotEqual(text, SprigTemplates.Render(template));
    }

    [Fact, Spec("CFG-111")]
    public void A_shuffled_text_has_the_same_characters()
    {
        var text = string.Concat(Enumerable.Repeat("añ😀xyz", 20));

        var shuffled = SprigTemplates.Render("{{ shuffle . }}", TemplateValue.From(text));

        Assert.NotEqual(text, shuffled);
        Assert.Equal(text.EnumerateRunes().Order(), shuffled.EnumerateRunes().Order());
    }

    [Fact]
    public void Randomness_comes_from_the_environment()
    {
        var environment = new SprigEnvironment { FillRandom = static bytes => bytes.Clear() };

        Assert.Equal("AAAAA 00000000-0000-4000-8000-000000000000", SprigTemplates.Render("{{ randAlpha 5 }} {{ uuidv4 }}", TemplateValue.Nil, environment));
    }

    [Theory, Spec("CFG-111")]
    [InlineData("ecdsa", "EC PRIVATE KEY")]
    [InlineData("ed25519", "PRIVATE KEY")]
    [InlineData("dsa", "DSA PRIVATE KEY")]
    public void Private_keys_are_PEM(string type, string label)
    {
        var pem = SprigTemplates.Render("{{ genPrivateKey . }}", TemplateValue.From(type));

        Assert.StartsWith($"-----BEGIN {label}-----\n", pem, StringComparison.Ordinal);
        Assert.EndsWith($"-----END {label}-----\n", pem, StringComparison.Ordinal);
        if (type != "ecdsa") return;
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        Assert.Equal(256, key.KeySize);
    }

    [Fact, Spec("CFG-111")]
    public void An_RSA_key_has_4096_bits()
    {
        using var key = RSA.Create();
        key.ImportFromPem(SprigTemplates.Render("""{{ genPrivateKey "rsa" }}"""));

        Assert.Equal(4096, key.KeySize);
        Assert.Equal("Unknown type des", SprigTemplates.Render("""{{ genPrivateKey "des" }}"""));
    }
}
