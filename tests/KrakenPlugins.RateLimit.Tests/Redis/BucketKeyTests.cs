using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.RateLimit.Redis;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

public sealed class BucketKeyTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly RedisServer _server = redis.Server;
    private readonly string _prefix = SharedRedis.NewPrefix();

    [Fact, Spec("TRF-090", "TRF-028", "TRF-393")]
    public async Task Endpoints_methods_service_and_prefixes_share_no_bucket()
    {
        const string Limit = """{$P,"max_rate":1,"capacity":1,"every":"1h"}""";
        await using var front = await RedisFront.RouterAsync(_server, _prefix, Limit, $$"""
            ,{"endpoint":"/e","method":"POST","extra_config":{"qos/ratelimit/router/redis":{{Limit}} },"backend":[{"url_pattern":"/b"}]}
            ,{"endpoint":"/e/{id}","extra_config":{"qos/ratelimit/router/redis":{{Limit}} },"backend":[{"url_pattern":"/b"}]}
            """);
        await using var other = await RedisFront.RouterAsync(_server, _prefix + "other:", Limit);
        await using var service = await RedisFront.ServiceAsync(_server, _prefix, Limit);

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
        Assert.Equal((200, 503), ((await front.SendAsync(HttpMethod.Post, "/e")).Status, (await front.SendAsync(HttpMethod.Post, "/e")).Status));
        Assert.Equal("200 503", string.Join(' ', await front.StatusesAsync(1, "/e/1"), await front.StatusesAsync(1, "/e/2")));
        Assert.Equal("200 503", await other.StatusesAsync(2, "/e"));
        Assert.Equal("200 503 503", string.Join(' ', await service.StatusesAsync(1, "/a"), await service.StatusesAsync(1, "/b/1"), await service.StatusesAsync(1, "/nowhere")));
        Assert.Equal(
            new[] { $"{_prefix}other:{{GET /e}}", $"{_prefix}{{GET /e/%7Bid%7D}}", $"{_prefix}{{GET /e}}", $"{_prefix}{{POST /e}}", $"{_prefix}{{service}}" }.Order(StringComparer.Ordinal),
            _server.Keys(_prefix));
    }

    [Fact, Spec("TRF-092", "TRF-090")]
    public async Task No_credentials_of_clients_are_stored()
    {
        await using var front = await RedisFront.RouterAsync(_server, _prefix, """{$P,"client_max_rate":1,"every":"1h","strategy":"header","key":"Authorization"}""",
            """,{"endpoint":"/p/{who}","extra_config":{"qos/ratelimit/router/redis":{$P,"client_max_rate":1,"max_rate":100,"capacity":9,"every":"1h","strategy":"param","key":"who"} },"backend":[{"url_pattern":"/b"}]}""");
        var token = $"Bearer {new string('s', 900)}";

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", $"Authorization: {token}"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/p/secret"));
        Assert.Equal("200", await front.StatusesAsync(1, "/p/}{"));

        var keys = _server.Keys(_prefix);
        Assert.Equal(4, keys.Length);
        Assert.All(keys, static key => Assert.Matches("^test[0-9]+:(GET /e:\\{[0-9a-f]{32}\\}|\\{GET /p/%7Bwho%7D\\}(:[0-9a-f]{32})?)$", key));
        Assert.All(keys, key => Assert.Matches("^[0-9]{19}$", _server.Cli("get", key)));
    }

    [Theory, Spec("TRF-091")]
    [InlineData("""{$P,"max_rate":6,"capacity":5,"every":"1m"}""", 1, 10)]
    [InlineData("""{$P,"max_rate":6,"capacity":5,"every":"1m"}""", 4, 40)]
    [InlineData("""{$P,"client_max_rate":1,"client_capacity":7,"every":"24h"}""", 7, 7 * 24 * 3600)]
    public async Task A_bucket_expires_when_it_is_full_again_and_not_before(string limit, int taken, int seconds)
    {
        await using var front = await RedisFront.RouterAsync(_server, _prefix, limit);

        await front.StatusesAsync(taken, "/e");

        var key = Assert.Single(_server.Keys(_prefix));
        var left = long.Parse(_server.Cli("pttl", key), CultureInfo.InvariantCulture);
        var time = _server.Cli("time").Split('\n');
        var now = (Int128.Parse(time[0], CultureInfo.InvariantCulture) * 1_000_000_000) + (Int128.Parse(time[1], CultureInfo.InvariantCulture) * 1000);
        var away = (double)(Int128.Parse(_server.Cli("get", key), CultureInfo.InvariantCulture) - now) / 1e9;
        Assert.InRange(left / 1000.0, seconds - 10, seconds + 1);
        Assert.InRange((left / 1000.0) - away, 0, 5);
    }

    [Fact, Spec("TRF-091", "TRF-003")]
    public async Task Clients_that_rest_leave_nothing_behind_and_have_a_full_bucket()
    {
        await using var front = await RedisFront.RouterAsync(_server, _prefix, """{$P,"client_max_rate":50,"client_capacity":2,"strategy":"header","key":"X-Who"}""");
        await front.StatusesAsync(1, "/e", "X-Who: a");
        await front.StatusesAsync(1, "/e", "X-Who: b");

        await Wait.UntilAsync(() => _server.Keys(_prefix).Length == 0, static () => "keys are left");

        Assert.Equal("200 200", await front.StatusesAsync(2, "/e", "X-Who: a"));
    }

    [Theory, Spec("TRF-090")]
    [InlineData("a", "{a}b", true)]
    [InlineData("a%7B", "a{", false)]
    [InlineData("GET /a", "GET /a:1", false)]
    public void Names_of_places_cannot_be_made_to_meet(string one, string other, bool hasShared)
    {
        string[] clients = ["::1", "1:2::8", "2::8", "1.2.3.4"];
        var (first, second) = (KeysOf(one), KeysOf(other));

        Assert.Empty(first.Intersect(second));

        IEnumerable<string> KeysOf(string place)
        {
            var keys = new BucketKeys("p:", place, hasShared, isHashed: false);
            if (hasShared)
                yield return System.Text.Encoding.UTF8.GetString(keys.Shared.Bytes.Span);
            foreach (var client in clients)
            {
                var buffer = new byte[keys.LengthFor(client)];
                yield return System.Text.Encoding.UTF8.GetString(buffer.AsSpan(0, keys.Write(client, buffer)));
            }
        }
    }
}
