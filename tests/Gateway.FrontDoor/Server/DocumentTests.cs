using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>Configuration document and root attributes, as far as a running gateway shows them.</summary>
public sealed class DocumentTests
{
    [Fact, Spec("CFG-001")]
    public async Task The_smallest_document_serves_health()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version": 3}""");

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(8080, gateway.Config.Port);
    }

    [Fact, Spec("CFG-001", "CFG-032")]
    public async Task Without_listen_ip_both_address_families_are_served()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version": 3}""");
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);

        if (Socket.OSSupportsIPv6)
            await socket.ConnectAsync(IPAddress.IPv6Loopback, gateway.Port);
        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Socket.OSSupportsIPv6, socket.Connected);
    }

    [Fact, Spec("CFG-032")]
    public async Task A_loopback_listen_ip_is_reachable_only_there()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version": 3, "listen_ip": "127.0.0.1"}""");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Parse("127.0.0.2"), gateway.Port));
    }

    [Theory, Spec("CFG-002")]
    [InlineData("""{}""", "0")]
    [InlineData("""{"version": null}""", "0")]
    [InlineData("""{"version": 2}""", "2")]
    [InlineData("""{"version": 4}""", "4")]
    public async Task Another_version_of_the_language_does_not_start(string json, string have)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync(json));

        Assert.Contains($"unsupported version: {have} (want: 3)", error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-006", "CFG-007")]
    public async Task Unknown_attributes_and_metadata_have_no_effect_at_any_depth()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"$schema":"https://example.com/s.json","@comment":{"timeout":"x"},"_port":1,"#tls":[1],"nonsense":{"deep":[{}]},
             "endpoints":[{"endpoint":"/a","@timeout":"1ns","oddity":7,"backend":[
               {"host":["$UPSTREAM"],"url_pattern":"/a","_deny":["id"],"#group":"x","whatever":null}]}]}
            """, upstream.Host);

        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact, Spec("CFG-018")]
    public async Task The_file_is_read_once()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        await using var gateway = await TestGateway.StartAsync(Endpoint("/a"), upstream.Host);
        await File.WriteAllTextAsync(gateway.ConfigFile, """{"version":3}""");

        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/a"));
        File.Delete(gateway.ConfigFile);
        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact, Spec("CFG-021")]
    public async Task An_endpoint_whose_component_rejects_its_settings_answers_500_and_the_others_work()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        var plugins = new PluginRegistry();
        plugins.Proxy("test/picky", ProxyStages.Modifiers, (config, _, diagnostics) =>
        {
            diagnostics.Error(config.Position, "extra_config.test/picky", "not like that");
            return null;
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/broken","extra_config":{"test/picky":{}},"backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/fine","backend":[{"url_pattern":"/a"}]}]}
            """, upstream.Host, new() { Plugins = plugins });

        using var broken = await gateway.Client.GetAsync("/broken");

        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/fine"));
        var lines = gateway.Log.Split('\n').Where(static l => l.Contains(" ERROR: [ENDPOINT: /broken]", StringComparison.Ordinal)).ToArray();
        Assert.Contains("not like that", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-033")]
    public async Task Endpoints_take_the_service_timeout_and_a_backend_has_none_of_its_own()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromSeconds(20), "/slow", "{}");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"timeout":"300ms","endpoints":[
              {"endpoint":"/none","backend":[{"url_pattern":"/slow","timeout":"1m"}]},
              {"endpoint":"/zero","timeout":"0s","backend":[{"url_pattern":"/slow"}]}]}
            """, upstream.Host);
        var watch = Stopwatch.StartNew();

        using var none = await gateway.Client.GetAsync("/none");
        using var zero = await gateway.Client.GetAsync("/zero");

        Assert.Equal(HttpStatusCode.InternalServerError, none.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, zero.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(550), TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("CFG-033")]
    public async Task Without_any_timeout_a_request_has_two_seconds()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromSeconds(20), "/slow", "{}");
        await using var gateway = await TestGateway.StartAsync(Endpoint("/slow"), upstream.Host);
        var watch = Stopwatch.StartNew();

        using var response = await gateway.Client.GetAsync("/slow");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(1900), TimeSpan.FromSeconds(8));
    }

    [Fact, Spec("CFG-034", "RTE-120")]
    public async Task The_service_cache_ttl_applies_where_an_endpoint_has_none_or_zero()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"cache_ttl":"90s","endpoints":[
              {"endpoint":"/none","backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/zero","cache_ttl":"0s","backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/own","cache_ttl":"5m","backend":[{"url_pattern":"/a"}]}]}
            """, upstream.Host);

        Assert.Equal("public, max-age=90", await CacheControlAsync("/none"));
        Assert.Equal("public, max-age=90", await CacheControlAsync("/zero"));
        Assert.Equal("public, max-age=300", await CacheControlAsync("/own"));

        async Task<string> CacheControlAsync(string path)
        {
            using var response = await gateway.Client.GetAsync(path);
            return response.Headers.GetValues("Cache-Control").Single();
        }
    }

    [Fact, Spec("CFG-035")]
    public async Task Backends_without_host_use_the_service_host_normalised()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM/"],"endpoints":[
              {"endpoint":"/absent","backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/empty","backend":[{"url_pattern":"/a","host":[]}]}]}
            """, upstream.Host["http://".Length..]);

        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/absent"));
        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/empty"));
    }

    [Fact, Spec("CFG-041")]
    public async Task The_old_place_of_allow_insecure_connections_is_honoured_with_a_notice()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"allow_insecure_connections":true}""");

        Assert.Contains(gateway.Diagnostics.All, static d => d.Message.Contains("client_tls", StringComparison.Ordinal));
        Assert.Contains("WARNING: [SERVICE: HTTP Client] certificates of backends are not verified", gateway.Log, StringComparison.Ordinal);
    }

    private static string Endpoint(string path) =>
        $$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"{{path}}","backend":[{"url_pattern":"{{path}}"}]}]}""";
}
