using System.Text.Json;
using Xunit;

namespace KrakenPlugins.Cryptography.Tests;

public sealed class Ed25519Tests
{
    // RFC 8032 section 7.1: secret, public key, message, signature.
    public static TheoryData<string, string, string, string> Examples => new()
    {
        { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
        { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
        { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
        { "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f", "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Signs_and_verifies_the_examples_of_rfc_8032(string secret, string publicKey, string message, string signature)
    {
        var key = new Ed25519PrivateKey(Convert.FromHexString(secret));
        var written = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(Convert.FromHexString(message), written);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey));
        Assert.Equal(signature, Convert.ToHexStringLower(written));
        Assert.True(Public(publicKey)!.Verify(Convert.FromHexString(message), written));
    }

    [Fact]
    public void Agrees_with_every_vector_of_wycheproof()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", "wycheproof", "ed25519_test.json")));
        var (count, wrong) = (0, new List<string>());
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = Public(group.GetProperty("publicKey").GetProperty("pk").GetString()!);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                count++;
                var isGood = key is not null && key.Verify(Convert.FromHexString(test.GetProperty("msg").GetString()!), Convert.FromHexString(test.GetProperty("sig").GetString()!));
                if (isGood != (test.GetProperty("result").GetString() == "valid"))
                    wrong.Add($"{test.GetProperty("tcId")}: {test.GetProperty("comment").GetString()}");
            }
        }

        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), count);
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    public void Keys_of_small_order_are_refused_since_signatures_of_theirs_can_be_forged(string key) => Assert.Null(Public(key));

    [Theory]
    // The neutral point and the base point's y with the modulus added, the sign of x = 0, and no point at all.
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    public void Keys_that_are_not_canonical_or_no_points_are_refused(string key) => Assert.Null(Public(key));

    [Fact]
    public void A_signature_whose_s_is_raised_by_the_groups_order_is_refused()
    {
        var key = new Ed25519PrivateKey(new byte[32]);
        var signature = new byte[64];
        key.Sign("x"u8, signature);
        Assert.True(Ed25519PublicKey.TryCreate(key.PublicKey, out var verifier));
        Assert.True(verifier.Verify("x"u8, signature));

        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.False(verifier.Verify("x"u8, signature));
    }

    [Fact]
    public void Every_changed_bit_of_signature_or_message_is_noticed()
    {
        var key = new Ed25519PrivateKey(Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
        var message = new byte[] { 1, 2, 3 };
        var signature = new byte[64];
        key.Sign(message, signature);
        Assert.True(Ed25519PublicKey.TryCreate(key.PublicKey, out var verifier));

        for (var bit = 0; bit < 8 * (64 + message.Length); bit++)
        {
            var (text, signed) = ((byte[])message.Clone(), (byte[])signature.Clone());
            var target = bit < 512 ? signed : text;
            target[bit % 512 / 8] ^= (byte)(1 << (bit & 7));
            Assert.False(verifier.Verify(text, signed));
        }
    }

    [Fact]
    public void What_is_signed_with_many_keys_and_lengths_verifies_and_only_there()
    {
        var random = new Random(7);
        var (secret, signature) = (new byte[32], new byte[64]);
        Ed25519PublicKey? last = null;
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(secret);
            var message = new byte[random.Next(3000)];
            random.NextBytes(message);
            var key = new Ed25519PrivateKey(secret);
            key.Sign(message, signature);
            Assert.True(Ed25519PublicKey.TryCreate(key.PublicKey, out var verifier));
            Assert.True(verifier.Verify(message, signature));
            Assert.False(last?.Verify(message, signature) ?? false);
            last = verifier;
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.False(Ed25519PublicKey.TryCreate(new byte[31], out _));
        Assert.Throws<ArgumentException>(static () => new Ed25519PrivateKey(new byte[64]));
        Assert.True(Ed25519PublicKey.TryCreate(new Ed25519PrivateKey(new byte[32]).PublicKey, out var key));
        Assert.False(key.Verify("x"u8, new byte[63]));
        Assert.False(key.Verify("x"u8, default));
        Assert.Throws<ArgumentException>(static () => new Ed25519PrivateKey(new byte[32]).Sign("x"u8, new byte[63]));
    }

    private static Ed25519PublicKey? Public(string hex) => Ed25519PublicKey.TryCreate(Convert.FromHexString(hex), out var key) ? key : null;
}
