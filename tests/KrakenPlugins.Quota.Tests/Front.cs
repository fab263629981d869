using Gateway.Testing;

namespace KrakenPlugins.Quota.Tests;

/// <summary>Gateways with the plugins as the build laid them out.</summary>
internal static class Front
{
    public const string Year = """[{"name":"gold","limits":[{"amount":3,"unit":"year"}]},{"name":"free","limits":[{"amount":1,"unit":"year"}]}]""";

    public static string Folder { get; } = PluginFront.Folder("Quota", "quota");

    public static string[] Folders { get; } = [Folder, PluginFront.Folder("Redis", "redis"), PluginFront.Folder("RateLimit", "rate-limit"), PluginFront.Folder("ApiKeys", "api-keys"), PluginFront.Folder("CircuitBreaker", "circuit-breaker")];

    /// <summary>The services of a configuration.</summary>
    /// <param name="address">Of Redis.</param>
    /// <param name="name">Name of the only processor.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="more">More of its attributes, with a comma in front.</param>
    public static string Services(string address, string name, string rules = Year, string more = "") => $$"""
        "redis":{"connection_pools":[{"name":"a","address":"{{address}}"}]},"governance/processors":{"quotas":[{"name":"{{name}}","connection_name":"a","rules":{{rules}} {{more}} }]}
        """;

    /// <summary>A quota by the header X-Plan: gold by X-User, everybody else free by address.</summary>
    public static string Quota(string name, string more = "") => $$"""
        "governance/quota":{"quota_name":"{{name}}","tier_key":"X-Plan" {{more}},"tiers":[
          {"rule_name":"gold","tier_value":"gold","strategy":"header","key":"X-User"},{"rule_name":"free","tier_value_as":"*","strategy":"ip"}]}
        """;

    /// <summary>/e with what is given in its <c>extra_config</c>, /open without.</summary>
    public static string Document(string services, string endpoint, string backend = "", string attributes = "") => $$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{services}}} },"endpoints":[
          {"endpoint":"/e","input_headers":["X-Plan","X-User"] {{{attributes}}},"extra_config":{ {{{endpoint}}} },"backend":[{"url_pattern":"/b","extra_config":{ {{{backend}}} } }]},
          {"endpoint":"/open","backend":[{"url_pattern":"/open"}]}]}
        """;

    public static Task<PluginFront> StartAsync(string json, TestGatewayOptions? options = null) => PluginFront.StartAsync(json, options, Folders);

    /// <summary>Statuses of several requests, one after the other.</summary>
    public static async Task<string> StatusesAsync(this PluginFront front, int count, string path, params string[] headers)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
            statuses.Add((await front.GetAsync(path, headers)).Status);
        return string.Join(' ', statuses);
    }

    /// <summary>How many scripts a server ran.</summary>
    public static string Scripts(this RedisServer server) => server.Cli("info", "commandstats").Split('\n').FirstOrDefault(static line => line.StartsWith("cmdstat_evalsha:", StringComparison.Ordinal))?.Split(',')[0] ?? "";
}
