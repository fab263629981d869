using System.Text;
using Gateway.Testing;
using KrakenPlugins.Jose;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.JwtSigner.Tests;

public sealed class SigningTests
{
    private const string Hs256 = """{"alg":"HS256","kid":"sim2","keys_to_sign":["access_token","refresh_token"],"jwk_url":"$UPSTREAM/keys","disable_jwk_security":true}""";

    // From the original's own examples.
    private const string AccessToken = "eyJhbGciOiJIUzI1NiIsImtpZCI6InNpbTIiLCJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwOi8vYXBpLmV4YW1wbGUuY29tIiwiZXhwIjoxNzM1Njg5NjAwLCJpc3MiOiJodHRwOi8vZXhhbXBsZS5jb20iLCJqdGkiOiJtbmIyM3Zjc3J0NzU2eXVpb21uYnZjeDk4ZXJ0eXVpb3AiLCJyb2xlcyI6WyJyb2xlX2EiLCJyb2xlX2IiXSwic3ViIjoiMTIzNDU2Nzg5MHF3ZXJ0eXVpbyJ9.89zdRo4LCHpT93JX3_Yn2LoAOUvEAiFj6X7vnCgOd5Q";
    private const string RefreshToken = "eyJhbGciOiJIUzI1NiIsImtpZCI6InNpbTIiLCJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwOi8vYXBpLmV4YW1wbGUuY29tIiwiZXhwIjoxNzM1Njg5NjAwLCJpc3MiOiJodHRwOi8vZXhhbXBsZS5jb20iLCJqdGkiOiJtbmIyM3Zjc3J0NzU2eXVpb21uMTI4NzZidmN4OThlcnR5dWlvcCIsInN1YiI6IjEyMzQ1Njc4OTBxd2VydHl1aW8ifQ.lJuO1xyI8QOTWNGxBQe2hH90Jdp5y0DEbPd44I728dA";

    [Theory]
    [InlineData("")]
    [InlineData("\"output_encoding\":\"xml\",")]
    [InlineData("\"output_encoding\":\"string\",")]
    [InlineData("\"output_encoding\":\"negotiate\",")]
    [Spec("AUT-058", "AUT-059", "AUT-061")]
    public async Task Fields_become_the_tokens_that_the_original_makes_of_them_whatever_the_encoding(string endpoint)
    {
        await using var front = await Front.StartAsync(Hs256, endpoint + "\"cache_ttl\":\"60s\",");

        var reply = await front.PostAsync();

        Assert.Equal($$"""{"access_token":"{{AccessToken}}","exp":1735689600,"note":"plain","refresh_token":"{{RefreshToken}}"}""", reply.Body);
        Assert.Equal((200, "application/json; charset=utf-8"), (reply.Status, reply.Header("Content-Type")));
        Assert.Equal(Encoding.UTF8.GetByteCount(reply.Body), reply.Content.ContentLength);
        Assert.Equal((null, null, null), (reply.Header("X-Krakend"), reply.Header("X-Krakend-Completed"), reply.Header("Cache-Control")));
    }

    [Fact]
    [Spec("AUT-058")]
    public async Task A_field_that_is_absent_or_holds_no_object_stays_as_it_is()
    {
        await using var front = await Front.StartAsync(Hs256, answer: """{"access_token":"text","other":{"a":1},"list":[{"a":1}]}""");

        Assert.Equal("""{"access_token":"text","list":[{"a":1}],"other":{"a":1}}""", (await front.PostAsync()).Body);
    }

    [Fact]
    [Spec("AUT-059")]
    public async Task Numbers_are_signed_as_they_came_and_keys_are_sorted_at_every_level()
    {
        await using var front = await Front.StartAsync(Hs256, answer: """{"access_token":{"z":12345678901234567890,"y":1.50,"x":{"b":1e3,"a":"<"}}}""");

        var payload = System.Buffers.Text.Base64Url.DecodeFromChars((await front.PostAsync()).Field("access_token").Split('.')[1]);

        Assert.Equal("{\"x\":{\"a\":\"\\u003c\",\"b\":1e3},\"y\":1.50,\"z\":12345678901234567890}", Encoding.UTF8.GetString(payload));
    }

