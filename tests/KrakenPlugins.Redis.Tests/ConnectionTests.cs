using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
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

    [Fact, Spec("TRF-076", "CFG-198")]
    public async Task Beyond_pool_size_a_command_waits_for_pool_timeout_and_fails()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}","pool_size":1,"pool_timeout":"150ms"}]}""");
        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        server.Freeze();

        var replies = new[] { front.GetAsync("/x"), front.GetAsync("/x") };
        var start = Stopwatch.GetTimestamp();
        var beyond = await (await Task.WhenAny(replies));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 100, 1_000);
        server.Thaw();

        Assert.Equal("Busy", beyond.Header("X-Count"));
        Assert.Contains("2", (await Task.WhenAll(replies)).Select(static reply => reply.Header("X-Count")));
    }

    [Theory, Spec("TRF-076", "CFG-192")]
    [InlineData("")]
    [InlineData(",\"pool_size\":0,\"pool_timeout\":\"1ms\"")]
    public async Task Without_pool_size_no_command_waits_for_another(string poolSize)
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}"{{poolSize}}}]}""");
        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        server.Freeze();

        var before = Counter.Calls;
        var replies = Enumerable.Range(0, 40).Select(_ => front.GetAsync("/x")).ToArray();
        await Wait.UntilAsync(() => Counter.Calls == before + 40, static () => "not all commands were sent");
        server.Thaw();

        Assert.DoesNotContain("Busy", (await Task.WhenAll(replies)).Select(static reply => reply.Header("X-Count")));
        Assert.Equal("41", server.Cli("get", "count"));
    }

    [Theory, Spec("TRF-077", "CFG-197")]
    [InlineData("-1", 1)]
    [InlineData("2", 3)]
    public async Task A_command_is_tried_as_often_as_max_retries_says(string retries, int attempts)
    {
        using var server = new LoadingServer();
        await using var front = await StartAsync($$"""{"connection_pools":[{"name":"a","address":"127.0.0.1:{{server.Port}}","max_retries":{{retries}},"min_retry_backoff":"1ms","max_retry_backoff":"2ms"}]}""");

        Assert.Equal("Unavailable", (await front.GetAsync("/x")).Header("X-Count"));

        Assert.Equal(attempts, server.Commands);
    }

    [Fact, Spec("TRF-331")]
    public async Task Sizes_and_ages_of_a_pool_of_connections_are_accepted_without_effect()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync($$"""
            {"connection_pools":[{"name":"a","address":"{{server.Address}}","min_idle_conns":7,"max_idle_conns":1,"max_active_conns":3,"conn_max_idle_time":"1ms","conn_max_life_time":"1ms"}]}
            """);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => front.GetAsync("/x")));

        Assert.Equal(Enumerable.Range(1, 20), replies.Select(static reply => int.Parse(reply.Header("X-Count")!, CultureInfo.InvariantCulture)).Order());
        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Single(GatewayConnections(server));
    }

    [Fact, Spec("TRF-069", "CFG-336")]
    public async Task A_reload_keeps_the_connections_of_entries_that_stay_as_they_are()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(Pools(1));
        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        await Wait.UntilAsync(() => GatewayConnections(server).Length == 2, static () => "not both are connected");
        var before = Ids();

        await front.Gateway.ReloadAsync(Document(Pools(2)));
        Assert.Equal("2", (await front.GetAsync("/x")).Header("X-Count"));
        await Wait.UntilAsync(() => GatewayConnections(server).Length == 2 && !Ids()["b"].Equals(before["b"], StringComparison.Ordinal), static () => "the changed entry has no new connection, or the old one stays");

        Assert.Equal(before["a"], Ids()["a"]);

        string Pools(int retries) =>
            $$"""{"connection_pools":[{"name":"a","address":"{{server.Address}}","client_name":"a"},{"name":"b","address":"{{server.Address}}","client_name":"b","max_retries":{{retries}}}]}""";

        Dictionary<string, string> Ids() => GatewayConnections(server).ToDictionary(
            static line => line.Split("name=")[1].Split(' ')[0], static line => line.Split("id=")[1].Split(' ')[0], StringComparer.Ordinal);
    }

    [Theory, Spec("TRF-070", "TRF-073", "CFG-194", "CFG-196")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1"}],"clusters":[{"name":"a","addresses":["h:1"]}]}""", "\"a\" is used twice")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1"},{"name":"a","address":"h:2"}]}""", "\"a\" is used twice")]
    [InlineData("""{"clusters":[{"name":"a","addresses":["h:1"],"db":2}]}""", "a cluster has no databases")]
    [InlineData("""{"clusters":[{"name":"a","addresses":[]}]}""", "a cluster needs \"addresses\"")]
    [InlineData("""{"connection_pools":[{"name":"a"}]}""", "\"address\" is required")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:70000"}]}""", "is no address; expected host:port")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"me:opensesame@h:1"}]}""", "user and password do not belong there; expected host:port")]
    [InlineData("""{"clusters":[{"name":"a","addresses":["redis://me:opensesame@h:1"]}]}""", "user and password do not belong there; expected host:port")]
    [InlineData("""{"connection_pools":[{"address":"h:1"}]}""", "\"name\" is required")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1","tls":{"ca_certs":["/nowhere.pem"]}}]}""", "a certificate cannot be used")]
    [InlineData("""{"connection_pools":[{"name":"a","address":"h:1","tls":{"max_version":"TLS11","min_version":"TLS10"}}]}""", "no version is left")]
    public async Task Mistakes_refuse_the_start_and_the_schema(string redis, string expected)
    {
        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(redis));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("opensesame", failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-081")]
    public async Task Old_spellings_work_with_a_warning_and_not_in_the_schema()
    {
        await using var server = await RedisServer.StartAsync();
        var redis = $$"""{"connection_pools":[{"name":"b","address":"127.0.0.1:1"}],"nodes":[{"name":"a","host":"{{server.Address}}"}]}""";
        await using var front = await StartAsync(redis);

        Assert.Equal("1", (await front.GetAsync("/x")).Header("X-Count"));
        var warnings = front.Gateway.Diagnostics.All.Where(static f => f.Severity == ConfigSeverity.Warning).Select(static f => $"{f.Path}: {f.Message}");
        Assert.Equal(["extra_config.redis.nodes: \"nodes\" is the old name of \"connection_pools\"; rename it", "extra_config.redis.nodes[0].host: \"host\" is the old name of \"address\"; rename it"], warnings);
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

    internal static Task<PluginFront> StartAsync(string redis, string name = "a")
    {
        var registry = new PluginRegistry();
        registry.Endpoint("qos/ratelimit/router/redis", EndpointStages.RateLimit, (_, context, _) => new Counter(context.Service<IRedisPools>()!.Find(name)!));
        return PluginFront.StartAsync(Document(redis), new TestGatewayOptions { Plugins = registry }, s_folder);
    }

    private static string[] GatewayConnections(RedisServer server) =>
        [.. server.Cli("client", "list").Split('\n').Where(static line => !line.Contains("cmd=client|list", StringComparison.Ordinal))];

    private static string Document(string redis) => $$$"""{"version":3,"extra_config":{"redis":{{{redis}}}},"endpoints":[{{{Endpoint("/x")}}},{{{Endpoint("/y")}}}]}""";

    private static string Endpoint(string path) =>
        $$$"""{"endpoint":"{{{path}}}","extra_config":{"qos/ratelimit/router/redis":{}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}""";

    /// <summary>A server that greets, and has not read its data yet.</summary>
    private sealed class LoadingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;
        private int _commands;

        public LoadingServer()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Commands => Volatile.Read(ref _commands);

        public void Dispose() => _listener.Stop();

        private async Task ServeAsync()
        {
            using var socket = await _listener.AcceptSocketAsync();
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer) is var count and > 0)
            {
                var isGreeting = Encoding.ASCII.GetString(buffer, 0, count).Contains("HELLO", StringComparison.Ordinal);
                if (!isGreeting)
                    Interlocked.Increment(ref _commands);
                await socket.SendAsync(isGreeting ? "%0\r\n"u8.ToArray() : "-LOADING\r\n"u8.ToArray());
            }
        }
    }

    private sealed class Counter(IRedisPool pool) : IHttpMiddleware
    {
        private static readonly RedisScript s_count = new("return redis.call('INCR', KEYS[1])");
        private static int s_calls;

        public static int Calls => Volatile.Read(ref s_calls);

        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            var call = pool.EvaluateAsync(s_count, ["count"], [], new RedisCall(TimeSpan.FromSeconds(5)), context.RequestAborted);
            Interlocked.Increment(ref s_calls);
            var reply = await call;
            context.Response.Headers["X-Count"] = reply.TryGetInteger(out var number) ? number.ToString(CultureInfo.InvariantCulture) : reply.Failure.ToString();
            await next(context);
        }
    }
}
