using System.Globalization;
using System.Text.Json;
using Gateway.Core.Server;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Redis.Tests;

/// <summary>The plugin as the build laid it out, and a component that counts requests with it.</summary>
public sealed class ConnectionTests
{
    private static readonly string s_folder = PluginFront.Folder("Redis", "redis");

    [Fact, Spec("TRF-069", "TRF-183", "CFG-192", "OBS-050")]
    public async Task Components_share_the_connections_of_a_name_and_health_shows_it()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}","db":3}]}""");

        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        Assert.Equal("2", (await front.GetAsync("/y")).Header("X-Count"));

        Assert.Equal("2", server.Cli("-n", "3", "get", "count"));
        Assert.Single(server.Cli("client", "list").Split('\n'), static line => !line.Contains("cmd=client|list", StringComparison.Ordinal));
        Assert.Contains("\"redis\":\"a: ok\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-072", "TRF-074", "CFG-195", "CFG-199")]
    public async Task The_gateway_starts_without_redis_and_tells_no_secret()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "opensesame");
        server.Kill();
        await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}","password":"opensesame"}]}""");

        Assert.Equal("Unavailable", (await front.GetAsync("/x")).Header("X-Count"));
        await front.Gateway.WaitForLogAsync("a: no connection to");
        Assert.Contains("\"redis\":\"a: down\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
        await server.RestartAsync();
        await front.Gateway.WaitForLogAsync("a: connected to");

        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        Assert.DoesNotContain("opensesame", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-075", "CFG-199")]
    public async Task Tls_is_switched_on_by_its_object_and_verifies_the_server()
    {
        using var authority = new TestAuthority();
        using var files = new PemFolder();
        files.WritePair("server", authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForServers] }));
        files.WritePair("client", authority.Issue(new TestCertificate { Name = "gateway", Purposes = [TestAuthority.ForClients] }));
        files.Write("ca.pem", authority.Pem);
        await using var server = await RedisServer.StartTlsAsync(files, wantsClientCertificate: true);

        Assert.Equal("1", await CountAsync($$"""{"ca_certs":["{{files["ca.pem"]}}"],"client_certs":[{{files.ClientCert("client")}}]}"""));
        Assert.Equal("2", await CountAsync($$"""{"allow_insecure_connections":true,"client_certs":[{{files.ClientCert("client")}}]}"""));
        Assert.Equal("Unavailable", await CountAsync("{}"));
        Assert.Equal("Unavailable", await CountAsync($$"""{"ca_certs":["{{files["ca.pem"]}}"]}"""));

        async Task<string?> CountAsync(string tls)
        {
            await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}","tls":{{tls}}}]}""");
            return (await front.GetAsync("/x")).Header("X-Count");
        }
    }

    [Theory, Spec("TRF-070", "TRF-073", "CFG-194", "CFG-196")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1"}],"clusters":[{"name":"a","addresses":["h:1"]}]}""", "\"a\" is used twice")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1"},{"name":"a","address":"h:2"}]}""", "\"a\" is used twice")]
    [InlineData("""{"clusters":[{"name":"a","addresses":["h:1"],"db":2}]}""", "a cluster has no databases")]
    [InlineData("""{"clusters":[{"name":"a","addresses":[]}]}""", "a cluster needs \"addresses\"")]
    [InlineData("""{"connection_pools":[{"name":"a"}]}""", "\"address\" is required")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:70000"}]}""", "is no address; expected host:port")]
    [InlineData("""{"connection_pools":[{"address":"h:1"}]}""", "\"name\" is required")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1","tls":{"ca_certs":["/nowhere.pem"]}}]}""", "a certificate cannot be used")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1","tls":{"max_version":"TLS11","min_version":"TLS10"}}]}""", "no version is left")]
    public async Task Mistakes_refuse_the_start_and_the_schema(string redis, string expected)
    {
        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(redis));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-081")]
    public async Task Old_spellings_work_with_a_warning_and_not_in_the_schema()
    {
        await using var server = await RedisServer.StartAsync();
        var redis = $$"""{"nodes":[{"name":"a","host":"{{server.Address}}"}]}""";
        await using var front = await StartAsync(redis);

        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        Assert.NotEmpty(ReadSchema().Validate(JsonDocument.Parse(redis).RootElement));
    }

    [Fact, Spec("TRF-331")]
    public void The_readmes_example_is_valid()
    {
        var readme = PluginFront.ReadmeExample(Path.Combine(s_folder, "..", "..", "..", "..", ".."));

        Assert.Empty(ReadSchema().Validate(JsonDocument.Parse(readme).RootElement.GetProperty("extra_config").GetProperty("redis")));
    }

    [Theory, Spec("TRF-071", "CFG-193")]
    [InlineData(""" "redis":{"connection_pools":[{"name":"limits","address":"127.0.0.1:1"},{"name":"caches","address":"127.0.0.1:1"}]} """, "limit",
        "\"limit\" is no Redis connection; expected a name of extra_config.redis of the service (limits, caches); did you mean \"limits\"?")]
    [InlineData(""" "redis":{} """, "limits", "\"limits\" is no Redis connection; expected a name of extra_config.redis of the service, which has none")]
    [InlineData("", "limits", "\"limits\" is no Redis connection; expected a name of extra_config.redis of the service, which is missing")]
    [InlineData("", "", "\"connection_name\" is required; expected a name of extra_config.redis of the service, which is missing")]
    public async Task An_unknown_connection_closes_the_endpoints_that_name_it_and_no_other(string redis, string name, string expected)
    {
        var registry = new PluginRegistry();
        registry.Endpoint("qos/ratelimit/router/redis", EndpointStages.RateLimit, Named);
        var limited = $$$"""{"endpoint":"/x","extra_config":{"qos/ratelimit/router/redis":{"connection_name":"{{{name}}}"}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}""";

        await using var front = await PluginFront.StartAsync(
            $$$"""{"version":3,"extra_config":{{{{redis}}}},"endpoints":[{{{limited}}},{"endpoint":"/y","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}""",
            new TestGatewayOptions { Plugins = registry }, s_folder);

        await front.Gateway.WaitForLogAsync(expected);
        Assert.Equal(500, (await front.GetAsync("/x")).Status);
        Assert.Equal(200, (await front.GetAsync("/y")).Status);
    }

    [Fact, Spec("TRF-071", "CFG-193")]
    public async Task An_unknown_connection_of_the_service_refuses_the_start()
    {
        var registry = new PluginRegistry();
        registry.Server("qos/ratelimit/service/redis", ServerStages.ServiceGuards, Named);

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => PluginFront.StartAsync(
            """{"version":3,"extra_config":{"qos/ratelimit/service/redis":{"connection_name":"a"}},"endpoints":[]}""", new TestGatewayOptions { Plugins = registry }, s_folder));

        Assert.Matches(@":1:\d+ extra_config\.connection_name: ""a"" is no Redis connection; expected", failure.Message);
    }

    private static Counter? Named(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var source = new ConfigSource(config, ConfigPath.Root.Member("extra_config"));
        return context.FindRedis(source, "connection_name", config["connection_name"]!.Text, diagnostics) is { } pool ? new Counter(pool) : null;
    }

    private static Schema ReadSchema() => Schema.Compile(JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "redis.schema.json"))).RootElement);

    private static Task<PluginFront> StartAsync(string redis)
    {
        var registry = new PluginRegistry();
        registry.Endpoint("qos/ratelimit/router/redis", EndpointStages.RateLimit, static (_, context, _) => new Counter(context.Service<IRedisPools>()!.Find("a")!));
        return PluginFront.StartAsync(
            $$$"""{"version":3,"extra_config":{"redis":{{{redis}}}},"endpoints":[{{{Endpoint("/x")}}},{{{Endpoint("/y")}}}]}""", new TestGatewayOptions { Plugins = registry }, s_folder);
    }

    private static string Endpoint(string path) =>
        $$$"""{"endpoint":"{{{path}}}","extra_config":{"qos/ratelimit/router/redis":{}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}""";

    private sealed class Counter(IRedisPool pool) : IHttpMiddleware
    {
        private static readonly RedisScript s_count = new("return redis.call('INCR', KEYS[1])");

        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            var reply = await pool.EvaluateAsync(s_count, ["count"], [], new RedisCall(TimeSpan.FromSeconds(5)), context.RequestAborted);
            context.Response.Headers["X-Count"] = reply.TryGetInteger(out var number) ? number.ToString(CultureInfo.InvariantCulture) : reply.Failure.ToString();
            await next(context);
        }
    }
}
