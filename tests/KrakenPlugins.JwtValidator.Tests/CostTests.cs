using Gateway.Testing;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Tokens;
using KrakenPlugins.JwtValidator.Validation;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.JwtValidator.Tests;

/// <summary>What a request pays.</summary>
public sealed class CostTests
{
    private const int Calls = 50;

    private static readonly string s_token = Issuer.Token($$"""{"iss":"https://idp.example.com/","sub":"5be86359073c434bad2da3932222dabe","aud":["https://api.example.com"],"iat":{{Issuer.Now()}},"exp":{{Issuer.Now(3600)}},"azp":"app","scope":"read write","roles":["user","admin"]}""");

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(1000, 0)]
    [Spec("AUT-228")]
    public void A_valid_token_allocates_little_and_one_seen_before_nothing(int cached, int limit)
    {
        using var validation = Validation(cached);
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "Bearer " + s_token;
        Assert.True(validation.InvokeAsync(context, static _ => Task.CompletedTask).IsCompletedSuccessfully);
        Assert.Equal((200, "5be86359073c434bad2da3932222dabe"), (context.Response.StatusCode, context.Features.Get<IClaims>()!.GetText("sub")));

        Assert.InRange(Allocations.Least(limit * Calls, Run), 0, limit * Calls);

        void Run()
        {
            for (var i = 0; i < Calls; i++)
                validation.InvokeAsync(context, static _ => Task.CompletedTask);
        }
    }

    [Fact]
    [Spec("AUT-228")]
    public void The_table_of_tokens_is_bounded_and_finds_what_it_holds()
    {
        var cache = new TokenCache(100);
        var token = new AcceptedToken(ClaimsReader.Read("{}"u8)!, default, Refusal.None, [], new KeyRing(Issuer.Keys(Issuer.Key), JwsAlgorithm.RS256, JwkIdentification.Kid));

        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(TokenHash.TryOf($"token-{i}", out var hash));
            cache.Add(hash, token);
            Assert.Same(token, cache.Find(hash));
        }

        Assert.InRange(cache.Capacity, 100, 256);
        Assert.False(TokenHash.TryOf("tokén", out _));
        Assert.True(TokenHash.TryOf("token-1", out var first));
        Assert.Null(cache.Find(first));
        Assert.True(TokenHash.TryOf("token-9999", out var last));
        cache.Remove(last, token);
        Assert.Null(cache.Find(last));
    }

    [Fact]
    [Spec("AUT-228")]
    public void A_long_token_is_not_remembered_so_that_memory_is_bounded_in_bytes()
    {
        var cache = new TokenCache(4);
        using var validation = Validation(cache);
        var longer = Issuer.Token($$"""{"iss":"https://idp.example.com/","aud":["https://api.example.com"],"scope":"read write","roles":["admin"],"sub":"{{new string('x', TokenCache.LongestToken)}}"}""");

        foreach (var token in (string[])[s_token, longer])
        {
            var context = new DefaultHttpContext();
            context.Request.Headers.Authorization = "Bearer " + token;
            Assert.True(validation.InvokeAsync(context, static _ => Task.CompletedTask).IsCompletedSuccessfully);
            Assert.Equal(200, context.Response.StatusCode);
        }

        Assert.NotNull(Find(s_token));
        Assert.Null(Find(longer));

        AcceptedToken? Find(string token) => TokenHash.TryOf(token, out var hash) ? cache.Find(hash) : null;
    }

    private static JwtValidation Validation(int cached) => Validation(cached > 0 ? new TokenCache(cached) : null);

    private static JwtValidation Validation(TokenCache? cache)
    {
        var ring = new KeyRing(Issuer.Keys(Issuer.Key), JwsAlgorithm.RS256, JwkIdentification.Kid);
        return new JwtValidation(new ValidationOptions
        {
            Source = new TokenSource("Authorization", "access_token"),
            Rejecters = [],
            Cache = cache,
            Leeway = TimeSpan.FromSeconds(1),
            Rules = new TokenRules
            {
                Algorithm = JwsAlgorithm.RS256,
                Identification = JwkIdentification.Kid,
                Issuers = [new IssuerRule("https://idp.example.com/", ["https://api.example.com"], takesAny: false, new FixedKeys(ring))],
                Roles = new AccessRule(ClaimPath.Literal("roles"), ["admin"], needsAll: false),
                Scopes = new AccessRule(ClaimPath.Dotted("scope"), ["read", "write"], needsAll: true),
                Propagation = new Propagation([new PropagatedClaim(ClaimPath.Dotted("sub"), "X-User")], keepsLists: false),
            },
        }, TimeProvider.System, NullLogger.Instance, "[ENDPOINT: /e]");
    }
}
