using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>What is off unless it is asked for, and what others add to the validator.</summary>
public sealed class OptInTests
{
    private const string User = ",\"propagate_claims\":[[\"sub\",\"X-User\"]]";
    private const string Listed = "\"input_headers\":[\"X-User\"],";

    [Fact]
    [Spec("AUT-222", "AUT-056")]
    public async Task Strangers_pass_without_an_identity_and_bad_tokens_do_not()
    {
        await using var front = await Front.StartAsync(User + ",\"allow_anonymous\":true,\"roles\":[\"r\"]", Listed);

        Assert.Equal(200, (await front.GetAsync("/e", "X-User: root", "x_user: root")).Status);
        Assert.Null(front.Last.Header("X-User"));
        Assert.Equal(200, await front.StatusAsync(Good("\"roles\":[\"r\"],")));
        Assert.Equal("ada", front.Last.Header("X-User"));
        Assert.Equal((401, 401, 403), (await front.StatusAsync(Good(key: Other)), (await front.GetAsync("/e", "Authorization: Basic eDp5")).Status, await front.StatusAsync(Good())));
        Assert.Equal(2, front.Calls.Count);
    }

    [Fact]
    [Spec("AUT-223")]
    public async Task Refusals_can_say_why_in_a_header_and_nowhere_else()
    {
        await using var front = await Front.StartAsync(",\"www_authenticate\":true,\"roles\":[\"r\"]");

        var none = await front.GetAsync();
        var expired = await front.TokenAsync(Token($$"""{"exp":{{Now(-60)}}}"""));
        var roles = await front.TokenAsync(Good());

        Assert.Equal((401, "Bearer", ""), (none.Status, none.Header("WWW-Authenticate"), none.Body));
        Assert.Equal((401, "Bearer error=\"invalid_token\", error_description=\"token is expired\""), (expired.Status, expired.Header("WWW-Authenticate")));
        Assert.Equal((403, "Bearer error=\"insufficient_scope\", error_description=\"insufficient roles\""), (roles.Status, roles.Header("WWW-Authenticate")));
        Assert.All((Reply[])[none, expired, roles], static r => Assert.Equal((null, null), (r.Header("Content-Type"), r.Header("X-Krakend"))));
    }

