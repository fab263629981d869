using System.Buffers.Text;
using System.Text;
using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>What attackers make of tokens; each test is named for what it stops.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private Front _front = null!;

    public async Task InitializeAsync() => _front = await Front.StartAllAsync(
        Front.Endpoint("/e", Front.Usual + ",\"issuer\":\"idp\",\"audience\":[\"api\"],\"operation_debug\":true") + ","
        + Front.Endpoint("/hs", Front.Usual.Replace("RS256", "HS256", StringComparison.Ordinal)));

    public async Task DisposeAsync() => await _front.DisposeAsync();

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("")]
    [Spec("AUT-012", "AUT-013")]
    public async Task Stops_tokens_that_say_they_need_no_signature(string algorithm)
    {
        var header = $$"""{"alg":"{{algorithm}}","kid":"k1"}""";
        var unsigned = string.Join('.', Token(Valid, header: header).Split('.')[..2]) + ".";

        await RefusesAsync(unsigned, Token(Valid, header: header));
    }

    [Fact]
    [Spec("AUT-013")]
    public async Task Stops_a_token_whose_secret_is_the_public_rsa_key()
    {
        foreach (var secret in (byte[][])[Encoding.ASCII.GetBytes(Key.Pem()), Encoding.ASCII.GetBytes(Key.Pem().TrimEnd()), Encoding.ASCII.GetBytes(Key.Jwk()), Base64Url.DecodeFromChars(Key.Jwk().Split("\"n\":\"")[1].Split('"')[0])])
        {
            using var forged = TestKey.Secret("k1", secret);
            await RefusesAsync(Token(Valid, forged));
            // Even where HS256 is what is configured, an RSA key is no secret.
            Assert.Equal(401, await _front.StatusAsync(Token(Valid, forged), "/hs"));
        }
    }

    [Fact]
    [Spec("AUT-014")]
    public async Task Stops_tokens_that_bring_their_own_key_or_say_where_it_is()
    {
        using var own = TestKey.Rsa("own");
        _front.Upstream.Answer("/evil", Set(own));
        var evil = $"{_front.Upstream.Host}/evil";

        await RefusesAsync(
            Token(Valid, own, $$"""{"alg":"RS256","kid":"k1","jwk":{{own.Jwk()}}}"""),
            Token(Valid, own, $$"""{"alg":"RS256","jwk":{{own.Jwk()}}}"""),
            Token(Valid, own, $$"""{"alg":"RS256","kid":"own","jku":"{{evil}}"}"""),
            Token(Valid, own, $$"""{"alg":"RS256","kid":"own","x5u":"{{evil}}"}"""),
            Token(Valid, own, """{"alg":"RS256","kid":"own","x5c":["MIIB"]}"""));
        Assert.Empty(_front.Upstream.ReceivedAt("/evil"));
    }

    [Theory]
    [InlineData("../../../../dev/null")]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("k1' OR '1'='1")]
    [InlineData("x' UNION SELECT 'secret';--")]
    [InlineData("k1\\u0000")]
    [InlineData("K1")]
    [InlineData(" k1")]
    [InlineData("| cat /etc/passwd")]
    [Spec("AUT-014")]
    public async Task Stops_key_ids_that_are_paths_or_queries(string kid)
    {
        using var empty = TestKey.Secret("x", new byte[32]);

        await RefusesAsync(Token(Valid, Other, $$"""{"alg":"RS256","kid":"{{kid}}"}"""), Token(Valid, header: $$"""{"alg":"RS256","kid":"{{kid}}"}"""), Token(Valid, empty, $$"""{"alg":"HS256","kid":"{{kid}}"}"""));
        Assert.All(_front.Upstream.Received, r => Assert.Equal("/jwks", r.Target));
    }

    [Fact]
    [Spec("AUT-129")]
    public async Task Two_keys_with_one_id_are_both_tried_and_a_third_is_not_accepted()
    {
        using var twin = TestKey.Rsa("k1");
        using var stranger = TestKey.Rsa("k1");
        await using var front = await Front.StartAsync(",\"cache\":false");
        front.Keys = Set(Key, twin);

        Assert.Equal(200, await front.StatusAsync(Token(Valid)));
        Assert.Equal(200, await front.StatusAsync(Token(Valid, twin)));
        Assert.Equal(401, await front.StatusAsync(Token(Valid, stranger)));
    }

    [Fact]
    [Spec("AUT-017", "AUT-018")]
    public async Task Stops_tokens_of_another_issuer_and_for_another_audience() => await RefusesAsync(
        Token("""{"iss":"evil","aud":"api"}"""),
        Token("""{"iss":"idp ","aud":"api"}"""),
        Token("""{"iss":"idp\u0000","aud":"api"}"""),
        Token("""{"iss":"idp","aud":"other"}"""),
        Token("""{"iss":"idp","aud":["other"]}"""),
        Token("""{"iss":"idp","iss":"evil","aud":"api"}"""),
        Token("""{"iss":"idp","aud":"api","\u0061ud":"other"}"""));

    [Fact]
    [Spec("AUT-012")]
    public async Task Stops_encrypted_and_nested_tokens() => await RefusesAsync(
        $"{Base64Url.EncodeToString("""{"alg":"RSA-OAEP","enc":"A256GCM"}"""u8)}.AAAA.AAAA.AAAA.AAAA",
        Token(Encoding.ASCII.GetBytes(Token(Valid))),
        Token(Encoding.ASCII.GetBytes(Token(Valid)), header: """{"alg":"RS256","kid":"k1","cty":"JWT"}"""),
        Token(Valid, header: """{"alg":"RS256","kid":"k1","cty":"JWT"}"""));

    [Fact]
    [Spec("AUT-220")]
    public async Task Stops_huge_tokens_and_tokens_with_ten_thousand_claims()
    {
        var huge = Token($$"""{"iss":"idp","aud":"api","x":"{{new string('x', 100_000)}}"}""");
        var many = Token("{\"iss\":\"idp\",\"aud\":\"api\"," + string.Join(',', Enumerable.Range(0, 10_000).Select(static i => $"\"{i}\":1")) + "}");
        var large = Token($$"""{"iss":"idp","aud":"api","x":"{{new string('x', 20_000)}}"}""");

        // Kestrel itself refuses a longer line of headers than 32 KB unless max_header_bytes allows it.
        await using var front = await Front.StartAsync("", root: "\"max_header_bytes\":1000000,");
        Assert.Equal((401, 401, 200), (await front.StatusAsync(huge), await front.StatusAsync(many), await front.StatusAsync(large)));
        Assert.Single(front.Calls);
    }

    [Fact]
    [Spec("AUT-220")]
    public async Task Stops_claims_that_are_no_utf8_or_mean_two_things() => await RefusesAsync(
        Token([.. "{\"iss\":\"idp\",\"aud\":\"api\",\"sub\":\""u8, 0xFF, .. "\"}"u8]),
        Token([.. "{\"iss\":\"idp\",\"aud\":\"api\",\"sub\":\""u8, 0xC0, 0x80, .. "\"}"u8]),
        Token("""{"iss":"idp","aud":"api","sub":"\ud800"}"""),
        Token(Valid + Valid),
        Token([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Valid)]));

    [Fact]
    [Spec("AUT-012", "AUT-014")]
    public async Task Stops_tokens_whose_parts_were_changed()
    {
        var token = Token(Valid);
        var parts = token.Split('.');
        var flipped = parts[2][..10] + (parts[2][10] == 'A' ? 'B' : 'A') + parts[2][11..];

        await RefusesAsync(
            $"{parts[0]}.{Base64Url.EncodeToString("""{"iss":"idp","aud":"api","sub":"root"}"""u8)}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{flipped}",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            $"{token}.",
            $".{token}",
            $"{token}=",
            $"{parts[0]}=.{parts[1]}.{parts[2]}",
            $"{parts[0]}. {parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{parts[2][..^4]}",
            "Bearer " + token,
            "...",
            "null");
        await RefusesAsync(Token(Valid, header: """{"alg":"RS256","kid":"k2","kid":"k1"}"""), Token(Valid, header: """{"alg":"RS256","kid":"k1","crit":["exp"],"exp":1}"""), Token(Valid, header: """{"alg":"RS256","kid":"k1","crit":["b64"],"b64":false}"""));
    }

    [Fact]
    [Spec("AUT-221")]
    public async Task Stops_a_second_authorization_header_that_a_backend_might_read_instead()
    {
        var good = Token(Valid);

        Assert.Equal(401, await _front.RawAsync("GET /e HTTP/1.1", "Host: a", $"Authorization: Bearer {good}", "Authorization: Bearer x"));
        Assert.Equal(401, await _front.RawAsync("GET /e HTTP/1.1", "Host: a", "Authorization: Bearer x", $"authorization: Bearer {good}"));
        Assert.Equal(200, await _front.RawAsync("GET /e HTTP/1.1", "Host: a", $"aUTHORIZATION: Bearer {good}"));
        Assert.Single(_front.Calls);
    }

    [Fact]
    [Spec("AUT-221")]
    public async Task Of_tossed_cookies_the_first_counts()
    {
        var good = Token(Valid);

        Assert.Equal(200, (await _front.GetAsync("/e", $"Cookie: access_token={good}; access_token=x")).Status);
        Assert.Equal(401, (await _front.GetAsync("/e", $"Cookie: access_token=x; access_token={good}")).Status);
        Assert.Equal(401, await _front.RawAsync("GET /e HTTP/1.1", "Host: a", "Cookie: access_token=x", $"Cookie: access_token={good}"));
    }

    [Fact]
    public async Task Neither_tokens_nor_keys_nor_claims_are_ever_logged()
    {
        using var secret = TestKey.Secret("s", Encoding.ASCII.GetBytes("this-is-the-shared-secret-of-the-test"));
        var kid = "kid-of-a-stranger";
        var tokens = new[] { Token("""{"iss":"idp","aud":"api","sub":"confidential"}"""), Token("""{"iss":"confidential"}"""), Token(Valid, Other), Token("confidential"), Token(Valid, header: $$"""{"alg":"RS256","kid":"{{kid}}"}""") };
        _front.Keys = Set(Key, secret);
        foreach (var token in tokens)
            await _front.TokenAsync(token);
        await _front.TokenAsync(Token(Valid, secret), "/hs");
        await _front.Gateway.WaitForLogAsync("invalid issuer");

        Assert.DoesNotContain("confidential", _front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64Url.EncodeToString(Encoding.ASCII.GetBytes("this-is-the-shared-secret-of-the-test")), _front.Gateway.Log, StringComparison.Ordinal);
        foreach (var token in tokens)
            Assert.DoesNotContain(token.Split('.')[1], _front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//e")]
    [InlineData("/./e")]
    [InlineData("/x/../e")]
    [InlineData("/e/")]
    [InlineData("/e/.")]
    [InlineData("/e.")]
    [InlineData("/E")]
    [InlineData("/%65")]
    [InlineData("/%2e/e")]
    [InlineData("/x/%2e%2e/e")]
    [InlineData("/x/..%2fe")]
    [InlineData("/x%2f..%2fe")]
    [InlineData("/e;x=1")]
    [InlineData("/;/e")]
    [InlineData("/e%00")]
    [InlineData("/e%20")]
    [InlineData("/e%3fx")]
    [InlineData("/e?x=1")]
    [InlineData("/e#x")]
    [InlineData("\\e")]
    [InlineData("/e\\")]
    [InlineData("http://a/e")]
    [InlineData("http://a//e")]
    [InlineData("http://evil@a/e")]
    [InlineData("HTTP://A/%65")]
    [InlineData("/%252565")]
    [Spec("AUT-008")]
    public async Task No_spelling_of_the_path_reaches_the_guarded_backend_without_token(string target)
    {
        foreach (var method in (string[])["GET", "HEAD", "get", "POST"])
        {
            var status = await _front.RawAsync($"{method} {target} HTTP/1.1", "Host: a", "X-Original-URL: /e", "X-HTTP-Method-Override: GET", "Content-Length: 0");
            Assert.NotEqual(200, status);
        }

        Assert.Empty(_front.Calls);
    }

    private const string Valid = """{"iss":"idp","aud":"api"}""";

    private async Task RefusesAsync(params string[] tokens)
    {
        var calls = _front.Calls.Count;
        foreach (var token in tokens)
            Assert.Equal((token, 401), (token, await _front.StatusAsync(token)));
        Assert.Equal(calls, _front.Calls.Count);
    }
}
