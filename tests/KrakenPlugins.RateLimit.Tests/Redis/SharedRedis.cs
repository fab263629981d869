using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

/// <summary>A Redis server for the tests of a class; each test uses keys of its own.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    private static int s_prefixes;

    internal RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A prefix that no other test has.</summary>
    internal static string NewPrefix() => string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref s_prefixes)}:");
}

internal static class RedisFront
{
    public static string Folder { get; } = PluginFront.Folder("Redis", "redis");

    /// <summary>/e with this limit; <c>$P</c> in it is <c>"connection_name":"a","prefix":…</c>.</summary>
    public static Task<PluginFront> RouterAsync(RedisServer server, string prefix, string limit, string more = "", TestGatewayOptions? options = null, params string[] folders) =>
        Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{{{Connections(server)}}}},"endpoints":[
              {"endpoint":"/e","extra_config":{"qos/ratelimit/router/redis":{{{With(limit, prefix)}}} },"backend":[{"url_pattern":"/b"}]}
              {{{With(more, prefix)}}} ]}
            """, options, [Folder, .. folders]);

    public static Task<PluginFront> ServiceAsync(RedisServer server, string prefix, string limit) =>
        Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{{{Connections(server)}}},"qos/ratelimit/service/redis":{{{With(limit, prefix)}}} },"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/b"}]},{"endpoint":"/b/{id}","backend":[{"url_pattern":"/b"}]}]}
            """, null, Folder);

    public static string Connections(RedisServer server) => $$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}"}]}""";

    /// <summary>Calls of a command that the server has counted, scripts' own included.</summary>
    public static int Calls(this RedisServer server, string command)
    {
        var found = Regex.Match(server.Cli("info", "commandstats"), $"cmdstat_{command}:calls=([0-9]+)");
        return found.Success ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    public static string[] Keys(this RedisServer server, string prefix) =>
        [.. server.Cli("--raw", "keys", $"{prefix}*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static string With(string json, string prefix) => json.Replace("$P", $"\"connection_name\":\"a\",\"prefix\":\"{prefix}\"", StringComparison.Ordinal);
}
