using System.Net;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class ServiceLoaderTests
{
    [Fact]
    [Spec("CFG-031", "CFG-032", "CFG-033", "CFG-039", "CFG-040")]
    public void The_version_alone_is_a_complete_document()
    {
        var config = Clean("""{"version": 3}""");

        Assert.Equal(8080, config.Port);
        Assert.Null(config.ListenIp);
        Assert.Equal(TimeSpan.FromSeconds(2), config.Timeout);
        Assert.Equal(TimeSpan.Zero, config.CacheTtl);
        Assert.Equal("json", config.OutputEncoding);
        Assert.Equal(TimeSpan.FromSeconds(30), config.DnsCacheTtl);
        Assert.Equal(1 << 20, config.Server.MaxHeaderBytes);
        Assert.Equal(0, config.Transport.MaxIdleConnections);
        Assert.Equal(250, config.Transport.MaxIdleConnectionsPerHost);
        Assert.Equal(TimeSpan.FromSeconds(15), config.Transport.DialerKeepAlive);
        Assert.Equal(TimeSpan.FromMilliseconds(300), config.Transport.DialerFallbackDelay);
        Assert.Equal("/__health", config.Router.HealthPath);
        Assert.Empty(config.Endpoints);
        Assert.Null(config.Plugin);
    }

    [Theory]
    [Spec("CFG-002", "CFG-054", "RTE-010")]
    [InlineData("{}", "unsupported version: 0 (want: 3); add \"version\": 3")]
    [InlineData("""{"version": null}""", "unsupported version: 0 (want: 3); add \"version\": 3")]
    [InlineData("""{"version": 1}""", "unsupported version: 1 (want: 3); the document is of an older language")]
    [InlineData("""{"version": 2, "endpoints": 5}""", "unsupported version: 2 (want: 3); the document is of an older language")]
    [InlineData("""{"version": 4}""", "unsupported version: 4 (want: 3); the document is of the later language")]
    [InlineData("""{"version": "x"}""", "version: expected an integer, not \"x\"")]
    public void Only_version_3_is_loaded(string json, string expected)
    {
        var error = Errors(json);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [Spec("CFG-011")]
    [InlineData("3")]
    [InlineData("\"3\"")]
    [InlineData("3.0")]
    public void Version_3_may_be_weakly_typed(string version) => Good($$"""{"version": {{version}}}""");

    [Theory]
    [Spec("CFG-004")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("3")]
    [InlineData("null")]
    public void The_root_is_an_object(string json) => Assert.Contains("a configuration is an object", Errors(json), StringComparison.Ordinal);

    [Theory]
    [Spec("CFG-006", "RTE-065")]
    [InlineData("\"endponts\": []", "krakend.json:1:14 endponts: \"endponts\" is no attribute of this place and has no effect; did you mean \"endpoints\"?")]
    [InlineData("\"auth/validator\": {}", "auth/validator: \"auth/validator\" has no effect here: a namespace belongs under \"extra_config\"; the protection is not active")]
    public void Unknown_attributes_are_warnings(string member, string expected) =>
        Assert.Contains(expected, Warnings(Root(member)), StringComparison.Ordinal);

    [Fact]
    [Spec("CFG-007")]
    public void Metadata_is_free_of_findings_at_every_level() => Clean("""
        {"$schema": "https://x", "@c": 1, "@c": {}, "version": 3, "_x": null, "#y": [],
         "extra_config": {"@z": {}, "$w": 1},
         "endpoints": [{"@c": [], "endpoint": "/a", "extra_config": {"_c": 1, "proxy": {"#c": {}}}, "backend": [{"@c": 1, "host": "h", "url_pattern": "/"}]}]}
        """);

    [Fact]
    [Spec("CFG-009")]
    public void Null_is_absence_for_every_attribute()
    {
        var config = Clean("""{"version": 3, "timeout": null, "tls": null, "client_tls": null, "endpoints": null, "async_agent": null, "extra_config": null, "host": null, "port": null, "plugin": null}""");

        Assert.Equal(TimeSpan.FromSeconds(2), config.Timeout);
    }

    [Fact]
    [Spec("CFG-010")]
    public void Core_names_match_any_letter_case_but_namespaces_do_not()
    {
        var json = """
            {"version": 3, "Timeout": "7s", "Host": ["h"], "endpoints": [{"ENDPOINT": "/a", "Backend": [{"Url_Pattern": "/x"}], "extra_config": {"Proxy": {"sequential": true}}}]}
            """;

        var endpoint = Good(json).Endpoints[0];

        Assert.Equal(TimeSpan.FromSeconds(7), endpoint.Timeout);
        Assert.Equal("/x", endpoint.Backends[0].UrlPattern.Text);
        Assert.False(endpoint.Proxy.Sequential);
        Assert.Contains("\"Proxy\" is no known namespace and has no effect; did you mean \"proxy\"?", Warnings(json), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-031", "CFG-011")]
    [InlineData("0", 8080)]
    [InlineData("\"0x1F90\"", 8080)]
    [InlineData("65535", 65535)]
    public void Ports(string port, int expected) => Assert.Equal(expected, Clean(Root($"\"port\": {port}")).Port);

    [Theory]
    [Spec("CFG-031")]
    [InlineData("65536", "krakend.json:1:22 port: 65536 is no TCP port")]
    [InlineData("-1", "port: -1 is no TCP port")]
    [InlineData("\"http\"", "port: expected an integer, not \"http\"")]
    public void What_is_no_port_stops_the_load(string port, string expected) =>
        Assert.Contains(expected, Errors(Root($"\"port\": {port}")), StringComparison.Ordinal);

    [Theory]
    [Spec("CFG-032")]
    [InlineData("", null)]
    [InlineData("0.0.0.0", null)]
    [InlineData("::", null)]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("fe80::1%1", "fe80::1%1")]
    public void Listen_addresses(string written, string? expected) =>
        Assert.Equal(expected is null ? null : IPAddress.Parse(expected), Clean(Root($"\"listen_ip\": \"{written}\"")).ListenIp);

    [Theory]
    [Spec("CFG-032", "CFG-019")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]:80")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    public void What_is_no_address_stops_the_load(string written) =>
        Assert.Contains($"listen_ip: invalid ip address {written}", Errors(Root($"\"listen_ip\": \"{written}\"")), StringComparison.Ordinal);

    [Theory]
    [Spec("CFG-037", "RTE-363")]
    [InlineData("999ms", 30)]
    [InlineData("1s", 1)]
    [InlineData("-5s", 30)]
    [InlineData("1m", 60)]
    public void Short_lifetimes_of_discovery_answers_are_ignored(string written, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Clean(Root($"\"dns_cache_ttl\": \"{written}\"")).DnsCacheTtl);

    [Fact]
    [Spec("CFG-039")]
    public void Idle_connections()
    {
        Assert.Equal(250, Clean(Root("\"max_idle_connections_per_host\": 0")).Transport.MaxIdleConnectionsPerHost);
        Assert.Equal(7, Clean(Root("\"max_idle_connections_per_host\": \"7\"")).Transport.MaxIdleConnectionsPerHost);
    }

    [Fact]
    public void Server_timers_fall_back_to_the_read_timeout()
    {
        var server = Clean(Root("\"read_timeout\": \"3s\", \"idle_timeout\": \"5s\"")).Server;

        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)), (server.ReadHeaderTimeout, server.IdleTimeout));
    }

    [Fact]
    [Spec("CFG-040")]
    public void A_pattern_for_go_plugins_is_one_warning()
    {
        var result = Load(Root("\"plugin\": {\"folder\": \"./p\", \"pattern\": \".so\"}"));

        Assert.Equal(new PluginFolderConfig("./p", ".so"), result.Config!.Plugin);
        Assert.Contains("plugins written in Go (.so) cannot be loaded", Assert.Single(result.Diagnostics.All).Message, StringComparison.Ordinal);
        Assert.Equal("acme", Clean(Root("\"plugin\": {\"folder\": \"./p\", \"pattern\": \"acme\"}")).Plugin!.Pattern);
    }

    [Fact]
    [Spec("CFG-041")]
    public void The_old_place_of_insecure_connections_works_with_a_notice()
    {
        var result = Load(Root("\"allow_insecure_connections\": true"));

        Assert.True(result.Config!.Transport.Tls.AllowInsecureConnections);
        Assert.Contains("allow_insecure_connections: the attribute moved to \"client_tls\"", result.Findings(ConfigSeverity.Notice), StringComparison.Ordinal);
    }

    [Fact]
    public void Sequential_start_without_agents_is_explained() =>
        Assert.Contains("sequential_start: it orders the start of async agents", Warnings(Root("\"sequential_start\": true")), StringComparison.Ordinal);

    [Fact]
    public void The_command_line_wins()
    {
        var options = new LoadOptions { PortOverride = 9000, DebugEndpoint = true, Environment = static v => v == "KRAKEND_PORT" ? "7000" : null };

        var config = Clean(Root("\"port\": 8000"), options);

        Assert.Equal((9000, true), (config.Port, config.DebugEndpoint));
        Assert.Contains("command line port: 70000 is no TCP port", Errors("""{"version":3}""", new LoadOptions { PortOverride = 70000 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_turns_warnings_into_errors_but_not_notices()
    {
        var strict = new LoadOptions { Strict = true, AllowMissing = new HashSet<string> { "*" } };

        Assert.Null(Load(Root("\"typo\": 1"), strict).Config);
        Assert.NotNull(Load(Root("\"allow_insecure_connections\": true"), strict).Config);
    }

    [Fact]
    [Spec("RTE-046", "MAN-074")]
    public void Router_options()
    {
        var router = Clean(Root("""
            "extra_config": {"router": {"error_body": {"404": {"b": "<x>", "a": [1]}, "405": {}}, "health_path": "ok", "max_payload": "10",
             "forwarded_by_client_ip": true, "trusted_proxies": ["10.1.2.3/8", "127.0.0.1", "::1", "2001:db8::/32", "::ffff:192.168.1.1/112"],
             "remote_ip_headers": ["X-Real-IP"], "max_multipart_memory": 5, "decompress_gzip": 0, "auto_options": 1}}
            """)).Router;

        Assert.Equal("""{"a":[1],"b":"\u003cx\u003e"}""", Encoding.UTF8.GetString(router.ErrorBody404!));
        Assert.Equal("{}", Encoding.UTF8.GetString(router.ErrorBody405!));
        Assert.Equal("/ok", router.HealthPath);
        Assert.Equal(10, router.MaxPayload);
        Assert.Equal(["X-Real-IP"], router.RemoteIpHeaders);
        Assert.Equal(["10.0.0.0/8", "127.0.0.1/32", "::1/128", "2001:db8::/32", "192.168.0.0/16"], router.TrustedProxies.Select(static n => n.ToString()));
        Assert.True(router.AutoOptions);
    }

    [Theory]
    [Spec("RTE-046", "RTE-055")]
    [InlineData("""[1]""", "extra_config.router: expected an object, not a list")]
    [InlineData("""{"auto_options": "yes"}""", "extra_config.router.auto_options: expected true or false, not \"yes\"")]
    [InlineData("""{"error_body": {"404": "x"}}""", "extra_config.router.error_body.404: expected an object, not \"x\"")]
    [InlineData("""{"forwarded_by_client_ip": true, "trusted_proxies": ["10.0.0.0/33"]}""", "extra_config.router.trusted_proxies[0]: \"10.0.0.0/33\" is no address and no network")]
    [InlineData("""{"forwarded_by_client_ip": true, "trusted_proxies": ["localhost"]}""", "\"localhost\" is no address and no network")]
    [InlineData("""{"decompress_gzip": 1}""", "extra_config.router.decompress_gzip: not supported yet")]
    public void A_router_that_does_not_bind_stops_the_load(string router, string expected) =>
        Assert.Contains(expected, Errors(Root($$"""
            "extra_config": {"router": {{router}}}
            """)), StringComparison.Ordinal);

    [Theory]
    [Spec("RTE-048")]
    [InlineData("\"forwarded_by_client_ip\": true", "together with \"trusted_proxies\" only")]
    [InlineData("\"trusted_proxies\": [\"10.0.0.0/8\"]", "together with \"forwarded_by_client_ip\" only")]
    public void One_half_of_the_client_address_settings_is_a_warning(string member, string expected) =>
        Assert.Contains(expected, Warnings(Root($$"""
            "extra_config": {"router": { {{member}} } }
            """)), StringComparison.Ordinal);

    [Fact]
    [Spec("CFG-168")]
    public void The_old_place_of_h2c_works_with_a_notice()
    {
        var result = Load(Root("""
            "extra_config": {"router": {"use_h2c": true}}
            """));

        Assert.True(result.Config!.Server.UseH2c);
        Assert.NotEmpty(result.Findings(ConfigSeverity.Notice));
    }
}
