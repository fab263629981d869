using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.JwtSigner.Tests;

/// <summary>What becomes of keys that cannot be had.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("""{"alg":"HS256","kid":"other","keys_to_sign":["a"],"jwk_url":"$UPSTREAM/keys","disable_jwk_security":true}""", "the key set has no such key")]
    [InlineData("""{"alg":"HS256","kid":"other","keys_to_sign":["a"],"jwk_local_path":"$FILE","disable_jwk_security":true}""", "the key set has no such key")]
    [InlineData("""{"alg":"RS256","kid":"sim2","keys_to_sign":["a"],"jwk_url":"$UPSTREAM/keys","disable_jwk_security":true}""", "a key of type oct does not fit RS256")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_url":"$UPSTREAM/keys"}""", "jwk_url is not https://, and disable_jwk_security is not set")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_url":"$UPSTREAM/nowhere","disable_jwk_security":true}""", "the server answered with status 404")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_url":"http://127.0.0.1:1/keys","disable_jwk_security":true}""", "refused")]
    [Spec("AUT-063")]
    public async Task Without_a_key_the_gateway_starts_and_the_endpoint_refuses_everything(string signer, string reason)
    {
        await using var front = await Front.StartAsync(signer);

        var reply = await front.PostAsync();

        Assert.Equal((401, "", null), (reply.Status, reply.Body, reply.Header("X-Krakend")));
        Assert.Empty(front.Upstream.ReceivedAt("/token"));
        await front.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /login][JWTSigner] there is no key ");
        await front.Gateway.WaitForLogAsync(reason);
        using var other = await front.Gateway.Client.GetAsync("/other");
        Assert.True(other.IsSuccessStatusCode);
    }

    [Fact]
    [Spec("AUT-063")]
    public async Task The_key_is_asked_for_once()
    {
        await using var front = await Front.StartAsync("""{"alg":"HS256","kid":"sim2","keys_to_sign":["access_token"],"jwk_url":"$UPSTREAM/keys","disable_jwk_security":true}""");
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await front.PostAsync()).Status);

        Assert.Single(front.Upstream.ReceivedAt("/keys"));
    }

    [Fact]
    [Spec("AUT-064")]
    public async Task A_public_key_from_a_server_signs_nothing()
    {
        await using var front = await Front.StartAsync("""{"alg":"ES256","kid":"public","keys_to_sign":["access_token"],"jwk_url":"$UPSTREAM/keys","disable_jwk_security":true}""");

        Assert.Equal(401, (await front.PostAsync()).Status);
        await front.Gateway.WaitForLogAsync("the key has only its public half; signing takes the private one");
    }

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"public","keys_to_sign":["a"],"jwk_local_path":"$FILE","disable_jwk_security":true}""", "", "auth/signer.kid: the key has only its public half; signing takes the private one")]
    [InlineData("""{"alg":"none","kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"$FILE"}""", "", "is no alg")]
    [InlineData("""{"alg":"HS265","kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"$FILE"}""", "", "did you mean \"HS256\"?")]
    [InlineData("""{"kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"$FILE"}""", "", "\"alg\" is required")]
    [InlineData("""{"alg":"HS256","keys_to_sign":["a"],"jwk_local_path":"$FILE"}""", "", "\"kid\" is required")]
    [InlineData("""{"alg":"HS256","kid":"sim2","jwk_local_path":"$FILE"}""", "", "\"keys_to_sign\" is required")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":[],"jwk_local_path":"$FILE"}""", "", "auth/signer.keys_to_sign: is empty; expected the names of the fields to sign")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"]}""", "", "there is no key set; expected jwk_url or jwk_local_path")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"/nowhere.json"}""", "", "jwk_local_path cannot be read")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"$FILE","secret_url":"base64key://AAAA","cypher_key":"AAAA"}""", "", "the key of base64key:// is not the base64 of 32 bytes")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_url":"https://keys.example","jwk_fingerprints":["?"]}""", "", "is no fingerprint; expected base64 of the 32 bytes of a SHA-256")]
    [InlineData("""{"alg":"HS256","kid":"sim2","keys_to_sign":["a"],"jwk_local_path":"$FILE"}""", "\"output_encoding\":\"no-op\",", "an endpoint with output_encoding \"no-op\" has no data whose fields could be signed")]
    [Spec("AUT-026", "AUT-061", "AUT-064")]
    public async Task A_configuration_that_cannot_sign_is_refused_with_its_place(string signer, string endpoint, string message)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var front = await Front.StartAsync(signer, endpoint);
        });

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("auth/signer", exception.Message, StringComparison.Ordinal);
    }
}
