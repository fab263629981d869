using System.Text;
using Gateway.Testing;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace KrakenPlugins.JwtValidator.Tests;

/// <summary>Payloads become claims once, within bounds.</summary>
public sealed class ClaimsTests
{
    [Theory]
    [InlineData("""{"a":"text"}""", "text")]
    [InlineData("""{"a":"t\u00e4xt \ud83d\ude00 \"\\\n"}""", "täxt 😀 \"\\\n")]
    [InlineData("""{"a":42}""", "42")]
    [InlineData("""{"a":-7.0}""", "-7")]
    [InlineData("""{"a":1.5}""", "1.500000")]
    [InlineData("""{"a":1e3}""", "1000")]
    [InlineData("""{"a":-0.0}""", "0")]
    [InlineData("""{"a":true}""", "true")]
    [InlineData("""{"a":false}""", "false")]
    [InlineData("""{"a":["x","y",3,true,null]}""", "x,y,3,true")]
    [InlineData("""{"a":[["x","y"],{"b":1}]}""", """["x","y"],{"b":1}""")]
    [InlineData("""{"a":{"z":1.50,"b":[1,2]}}""", """{"b":[1,2],"z":1.5}""")]
    [InlineData("""{"a":""}""", "")]
    [InlineData("""{"a":null}""", null)]
    [InlineData("""{"b":1}""", null)]
    [InlineData("""{"\u0061":"escaped name"}""", "escaped name")]
    [Spec("AUT-049")]
    public void Texts_of_claims(string payload, string? expected) => Assert.Equal(expected, Read(payload)!.GetText("a"));

    [Fact]
    [Spec("AUT-034", "AUT-049")]
    public void Numbers_have_the_digits_of_a_double_and_texts_keep_theirs()
    {
        var claims = Read("""{"id":9007199254740993,"big":1e300,"small":0.0000001,"text":"9007199254740993","list":[9007199254740993]}""")!;

        Assert.Equal("9007199254740992", claims.GetText("id"));
        Assert.Equal("9007199254740993", claims.GetText("text"));
        Assert.Equal("9007199254740992", claims.GetText("list"));
        Assert.Equal("9007199254740992", ((DataNumber)claims.Tree["id"]!).Text);
        Assert.Equal("1e+300", ((DataNumber)claims.Tree["big"]!).Text);
        Assert.Equal("1e-7", ((DataNumber)claims.Tree["small"]!).Text);
        Assert.Equal(301, claims.GetText("big")!.Length);
    }

    [Fact]
    [Spec("AUT-220")]
    public void Duplicate_claims_cannot_mean_two_things_because_the_last_counts_everywhere()
    {
        var claims = Read("""{"sub":"ada","sub":"eve","\u0073ub":"bob","o":{"r":1,"r":2}}""")!;

        Assert.Equal("bob", claims.GetText("sub"));
        Assert.Equal("bob", ((DataString)claims.Tree["sub"]!).Value);
        Assert.True(ClaimPath.Dotted("o.r").TryFind(claims, out var nested));
        Assert.Equal("2", ClaimText.Of(nested));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("""{"a":1}{"a":2}""")]
    [InlineData("""{"a":1} x""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{a:1}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\udc00\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":{"b":["\ud83dx"]}}""")]
    [InlineData("""{"a":1e999}""")]
    [InlineData("""{"a":[1e999]}""")]
    [InlineData("""{"a":NaN}""")]
    [Spec("AUT-220")]
    public void What_is_no_object_of_claims_is_refused(string payload) => Assert.Null(Read(payload));

    [Fact]
    [Spec("AUT-220")]
    public void Invalid_utf8_is_refused_and_not_repaired() =>
        Assert.Null(ClaimsReader.Read([.. "{\"sub\":\"a"u8, 0xC0, 0xAF, .. "\"}"u8]));

    [Fact]
    [Spec("AUT-220")]
    public void Ten_thousand_claims_are_refused_in_a_list_and_at_the_first_level()
    {
        Assert.Null(Read("{" + string.Join(',', Enumerable.Range(0, 10_000).Select(static i => $"\"c{i}\":1")) + "}"));
        Assert.Null(Read("{\"a\":[" + string.Join(',', Enumerable.Repeat("1", 10_000)) + "]}"));
        Assert.Equal("v", Read("{" + string.Join(',', Enumerable.Range(0, 1_000).Select(static i => $"\"c{i}\":\"v\"")) + "}")!.GetText("c999"));
    }

    [Fact]
    [Spec("AUT-220")]
    public void Nesting_beyond_the_limit_is_refused()
    {
        Assert.Null(Read(string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200)));
        Assert.NotNull(Read(string.Concat(Enumerable.Repeat("{\"a\":", 30)) + "1" + new string('}', 30)));
    }

    [Theory]
    [InlineData("realm_access.roles", true)]
    [InlineData("realm_access.missing", false)]
    [InlineData("realm_access.roles.deeper", false)]
    [InlineData("text.roles", false)]
    [InlineData("http://api.example.com/custom/roles", true)]
    [Spec("AUT-020", "AUT-054")]
    public void Paths_walk_objects_and_take_urls_literally(string path, bool found)
    {
        var claims = Read("""{"realm_access":{"roles":["a"]},"text":"t","http://api.example.com/custom/roles":["b"]}""")!;

        Assert.Equal(found, ClaimPath.Dotted(path).TryFind(claims, out _));
    }

    [Fact]
    public void A_typical_payload_takes_less_than_a_kilobyte()
    {
        var payload = Encoding.UTF8.GetBytes("""{"iss":"https://idp.example.com/","sub":"5be86359073c434bad2da3932222dabe","aud":["https://api.example.com"],"iat":1700000000,"exp":1700003600,"azp":"app","scope":"read write","roles":["user","admin"]}""");

        Assert.InRange(Allocations.Least(1000 * 100, () =>
        {
            for (var i = 0; i < 100; i++)
                ClaimsReader.Read(payload);
        }), 0, 1000 * 100);
    }

    [Fact]
    public void Random_payloads_never_throw_and_agree_with_the_tree()
    {
        const string Alphabet = "{}[]\",:\\u0dD8a1e-. ntrue";
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var text = "{\"a\":" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)])) + "}";
            if (Read(text) is not { } claims)
                continue;
            Assert.True(DataJson.TryParse(Encoding.UTF8.GetBytes(text), 32, out _, out _), text);
            Assert.Equal(claims.GetText("a") is null, claims.Tree["a"] is null or DataNull);
        }
    }

    private static TokenClaims? Read(string payload) => ClaimsReader.Read(Encoding.UTF8.GetBytes(payload));
}
