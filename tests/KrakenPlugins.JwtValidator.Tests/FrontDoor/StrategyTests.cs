using System.Buffers.Text;
using System.Security.Cryptography;
using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary><c>key_identify_strategy</c> with keys that have certificates.</summary>
public sealed class StrategyTests
{
    private static readonly TestKey Stranger = TestKey.Rsa("k1");

    [Theory]
    [InlineData("x5t", "\"x5t\":\"SHA1\"", 200)]
    [InlineData("x5t", "\"x5t\":\"SHA1\",\"kid\":\"whatever\"", 200)]
    [InlineData("x5t", "\"kid\":\"SHA1\"", 200)]
    [InlineData("x5t", "\"kid\":\"k1\"", 401)]
    [InlineData("x5t", "\"x5t\":\"SHA256\"", 401)]
    [InlineData("x5t", "\"x5t\":\"OTHER\",\"kid\":\"SHA1\"", 401)]
    [InlineData("x5t#S256", "\"x5t#S256\":\"SHA256\"", 200)]
    [InlineData("x5t#S256", "\"x5t\":\"SHA1\",\"x5t#S256\":\"SHA256\"", 200)]
    [InlineData("x5t#S256", "\"x5t\":\"SHA256\"", 401)]
    [InlineData("x5t#S256", "\"x5t\":\"SHA1\",\"kid\":\"k1\"", 401)]
    [InlineData("kid_x5t", "\"kid\":\"k1\",\"x5t\":\"SHA1\"", 200)]
    [InlineData("kid_x5t", "\"kid\":\"k1\"", 401)]
    [InlineData("kid_x5t", "\"x5t\":\"SHA1\"", 401)]
    [InlineData("kid_x5t", "\"kid\":\"k1\",\"x5t\":\"OTHER\"", 401)]
    [InlineData("kid", "\"kid\":\"k1\",\"x5t\":\"OTHER\"", 200)]
    [InlineData("kid", "\"x5t\":\"SHA1\"", 401)]
    [Spec("AUT-027", "AUT-029")]
    public async Task A_certificate_names_its_key(string strategy, string members, int expected)
    {
        var (certified, der) = Key.Certified();
        var (otherCertified, otherDer) = Other.Certified();
        var header = "{\"alg\":\"RS256\"," + members
            .Replace("SHA256", Base64Url.EncodeToString(SHA256.HashData(der)), StringComparison.Ordinal)
            .Replace("SHA1", Base64Url.EncodeToString(SHA1.HashData(der)), StringComparison.Ordinal)
            .Replace("OTHER", Base64Url.EncodeToString(SHA1.HashData(otherDer)), StringComparison.Ordinal) + "}";
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual.Replace("/jwks", "/certified", StringComparison.Ordinal) + $",\"key_identify_strategy\":\"{strategy}\""));
        front.Upstream.Answer("/certified", $$"""{"keys":[{{Other.Jwk(otherCertified)}},{{Key.Jwk(certified)}}]}""");

        Assert.Equal(expected, await front.StatusAsync(Token("{}", header: header)));
        // Whatever it names, another key's signature is none.
        Assert.Equal(401, await front.StatusAsync(Token("{}", Stranger, header)));
    }

    [Fact]
    [Spec("AUT-029", "AUT-027")]
    public async Task A_key_that_claims_the_certificate_of_another_is_left_out()
    {
        var (_, der) = Key.Certified();
        var thumbprint = Base64Url.EncodeToString(SHA1.HashData(der));
        using var evil = TestKey.Rsa("evil");
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual.Replace("/jwks", "/stolen", StringComparison.Ordinal) + ",\"key_identify_strategy\":\"x5t\""));
        front.Upstream.Answer("/stolen", $$"""{"keys":[{{evil.Jwk($",\"x5c\":[\"{Convert.ToBase64String(der)}\"],\"x5t\":\"{thumbprint}\"")}}]}""");

        Assert.Equal(401, await front.StatusAsync(Token("{}", evil, $$"""{"alg":"RS256","x5t":"{{thumbprint}}"}""")));
        await front.Gateway.WaitForLogAsync("is for another key");
    }
}
