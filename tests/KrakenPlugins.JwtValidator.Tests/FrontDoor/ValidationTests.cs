using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>What tokens have to be, one configuration per rule.</summary>
public sealed class ValidationTests
{
    [Fact]
    [Spec("AUT-001", "AUT-002", "AUT-003", "AUT-007")]
    public async Task A_token_opens_a_guarded_endpoint_and_its_header_reaches_the_backend_only_where_it_is_listed()
    {
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/e", Front.Usual) + "," + Front.Endpoint("/listed", Front.Usual, "\"input_headers\":[\"Authorization\"],")
            + """,{"endpoint":"/open","input_headers":["Authorization"],"backend":[{"url_pattern":"/b"}]}""");
        var token = Good();

        var refused = await front.GetAsync();
        var passed = await front.TokenAsync(token);
        var hidden = front.Last.Header("Authorization");
        await front.TokenAsync(token, "/listed");
        var listed = front.Last.Header("Authorization");
        var open = await front.GetAsync("/open", "Authorization: Basic eDp5");

        Assert.Equal((401, "", null, null, null, null, null), (refused.Status, refused.Body, refused.Header("Content-Type"), refused.Header("Cache-Control"), refused.Header("X-Krakend"), refused.Header("X-Krakend-Completed"), refused.Header("WWW-Authenticate")));
        Assert.Equal((200, """{"from":"backend"}"""), (passed.Status, passed.Body));
        Assert.Null(hidden);
        Assert.Equal("Bearer " + token, listed);
        Assert.Equal((200, "Basic eDp5"), (open.Status, front.Last.Header("Authorization")));
    }

    [Fact]
    [Spec("AUT-009", "AUT-010", "AUT-011")]
    public async Task The_token_is_taken_from_the_header_and_else_from_the_cookie()
    {
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/e", Front.Usual) + "," + Front.Endpoint("/own", Front.Usual + ",\"auth_header_name\":\"x-token\",\"cookie_key\":\"session\""));
        var good = Good();
        var bad = Good(key: Other);
        (string Path, string[] Headers, int Expected)[] cases =
        [
            ("/e", [$"Authorization: bearer {good}"], 200),
            ("/e", [$"authorization: BEARER {good}"], 200),
            ("/e", [$"Authorization: {good}"], 200),
            ("/e", [$"Cookie: a=1; access_token={good}; b=2"], 200),
            ("/e", [$"Cookie: access_token=\"{good}\""], 200),
            ("/e", ["Authorization: ", $"Cookie: access_token={good}"], 200),
            ("/e", ["Authorization: Basic eDp5", $"Cookie: access_token={good}"], 401),
            ("/e", ["Authorization: Bearer", $"Cookie: access_token={good}"], 401),
            ("/e", [$"Cookie: xaccess_token={good}"], 401),
            ("/e", [$"Cookie: ACCESS_TOKEN={good}"], 401),
            ("/e", [$"Authorization: Bearer {bad}", $"Cookie: access_token={good}"], 401),
            ("/own", [$"X-Token: {good}"], 200),
            ("/own", [$"X-TOKEN: Bearer {good}"], 200),
            ("/own", [$"Authorization: Bearer {good}"], 401),
            ("/own", [$"Cookie: session={good}"], 200),
            ("/own", [$"Cookie: access_token={good}"], 401),
        ];

        foreach (var (path, headers, expected) in cases)
            Assert.Equal((string.Join('|', headers), expected), (string.Join('|', headers), (await front.GetAsync(path, headers)).Status));
    }

    [Fact]
    [Spec("AUT-015", "AUT-016")]
    public async Task Times_count_with_a_tolerance_of_whole_seconds_and_are_numbers()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual) + "," + Front.Endpoint("/minute", Front.Usual + ",\"leeway\":\"1m\"") + "," + Front.Endpoint("/short", Front.Usual + ",\"leeway\":\"10ms\""));
        (string Path, string Claims, int Expected)[] cases =
        [
            ("/e", "{}", 200),
            ("/e", $$"""{"exp":{{Now(60)}}}""", 200),
            ("/e", $$"""{"exp":{{Now(-30)}}}""", 401),
            ("/minute", $$"""{"exp":{{Now(-30)}}}""", 200),
            ("/minute", $$"""{"exp":{{Now(-90)}}}""", 401),
            ("/minute", $$"""{"nbf":{{Now(30)}},"iat":{{Now(30)}}}""", 200),
            ("/e", $$"""{"nbf":{{Now(30)}}}""", 401),
            ("/e", $$"""{"iat":{{Now(30)}}}""", 401),
            ("/e", $$"""{"exp":{{Now(60)}}.9}""", 200),
            ("/e", """{"exp":1e300}""", 200),
            ("/e", """{"nbf":1e300}""", 401),
            ("/e", """{"exp":-1e300}""", 401),
            ("/e", $$"""{"exp":"{{Now(60)}}"}""", 401),
            ("/e", """{"exp":null}""", 401),
            ("/e", """{"nbf":true}""", 401),
            ("/e", """{"iat":[]}""", 401),
            ("/short", $$"""{"exp":{{Now(60)}}}""", 200),
        ];

        foreach (var (path, claims, expected) in cases)
            Assert.Equal((path, claims, expected), (path, claims, await front.StatusAsync(Token(claims), path)));
    }

    [Theory]
    [InlineData("\"issuer\":\"https://idp/\"", """{"iss":"https://idp/"}""", 200)]
    [InlineData("\"issuer\":\"https://idp/\"", """{"iss":"https:\/\/idp/"}""", 200)]
    [InlineData("\"issuer\":\"https://idp/\"", """{"iss":"https://idp"}""", 401)]
    [InlineData("\"issuer\":\"https://idp/\"", """{"iss":["https://idp/"]}""", 401)]
    [InlineData("\"issuer\":\"https://idp/\"", "{}", 401)]
    [InlineData("\"audience\":[\"a\",\"b\"]", """{"aud":["b","c","a"]}""", 200)]
    [InlineData("\"audience\":[\"a\",\"b\"]", """{"aud":["a"]}""", 401)]
    [InlineData("\"audience\":[\"a\"]", """{"aud":"a"}""", 200)]
    [InlineData("\"audience\":[\"a\"]", """{"aud":"a b"}""", 401)]
    [InlineData("\"audience\":[\"a\"]", """{"aud":{"a":1}}""", 401)]
    [InlineData("\"audience\":[\"a\"]", "{}", 401)]
    [InlineData("\"audience\":[]", "{}", 200)]
    [InlineData("\"audience\":[\"a\",\"b\"],\"audience_matcher\":\"any\"", """{"aud":"b"}""", 200)]
    [InlineData("\"audience\":[\"a\",\"b\"],\"audience_matcher\":\"any\"", """{"aud":["c"]}""", 401)]
    [InlineData("\"required_claims\":[\"exp\",\"sub\"]", """{"sub":"ada","exp":99999999999}""", 200)]
    [InlineData("\"required_claims\":[\"exp\",\"sub\"]", """{"sub":"ada"}""", 401)]
    [InlineData("\"required_claims\":[\"sub\"]", """{"sub":null}""", 401)]
    [InlineData("\"roles\":[\"admin\",\"ops\"]", """{"roles":["user","ops"]}""", 200)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":"user admin"}""", 200)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":"user\u0020admin"}""", 200)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":[1,{"a":["admin"]},["admin"],null,"admin"]}""", 200)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":[1,{"a":["admin"]},["admin"],"user"]}""", 403)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":["Admin"]}""", 403)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":"administrator"}""", 403)]
    [InlineData("\"roles\":[\"admin\"]", """{"roles":{"admin":true}}""", 403)]
    [InlineData("\"roles\":[\"admin\"]", "{}", 403)]
    [InlineData("\"roles\":[],\"roles_key\":\"x\"", "{}", 200)]
    [InlineData("\"roles\":[\"a\"],\"roles_key\":\"realm_access.roles\",\"roles_key_is_nested\":true", """{"realm_access":{"roles":["a"]}}""", 200)]
    [InlineData("\"roles\":[\"a\"],\"roles_key\":\"realm_access.roles\",\"roles_key_is_nested\":true", """{"realm_access":["a"]}""", 403)]
    [InlineData("\"roles\":[\"a\"],\"roles_key\":\"realm_access.roles\"", """{"realm_access.roles":["a"]}""", 200)]
    [InlineData("\"roles\":[\"a\"],\"roles_key\":\"a.b\",\"roles_key_is_nested\":true", """{"a":{"b":"a"}}""", 200)]
    [InlineData("\"roles\":[\"a\"],\"roles_key\":\"http://api.example.com/custom/roles\",\"roles_key_is_nested\":true", """{"http://api.example.com/custom/roles":["a"]}""", 200)]
    [InlineData("\"scopes\":[\"r\",\"w\"],\"scopes_key\":\"scope\"", """{"scope":"x w"}""", 200)]
    [InlineData("\"scopes\":[\"r\",\"w\"],\"scopes_key\":\"scope\"", """{"scope":""}""", 403)]
    [InlineData("\"scopes\":[\"r\",\"w\"],\"scopes_key\":\"scope\",\"scopes_matcher\":\"all\"", """{"scope":"w x r"}""", 200)]
    [InlineData("\"scopes\":[\"r\",\"w\"],\"scopes_key\":\"scope\",\"scopes_matcher\":\"all\"", """{"scope":["r"]}""", 403)]
    [InlineData("\"scopes\":[\"r\"],\"scopes_key\":\"data.scope\"", """{"data":{"scope":["r"]}}""", 200)]
    [InlineData("\"scopes\":[\"r\"],\"scopes_key\":\"https://a.b/scope\"", """{"https://a.b/scope":"r"}""", 200)]
    [InlineData("\"scopes\":[\"r\"],\"scopes_key\":\"scope\"", "{}", 403)]
    [Spec("AUT-017", "AUT-018", "AUT-019", "AUT-020", "AUT-021", "AUT-227")]
    public async Task Claims_decide(string attributes, string claims, int expected)
    {
        await using var front = await Front.StartAsync("," + attributes);

        Assert.Equal(expected, await front.StatusAsync(Token(claims)));
        Assert.Equal(expected == 200 ? 1 : 0, front.Calls.Count);
    }

    [Theory]
    [InlineData("\"scopes\":[\"r\"]", "scopes_key")]
    [InlineData("\"scopes_key\":\"scope\"", "\"scopes\" is missing")]
    [Spec("AUT-021")]
    public async Task Scopes_without_their_claim_are_not_enforced_and_that_is_said(string attributes, string said)
    {
        await using var front = await Front.StartAsync("," + attributes);

        Assert.Equal(200, await front.StatusAsync(Token("{}")));
        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-022", "AUT-032")]
    public async Task The_first_failure_answers_and_the_log_says_which_it_was()
    {
        await using var front = await Front.StartAsync(",\"operation_debug\":true,\"issuer\":\"i\",\"audience\":[\"a\"],\"roles\":[\"r\"],\"scopes\":[\"s\"],\"scopes_key\":\"scope\"");
        var dead = $"\"exp\":{Now(-100)}";
        (string? Token, int Status, string Reason)[] cases =
        [
            (null, 401, "token not found"),
            ("x.y", 401, "malformed token: the token has not three parts"),
            (Token("{}", header: """{"alg":"HS256","kid":"nobody"}"""), 401, "unexpected signature algorithm"),
            (Token("{}", header: """{"alg":"RS256","kid":"nobody"}"""), 401, "no key found for the token"),
            (Token("{}", Other, """{"alg":"RS256","kid":"k1"}"""), 401, "invalid signature"),
            (Token("[]"), 401, "malformed claims"),
            (Token($"{{{dead}}}"), 401, "invalid issuer"),
            (Token($$"""{"iss":"i",{{dead}}}"""), 401, "invalid audience"),
            (Token($$"""{"iss":"i","aud":"a",{{dead}}}"""), 401, "token is expired"),
            (Token("""{"iss":"i","aud":"a"}"""), 403, "insufficient roles"),
            (Token("""{"iss":"i","aud":"a","roles":"r"}"""), 403, "insufficient scopes"),
        ];

        foreach (var (token, status, reason) in cases)
        {
            var reply = token is null ? await front.GetAsync() : await front.TokenAsync(token);
            Assert.Equal((reason, status, ""), (reason, reply.Status, reply.Body));
            await front.Gateway.WaitForLogAsync($"ERROR: [ENDPOINT: /e][JWTValidator] {reason}");
        }
        Assert.Equal(200, await front.StatusAsync(Token("""{"iss":"i","aud":"a","roles":"r","scope":"s"}""")));
        Assert.Single(front.Calls);
    }

    [Fact]
    [Spec("AUT-032")]
    public async Task Without_operation_debug_a_refusal_is_not_logged()
    {
        await using var front = await Front.StartAsync();

        Assert.Equal(401, await front.StatusAsync(Good(key: Other)));
        Assert.Equal(401, (await front.GetAsync()).Status);

        await front.Gateway.WaitForLogAsync("401");
        Assert.DoesNotContain("ERROR", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kid", """{"alg":"RS256","kid":"k1"}""", 200)]
    [InlineData("x5t", """{"alg":"RS256","kid":"k1"}""", 401)]
    [InlineData("nonsense", """{"alg":"RS256","kid":"k1"}""", 200)]
    [InlineData("kid", """{"alg":"RS256","kid":"k"}""", 401)]
    [InlineData("kid", """{"alg":"RS256"}""", 401)]
    [Spec("AUT-027")]
    public async Task The_strategy_chooses_the_key(string strategy, string header, int expected)
    {
        await using var front = await Front.StartAsync($",\"key_identify_strategy\":\"{strategy}\"");

        Assert.Equal(expected, await front.StatusAsync(Token("{}", header: header)));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    [InlineData("HS256")]
    [Spec("AUT-012", "AUT-029", "AUT-156")]
    public async Task Other_algorithms_work_and_keys_for_encryption_beside_them_harm_nobody(string algorithm)
    {
        using var key = algorithm switch
        {
            "ES256" => TestKey.Ec("x"),
            "PS256" => TestKey.Rsa("x", "PS256"),
            _ => TestKey.Secret("x", [.. Enumerable.Range(0, 32).Select(static i => (byte)i)]),
        };
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual.Replace("RS256", algorithm, StringComparison.Ordinal)));
        front.Keys = $$"""{"keys":[{{Other.Jwk(",\"use\":\"enc\",\"alg\":\"RSA-OAEP\"")}},{"kty":"?"},{{key.Jwk(",\"use\":\"sig\"")}}]}""";

        Assert.Equal(200, await front.StatusAsync(Token("{}", key)));
        Assert.Equal(401, await front.StatusAsync(Good()));
    }
}
