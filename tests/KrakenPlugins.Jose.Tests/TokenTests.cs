using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class TokenTests
{
    [Fact]
    public void Reads_header_payload_and_signature()
    {
        var text = Tokens.Hs256("""{"alg":"HS256","kid":"k\u0041\/","x5t":"t","x5t#S256":"s","typ":"JWT","x":[{"y":1}]}""");

        var fault = JwsToken.Read(text, new byte[JwsToken.BufferSize(text.Length)], out var token);

        Assert.Equal(JwsFault.None, fault);
        Assert.Equal(JwsAlgorithm.HS256, token.Algorithm);
        Assert.Equal("kA/", Encoding.UTF8.GetString(token.KeyId));
        Assert.Equal("t", Encoding.UTF8.GetString(token.X5t));
        Assert.Equal("s", Encoding.UTF8.GetString(token.X5tS256));
        Assert.Equal("""{"sub":"a"}""", Encoding.UTF8.GetString(token.Payload));
        Assert.Equal(text[..text.LastIndexOf('.')], Encoding.UTF8.GetString(token.SigningInput));
        Assert.Equal(32, token.Signature.Length);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [Spec("AUT-012")]
    public void Unsigned_tokens_are_refused_however_none_is_spelt(string name)
    {
        var start = $"{Tokens.Encode($$"""{"alg":"{{name}}"}""")}.{Tokens.Encode("{}")}.";

        Assert.Equal(JwsFault.Unsigned, Tokens.Fault(start));
        Assert.Equal(JwsFault.Unsigned, Tokens.Fault(start + "AA"));
    }

    [Fact]
    [Spec("AUT-012")]
    public void Encrypted_tokens_are_refused_undecoded() => Assert.Equal(JwsFault.Encrypted, Tokens.Fault("a.b.c.d.e"));

    [Theory]
    [InlineData("", JwsFault.Empty)]
    [InlineData(".", JwsFault.NotThreeParts)]
    [InlineData("abc", JwsFault.NotThreeParts)]
    [InlineData("a.b", JwsFault.NotThreeParts)]
    [InlineData("a.b.c.d", JwsFault.NotThreeParts)]
    [InlineData("a.b.c.d.e.f", JwsFault.NotThreeParts)]
    [InlineData("..", JwsFault.Encoding)]
    [InlineData("Basic dXNlcjpwYXNz", JwsFault.NotThreeParts)]
    [Spec("AUT-010")]
    public void What_is_no_token_says_why(string text, JwsFault fault) => Assert.Equal(fault, Tokens.Fault(text));

    [Fact]
    public void A_token_of_more_than_a_hundred_kilobytes_is_refused_before_it_is_read()
    {
        Assert.Equal(JwsFault.TooLong, Tokens.Fault(new string('a', JwsToken.MaximumLength + 1)));
        var longest = Tokens.Hs256("""{"alg":"HS256","kid":"k"}""", new string('x', 70_000));
        Assert.True(longest.Length < JwsToken.MaximumLength);
        Assert.True(Tokens.Verify(longest, JwsAlgorithm.HS256, Tokens.Shared));
    }

    [Theory]
    [InlineData("=")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("+")]
    [InlineData("/")]
    [InlineData("\0")]
    [InlineData("é")]
    [InlineData("Ａ")]
    public void Padding_breaks_and_other_alphabets_are_refused_in_every_part(string stray)
    {
        var parts = Tokens.Hs256("""{"alg":"HS256","kid":"k"}""").Split('.');
        for (var i = 0; i < 3; i++)
        {
            var changed = (string[])parts.Clone();
            changed[i] += stray;
            Assert.Equal(JwsFault.Encoding, Tokens.Fault(string.Join('.', changed)));
            changed[i] = parts[i].Insert(2, stray);
            Assert.NotEqual(JwsFault.None, Tokens.Fault(string.Join('.', changed)));
        }
    }

    [Fact]
    public void Bits_that_mean_nothing_at_the_end_of_a_part_are_refused_so_that_a_token_has_one_spelling()
    {
        // 32 bytes leave two bits over in the last of 43 letters.
        var token = Tokens.Hs256("""{"alg":"HS256","kid":"k"}""");
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var last = Alphabet.IndexOf(token[^1], StringComparison.Ordinal);

        for (var bits = 1; bits < 4; bits++)
            Assert.Equal(JwsFault.Encoding, Tokens.Fault(token[..^1] + Alphabet[last | bits]));
        Assert.Equal(JwsFault.Encoding, Tokens.Fault(token[..^2]));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"none"}""")]
    [InlineData("""{"alg":"none","alg":"HS256"}""")]
    [InlineData("""{"kid":"a","alg":"HS256","kid":"b"}""")]
    [InlineData("""{"alg":"HS256","x":1,"x":2}""")]
    [InlineData("""{"alg":"HS256","\u0061lg":"RS256"}""")]
    [InlineData("""{"alg":"HS256","":1,"":2}""")]
    public void A_header_with_a_member_twice_is_refused_since_readers_disagree_about_it(string header) =>
        Assert.Contains(Tokens.Fault(Tokens.Hs256(header)), new[] { JwsFault.DuplicateMember, JwsFault.Unsigned });

    [Theory]
    [InlineData("""{"alg":"HS256","crit":["exp"],"exp":1}""", JwsFault.Critical)]
    [InlineData("""{"alg":"HS256","crit":[]}""", JwsFault.Critical)]
    [InlineData("""{"alg":"HS256","crit":null}""", JwsFault.Critical)]
    [InlineData("""{"alg":"HS256","b64":false,"crit":["b64"]}""", JwsFault.UnencodedPayload)]
    [InlineData("""{"alg":"HS256","b64":false}""", JwsFault.UnencodedPayload)]
    [InlineData("""{"alg":"HS256","b64":"true"}""", JwsFault.UnencodedPayload)]
    [InlineData("""{"alg":"HS256","cty":"JWT"}""", JwsFault.Nested)]
    [InlineData("""{"alg":"HS256","cty":"jwt"}""", JwsFault.Nested)]
    public void Extensions_unencoded_payloads_and_nested_tokens_are_refused(string header, JwsFault fault) => Assert.Equal(fault, Tokens.Fault(Tokens.Hs256(header)));

    [Theory]
    [InlineData("""{"alg":"HS256" """)]
    [InlineData("""{"alg":"HS256"}x""")]
    [InlineData("""{"alg":"HS256"}{}""")]
    [InlineData("""{"alg":"HS256",}""")]
    [InlineData("""{alg:"HS256"}""")]
    [InlineData("""["alg","HS256"]""")]
    [InlineData("\"HS256\"")]
    [InlineData("""{"alg":1}""")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"alg":"HS256","kid":1}""")]
    [InlineData("""{"alg":"HS256","kid":null}""")]
    [InlineData("""{"alg":"HS256","x5t":{}}""")]
    [InlineData("""{"alg":"HS256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"HS256","x":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("")]
    [InlineData("null")]
    public void A_broken_header_is_refused(string header)
    {
        var fault = Tokens.Fault(Tokens.Hs256(header));

        Assert.Equal(header.Length == 0 ? JwsFault.Encoding : JwsFault.Header, fault);
    }

    [Fact]
    public void A_header_that_is_no_utf_8_is_refused()
    {
        byte[] header = [.. """{"alg":"HS256","x":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'];

        Assert.Equal(JwsFault.Header, Tokens.Fault($"{Tokens.B(header)}.{Tokens.Encode("{}")}.AA"));
    }

    [Fact]
    public void A_header_with_very_many_members_is_refused()
    {
        var members = string.Join(',', Enumerable.Range(0, 100).Select(static i => $"\"m{i}\":{i}"));

        Assert.Equal(JwsFault.Header, Tokens.Fault(Tokens.Hs256($$"""{"alg":"HS256",{{members}}}""")));
    }

    [Theory]
    [InlineData("hs256")]
    [InlineData("HS256 ")]
    [InlineData("RS1")]
    [InlineData("ES256K")]
    [InlineData("")]
    [InlineData("EdDSA\0")]
    public void Algorithms_are_named_exactly(string name) =>
        Assert.Equal(JwsFault.Algorithm, Tokens.Fault(Tokens.Hs256($$"""{"alg":{{System.Text.Json.JsonSerializer.Serialize(name)}}}""")));

    [Fact]
    [Spec("AUT-014")]
    public void Keys_that_a_token_carries_or_points_to_are_ignored()
    {
        var own = Tokens.Encode("attacker-attacker-attacker-attacker");
        var token = Tokens.Hs256($$$"""{"alg":"HS256","kid":"k","jwk":{"kty":"oct","k":"{{{own}}}"},"jku":"https://evil.example/keys","x5u":"https://evil.example/cert","x5c":["AAAA"]}""");
        var forged = new JwsIssuer(Tokens.Key($$"""{"kty":"oct","k":"{{own}}"}""").Signer(JwsAlgorithm.HS256)!, "k", "JWT").Compact("{}"u8);

        Assert.True(Tokens.Verify(token, JwsAlgorithm.HS256, Tokens.Shared));
        Assert.False(Tokens.Verify(forged, JwsAlgorithm.HS256, Tokens.Shared));
    }

    [Theory]
    [InlineData("kid", "k")]
    [InlineData("x5t", "t")]
    [InlineData("x5t#S256", "s")]
    [InlineData("kid_x5t", "kt")]
    [InlineData("something", "k")]
    [Spec("AUT-027")]
    public void A_token_names_its_key_as_the_strategy_says(string strategy, string name)
    {
        var text = Tokens.Hs256("""{"alg":"HS256","kid":"k","x5t":"t","x5t#S256":"s"}""");
        JwsToken.Read(text, new byte[JwsToken.BufferSize(text.Length)], out var token);
        var plain = Tokens.Hs256("""{"alg":"HS256","kid":"k"}""");
        JwsToken.Read(plain, new byte[JwsToken.BufferSize(plain.Length)], out var without);

        Assert.Equal(name, JwkIdentifications.Parse(strategy).NameOf(token));
        Assert.Equal("k", JwkIdentifications.Parse(strategy).NameOf(without));
    }

    [Fact]
    public void A_key_name_of_absurd_length_points_to_no_key()
    {
        var text = Tokens.Hs256($$"""{"alg":"HS256","kid":"{{new string('k', 2000)}}"}""");
        JwsToken.Read(text, new byte[JwsToken.BufferSize(text.Length)], out var token);

        Assert.False(JwkIdentification.Kid.Write(token, new byte[JwkIdentifications.MaximumNameBytes], out _));
        Assert.Equal("", JwkIdentification.Kid.NameOf(token));
    }

    [Fact]
    public void Random_changes_never_throw_and_never_verify()
    {
        var random = new Random(1);
        var token = Tokens.Hs256("""{"alg":"HS256","kid":"k","typ":"JWT"}""");
        for (var round = 0; round < 20_000; round++)
        {
            var changed = token.ToCharArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                changed[random.Next(changed.Length)] = (char)random.Next(0, random.Next(2) == 0 ? 128 : 0x3000);
            var text = new string(changed);
            Assert.True(text == token || !Tokens.Verify(text, JwsAlgorithm.HS256, Tokens.Shared), text);
        }
    }
}