    [Fact]
    [Spec("AUT-060")]
    public async Task The_json_form_is_a_text_in_the_field()
    {
        await using var front = await Front.StartAsync(Hs256.Replace("{\"alg\"", "{\"full\":true,\"alg\"", StringComparison.Ordinal));
        var parts = AccessToken.Split('.');

        Assert.Equal($$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}""", (await front.PostAsync()).Field("access_token"));
    }

    [Theory]
    [InlineData("\"jwk_url\":\"$UPSTREAM/keys\",\"disable_jwk_security\":true")]
    [InlineData("\"jwk_local_path\":\"$FILE\",\"disable_jwk_security\":true")]
    [InlineData("\"jwk_local_path\":\"$FILE\"")]
    [Spec("AUT-066")]
    public async Task A_token_verifies_with_the_public_half_of_the_key(string origin)
    {
        await using var front = await Front.StartAsync($$"""{"alg":"ES256","kid":"ec","keys_to_sign":["access_token"],"typ":"at+jwt",{{origin}}}""");

        var text = (await front.PostAsync()).Field("access_token");

        var key = JwkSet.Parse(Encoding.UTF8.GetBytes(Front.Keys), static _ => { }).Keys.Single(static key => key.KeyId == "public");
        Assert.Equal(JwsFault.None, JwsToken.Read(text, new byte[JwsToken.BufferSize(text.Length)], out var token));
        Assert.Equal("""{"alg":"ES256","kid":"ec","typ":"at+jwt"}""", Encoding.UTF8.GetString(token.Header));
        Assert.True(key.Verifier(JwsAlgorithm.ES256)!.Verify(token.SigningInput, token.Signature));
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "null")]
    [InlineData(200, "no json")]
    [Spec("AUT-062")]
    public async Task A_backend_that_fails_makes_400_without_body_and_a_line_in_the_log(int status, string body)
    {
        await using var front = await Front.StartAsync(Hs256);
        front.Upstream.Answer("/token", body, status);

        var reply = await front.PostAsync();

        Assert.Equal((400, "", 0L, null), (reply.Status, reply.Body, reply.Content.ContentLength, reply.Header("X-Krakend")));
        await front.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /login][JWTSigner] ");
    }

    [Fact]
    [Spec("AUT-062")]
    public async Task A_backend_that_is_too_slow_makes_400()
    {
        await using var front = await Front.StartAsync(Hs256, "\"timeout\":\"100ms\",");
        front.Upstream.AnswerAfter(TimeSpan.FromSeconds(20), "/token", Front.Answer);

        Assert.Equal((400, ""), ((await front.PostAsync()) is var reply ? reply.Status : 0, reply.Body));
        await front.Gateway.WaitForLogAsync("[JWTSigner] context deadline exceeded");
    }

    [Fact]
    public async Task Errors_that_are_shown_elsewhere_are_not_shown_by_a_signer()
    {
        await using var front = await Front.StartAsync(Hs256 + "}},{\"endpoint\":\"/shown\",\"backend\":[{\"url_pattern\":\"/nowhere\"}],\"extra_config\":{\"auth/signer\":" + Hs256);

        using var response = await front.Gateway.Client.GetAsync("/shown");

        Assert.Equal((400, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    [Spec("AUT-065")]
    public async Task What_stands_around_the_endpoint_runs_before_the_signer()
    {
        var plugins = new Gateway.Core.Plugins.PluginRegistry();
        plugins.Endpoint("qos/ratelimit/router", Sdk.Plugins.EndpointStages.RateLimit, static (_, _, _) => new Limit());
        await using var front = await Front.StartAsync(
            Hs256 + ",\"qos/ratelimit/router\":{\"max_rate\":1}", options: new TestGatewayOptions { Plugins = plugins });

        var (first, second) = (await front.PostAsync(), await front.PostAsync());

        Assert.Equal((200, 503), (first.Status, second.Status));
    }

    [Fact]
    public async Task Endpoints_without_signer_are_as_before()
    {
        await using var front = await Front.StartAsync(Hs256);

        using var response = await front.Gateway.Client.GetAsync("/other");

        Assert.True(response.Headers.Contains("X-Krakend"));
        Assert.StartsWith("{\"access_token\":{", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private sealed class Limit : Sdk.Proxy.IHttpMiddleware
    {
        private int _count;

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            if (Interlocked.Increment(ref _count) == 1)
                return next(context);
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        }
    }
}
