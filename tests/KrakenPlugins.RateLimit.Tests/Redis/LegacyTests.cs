using System.Buffers.Text;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

/// <summary><c>redis-ratelimit</c> of <c>plugin/http-server</c>.</summary>
public sealed class LegacyTests(SharedRedis redis) : IClassFixture<SharedRedis>, IDisposable
{
    private readonly RedisServer _server = redis.Server;

    public void Dispose() => _server.Cli("flushall");

    [Fact, Spec("TRF-094", "TRF-096", "TRF-083")]
    public async Task The_old_plugin_limits_clients_over_gateways_without_a_connection_of_its_own_name_and_warns()
    {
        await using var first = await StartAsync("jwt", "\"tokenizer_field\":\"sub\"");
        await using var second = await StartAsync("jwt", "\"tokenizer_field\":\"sub\"");
        var (a, b) = (Bearer("""{"sub":"a"}"""), Bearer("""{"sub":"b"}"""));

        Assert.Equal("200 200 429", string.Join(' ', await first.StatusesAsync(1, "/a", a), await second.StatusesAsync(2, "/b/1", a)));
        Assert.Equal("200", await second.StatusesAsync(1, "/a", b));
        var refused = await first.GetAsync("/a", a);

        Assert.Equal((429, true, "0"), (refused.Status, refused.IsBare, refused.Header("Content-Length")));
        Assert.Contains(first.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Warning && d.Message.Contains("\"redis-ratelimit\" is deprecated; expected \"qos/ratelimit/service/redis\"", StringComparison.Ordinal));
        Assert.Contains("[PLUGIN: redis-ratelimit][Ratelimit] Client rate limit enabled", first.Gateway.Log, StringComparison.Ordinal);
        await first.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
    }

    [Theory, Spec("TRF-095", "TRF-094", "TRF-397")]
    // Two requests of one client, one of another, and one of nobody.
    [InlineData("ip", "", "/a|X: 1", "/b/1|X: 2", null, null)]
    [InlineData("header", "X-Who", "/a|X-Who: a", "/b/1|X-Who: a", "/a|X-Who: A", "/a|X-Whose: a")]
    [InlineData("cookie", "who", "/a|Cookie: x=1; who=a", "/b/1|Cookie: who=a", "/a|Cookie: who=b", "/a|Cookie: whose=a")]
    [InlineData("url", "", "/a?x=1|X: 1", "/a?x=1|X: 2", "/a?x=2|X: 1", null)]
    [InlineData("path", "", "/a?x=1|X: 1", "/a?x=2|X: 2", "/b/1|X: 1", null)]
    [InlineData("param", "id", "/b/1|X: 1", "/b/1?x=1|X: 2", "/b/2|X: 1", "/a|X: 1")]
    [InlineData("jwt", "", "/a|Authorization: Bearer e30.eyJqdGkiOiJhIn0.x", "/b/1|Authorization: Bearer e30.eyJqdGkiOiJhIn0.y", "/a|Authorization: Bearer e30.eyJqdGkiOiJiIn0.x", "/a|X: 1")]
    public async Task Every_tokenizer_is_honoured_and_who_has_none_is_refused(string tokenizer, string field, string one, string same, string? other, string? nobody)
    {
        await using var front = await StartAsync(tokenizer, field.Length == 0 ? "\"@comment\":1" : $"\"tokenizer_field\":\"{field}\"");

        Assert.Equal("200 200 429", string.Join(' ', await GetAsync(one), await GetAsync(same), await GetAsync(one)));
        if (other is not null)
            Assert.Equal(200, await GetAsync(other));
        if (nobody is not null)
            Assert.Equal(429, await GetAsync(nobody));

        async Task<int> GetAsync(string request) => (await front.GetAsync(request.Split('|')[0], request.Split('|')[1])).Status;
    }

    [Theory, Spec("TRF-094")]
    [InlineData("""{"tokenizer":"ip","burst":1,"rate":1,"period":"1s"}""", "\"host\" is required")]
    [InlineData("""{"host":"a:b","tokenizer":"ip","burst":1,"rate":1,"period":"1s"}""", "\"a:b\" is no address")]
    [InlineData("""{"host":"a:1","tokenizer":"whim","burst":1,"rate":1,"period":"1s"}""", "tokenizer")]
    [InlineData("""{"host":"a:1","tokenizer":"cookie","burst":1,"rate":1,"period":"1s"}""", "tokenizer_field")]
    [InlineData("""{"host":"a:1","tokenizer":"header","tokenizer_field":"a b","burst":1,"rate":1,"period":"1s"}""", "name of a header")]
    [InlineData("""{"host":"a:1","tokenizer":"ip","burst":-1,"rate":1,"period":"1s"}""", "burst")]
    [InlineData("""{"host":"a:1","tokenizer":"ip","burst":1,"rate":0,"period":"1s"}""", "rate")]
    public async Task What_cannot_protect_refuses_the_start(string limit, string reason)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(Document(limit)));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-087", "TRF-094")]
    public async Task Without_redis_requests_get_500()
    {
        await using var front = await Front.StartAsync(Document("""{"host":"127.0.0.1:1","tokenizer":"ip","burst":1,"rate":1,"period":"1s"}"""));

        Assert.Equal("500", await front.StatusesAsync(1, "/a"));
        await front.Gateway.WaitForLogAsync("[PLUGIN: redis-ratelimit][Ratelimit] No decision of the Redis connection '127.0.0.1:1'");
    }

    private Task<PluginFront> StartAsync(string tokenizer, string field) =>
        Front.StartAsync(Document($$"""{"host":"{{_server.Address}}","tokenizer":"{{tokenizer}}",{{field}},"burst":2,"rate":1,"period":"1h"}"""));

    private static string Document(string limit) => $$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"plugin/http-server":{"name":["redis-ratelimit"],"redis-ratelimit":{{{limit}}} } },"endpoints":[
          {"endpoint":"/a","input_query_strings":["*"],"backend":[{"url_pattern":"/b"}]},{"endpoint":"/b/{id}","backend":[{"url_pattern":"/b"}]}]}
        """;

    private static string Bearer(string claims) => $"Authorization: Bearer e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";
}