    [Fact]
    [Spec("AUT-229", "AUT-042")]
    public async Task Several_issuers_have_keys_of_their_own_and_iss_alone_chooses()
    {
        using var twin = TestKey.Rsa("k1");
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", """
            "alg":"RS256","cache":true,"audience":["api"],"issuers":[
              {"issuer":"https://a/","jwk_url":"$UPSTREAM/jwks","disable_jwk_security":true},
              {"issuer":"https://b/","jwk_url":"$UPSTREAM/jwks-b","disable_jwk_security":true,"audience":["b"]}]
            """));
        front.Upstream.Answer("/jwks-b", Set(twin));
        (string Claims, TestKey Key, int Expected)[] cases =
        [
            ("""{"iss":"https://a/","aud":"api"}""", Key, 200),
            ("""{"iss":"https://b/","aud":"b"}""", twin, 200),
            ("""{"iss":"https://b/","aud":"api"}""", twin, 401),
            ("""{"iss":"https://a/","aud":"b"}""", Key, 401),
            ("""{"iss":"https://a/","aud":"api"}""", twin, 401),
            ("""{"iss":"https://b/","aud":"b"}""", Key, 401),
            ("""{"iss":"https://c/","aud":"api"}""", Key, 401),
            ("""{"aud":"api"}""", Key, 401),
            ("""{"iss":["https://a/"],"aud":"api"}""", Key, 401),
            ("""{"iss":"https://a/","iss":"https://b/","aud":"b"}""", twin, 200),
            ("""{"iss":"https://b/","iss":"https://a/","aud":"b"}""", twin, 401),
            ("""{"iss":"https://a/ ","aud":"api"}""", Key, 401),
            ("not json", Key, 401),
        ];

        foreach (var (claims, key, expected) in cases)
            Assert.Equal((claims, expected), (claims, await front.StatusAsync(Token(claims, key))));
    }

    [Fact]
    [Spec("AUT-228")]
    public async Task A_token_seen_before_is_still_judged_by_clock_rejecters_and_claims()
    {
        var time = new ClockTime();
        var revoked = new HashSet<string>();
        var registry = new PluginRegistry();
        registry.Rejecter("auth/revoker", RejecterStages.Revocation, (_, _, _) => new Rejecter(claims => revoked.Contains(claims.GetText("sub") ?? "") ? 401 : 0));
        await using var front = await Front.StartAsync(User + ",\"token_cache\":100,\"roles\":[\"r\"],\"operation_debug\":true", Listed, "\"extra_config\":{\"auth/revoker\":{}},", new TestGatewayOptions { Time = time, Plugins = registry });
        var token = Token($$"""{"sub":"ada","roles":["r"],"exp":{{Now(300)}}}""");
        var other = Token($$"""{"sub":"bob","roles":[],"exp":{{Now(300)}}}""");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((200, 403), (await front.StatusAsync(token), await front.StatusAsync(other)));
            Assert.Equal("ada", front.Last.Header("X-User"));
        }
        revoked.Add("ada");
        Assert.Equal(401, await front.StatusAsync(token));
        revoked.Clear();
        Assert.Equal(200, await front.StatusAsync(token));
        time.Offset = TimeSpan.FromSeconds(400);
        Assert.Equal(401, await front.StatusAsync(token));
        await front.Gateway.WaitForLogAsync("token is expired");
    }

    [Fact]
    [Spec("AUT-022", "AUT-004")]
    public async Task Rejecters_come_after_times_and_before_roles_and_one_that_fails_refuses()
    {
        var asked = new List<string>();
        var registry = new PluginRegistry();
        registry.Rejecter("validation/cel", RejecterStages.Expressions, (_, _, _) => new Rejecter(claims => { asked.Add("cel"); return claims.GetText("cel") == "no" ? 401 : 0; }));
        registry.Rejecter("auth/revoker", RejecterStages.Revocation, (_, _, _) => new Rejecter(claims =>
        {
            asked.Add("revoker");
            return claims.GetText("jti") switch { "revoked" => 401, "broken" => throw new InvalidOperationException("fault"), "odd" => 200, _ => 0 };
        }));
        await using var front = await Front.StartAsync(",\"roles\":[\"r\"]", "", "\"extra_config\":{\"auth/revoker\":{},\"validation/cel\":{}},", new TestGatewayOptions { Plugins = registry });

        Assert.Equal(401, await front.StatusAsync(Token($$"""{"exp":{{Now(-60)}}}""")));
        Assert.Empty(asked);
        Assert.Equal(401, await front.StatusAsync(Token("""{"jti":"revoked"}""")));
        Assert.Equal(["revoker"], asked);
        Assert.Equal(401, await front.StatusAsync(Token("""{"cel":"no"}""")));
        Assert.Equal(["revoker", "revoker", "cel"], asked);
        Assert.Equal(403, await front.StatusAsync(Token("{}")));
        Assert.Equal(401, await front.StatusAsync(Token("""{"jti":"odd","roles":"r"}""")));
        Assert.Contains(await front.StatusAsync(Token("""{"jti":"broken","roles":"r"}""")), (int[])[401, 500]);
        Assert.Empty(front.Calls);
        Assert.Equal(200, await front.StatusAsync(Token("""{"roles":"r"}""")));
    }

    [Fact]
    [Spec("AUT-052")]
    public async Task Claims_of_url_patterns_are_parameters_for_the_whole_pipeline()
    {
        ProxyRequest? seen = null;
        var registry = new PluginRegistry();
        registry.Proxy("modifier/lua-proxy", ProxyStages.Scripts, (_, _, _) => new Probe(request => seen = request));
        await using var front = await Front.StartAllAsync(
            """{"endpoint":"/e","extra_config":{"modifier/lua-proxy":{},"auth/validator":{""" + Front.Usual + """}},"backend":[{"url_pattern":"/u/{JWT.sub}/{JWT.none}"}]}""",
            options: new TestGatewayOptions { Plugins = registry });

        await front.TokenAsync(Good("\"other\":1,"));

        Assert.Equal("ada", seen!.Parameters.Get("JWT.sub"));
        Assert.Null(seen.Parameters.Get("JWT.none"));
        Assert.Null(seen.Parameters.Get("JWT.other"));
        Assert.Equal("ada", seen.Claims!.GetText("sub"));
    }

    [Fact]
    [Spec("AUT-006")]
    public async Task Wildcards_and_connections_that_are_taken_over_are_guarded_on_the_handshake()
    {
        var taken = 0;
        var registry = new PluginRegistry();
        registry.Connection("websocket", (_, _, _) => new Connection(() => Interlocked.Increment(ref taken)));
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/w/*", Front.Usual) + ","
            + """{"endpoint":"/ws","extra_config":{"websocket":{},"auth/validator":{""" + Front.Usual + """}},"backend":[{"url_pattern":"/b"}]}""",
            options: new TestGatewayOptions { Plugins = registry });

        Assert.Equal((401, 401), (await front.StatusAsync("x.y.z", "/w/a/b"), await front.StatusAsync("x.y.z", "/ws")));
        Assert.Equal((0, 0), (taken, front.Calls.Count));
        Assert.Equal((200, 200), (await front.StatusAsync(Good(), "/w/a/b"), await front.StatusAsync(Good(), "/ws")));
        Assert.Equal((1, 1), (taken, front.Calls.Count));
    }

    private sealed class ClockTime : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }

    private sealed class Rejecter(Func<IClaims, int> judge) : ITokenRejecter
    {
        public async ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return judge(claims) is > 0 and var status ? new GatewayError(GatewayErrorKind.Rejected, "refused", status) : null;
        }
    }

    private sealed class Probe(Action<ProxyRequest> see) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            see(request);
            return next(request, cancellationToken);
        }
    }

    private sealed class Connection(Action taken) : IConnectionHandler
    {
        public Task RunAsync(HttpContext context, CancellationToken closing)
        {
            taken();
            return Task.CompletedTask;
        }
    }
}
