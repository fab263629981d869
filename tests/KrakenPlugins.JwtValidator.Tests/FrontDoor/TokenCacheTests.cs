using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>What a token that was accepted before must not outlive, and not cross (AUT-228).</summary>
public sealed class TokenCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Spec("AUT-228", "AUT-043")]
    public async Task A_key_that_is_gone_from_the_file_is_refused_after_a_reload_of_the_same_configuration()
    {
        var file = Path.Combine(_folder, "keys.json");
        await File.WriteAllTextAsync(file, Set(Key, Other));
        var json = Front.Document(Front.Endpoint("/e", $"\"alg\":\"RS256\",\"jwk_local_path\":\"{file}\",\"token_cache\":100"));
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/b", "{}");
        await using var gateway = await Front.GatewayAsync(json, upstream.Host);
        var (withdrawn, kept) = (Token("{}"), Token("{}", Other));
        Assert.Equal((200, 200), (await StatusAsync(gateway, withdrawn), await StatusAsync(gateway, kept)));

        await File.WriteAllTextAsync(file, Set(Other));
        await gateway.ReloadAsync(json);

        Assert.Equal((401, 200), (await StatusAsync(gateway, withdrawn), await StatusAsync(gateway, kept)));
    }

    [Fact]
    [Spec("AUT-228", "AUT-226")]
    public async Task A_key_that_a_download_after_a_reload_no_longer_brings_is_refused_at_once()
    {
        await using var front = await Front.StartAsync(",\"token_cache\":100");
        var withdrawn = Token("{}");
        Assert.Equal(200, await front.StatusAsync(withdrawn));

        await front.Gateway.ReloadAsync(Front.Document(Front.Endpoint("/e", Front.Usual + ",\"token_cache\":100")));
        Assert.Equal(200, await front.StatusAsync(withdrawn));
        front.Keys = Set(Other);
        Assert.Equal(200, await front.StatusAsync(Token("{}", Other)));

        Assert.Equal(401, await front.StatusAsync(withdrawn));
    }

    [Fact]
    [Spec("AUT-228", "AUT-042")]
    public async Task Endpoints_do_not_share_what_they_accepted()
    {
        const string Strict = Front.Usual + ",\"token_cache\":100";
        await using var front = await Front.StartAllAsync(string.Join(',',
            Front.Endpoint("/open", Strict), Front.Endpoint("/audience", Strict + ",\"audience\":[\"b\"]"), Front.Endpoint("/issuer", Strict + ",\"issuer\":\"i\""),
            Front.Endpoint("/roles", Strict + ",\"roles\":[\"admin\"]"), Front.Endpoint("/keys", Strict.Replace("/jwks", "/keys-of-another", StringComparison.Ordinal)),
            Front.Endpoint("/algorithm", Strict.Replace("RS256", "RS512", StringComparison.Ordinal))));
        using var twin = TestKey.Rsa("k1");
        front.Upstream.Answer("/keys-of-another", Set(twin));
        var token = Token("""{"aud":"a","iss":"other"}""");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, await front.StatusAsync(token, "/open"));
            Assert.Equal((401, 401, 403), (await front.StatusAsync(token, "/audience"), await front.StatusAsync(token, "/issuer"), await front.StatusAsync(token, "/roles")));
            Assert.Equal((401, 401), (await front.StatusAsync(token, "/keys"), await front.StatusAsync(token, "/algorithm")));
        }
    }

    private static async Task<int> StatusAsync(TestGateway gateway, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/e");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
