using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

/// <summary>"Names seen in the wild": what guides write and this language does not know.</summary>
public sealed class ForeignNamesTests
{
    private static readonly LoadOptions s_all = new() { IsAvailable = NamespaceRegistry.IsDefined };
    private static readonly LoadOptions s_strict = new() { IsAvailable = NamespaceRegistry.IsDefined, Strict = true };

    /// <summary>Scope, extra_config and the advice; <c>!</c> in front of the advice: a protection that is not active.</summary>
    public static TheoryData<string, string, string> Rows => new()
    {
        { "backend", """{"backend/grpc":{"output_mapping":{"a":"b"}}}""", "renamed with \"mapping\"" },
        { "backend", """{"backend/grpc":{"use_request_id":true}}""", "\"input_headers\"" },
        { "backend", """{"modifier/martian":{"header.Modifier":{},"body.Modifier":{}}}""", "wrap several in \"fifo.Group\"" },
        { "backend", """{"modifier/martian":{"fifo.Group":{"modifiers":[{"query.Modifier":{}}]}}}""", "\"querystring.Modifier\"" },
        { "backend", """{"qos/circuit-breaker":{"fallback_response":{}}}""", "namespace proxy" },
        { "backend", """{"qos/http-cache":{"ttl":"1m"}}""", "Cache-Control" },
        { "backend", """{"qos/http-cache":{"cache_control":"x"}}""", "Cache-Control" },
        { "backend", """{"qos/http-cache":{"etag":true}}""", "Cache-Control" },
        { "backend", """{"qos/http-cache":{"vary":[]}}""", "Cache-Control" },
        { "backend", """{"qos/http-cache":{"redis":{}}}""", "connection_name" },
        { "backend", """{"qos/http-cache":{"cdn":{}}}""", "Cache-Control" },
        { "service", """{"qos/ratelimit/service":{"default_user_quota":5}}""", "!\"client_max_rate\"" },
        { "service", """{"qos/ratelimit/service":{"tokenizer":"jwt"}}""", "!\"client_max_rate\"" },
        { "service", """{"qos/ratelimit/service":{"tokenizer_field":"sub"}}""", "!\"client_max_rate\"" },
        { "service", """{"qos/ratelimit/service":{"redis_url":"redis://a"}}""", "!\"qos/ratelimit/service/redis\"" },
        { "service", """{"auth/api-keys":{"keys":[{"key":"a"},{"key":"b","strategy":"header"}]}}""", "beside \"keys\"" },
        { "service", """{"auth/api-keys":{"keys":[{"key":"a","field":"X-Key"}]}}""", "beside \"keys\"" },
        { "service", """{"auth/basic":{"@users":{"x":"y"},"users":{"@comment":"none","good":"$2y$05$abc","bad":"letmein"}}}""", "bcrypt hashes" },
        { "service", """{"security/http":{"public_key_pins":"x"}}""", "!hpkp_public_key" },
        { "service", """{"security/http":{"public_key_pins_report_only":"x"}}""", "!hpkp_public_key" },
        { "service", """{"security/http":{"hp_public_key_pins":"x"}}""", "!hpkp_public_key" },
        { "service", """{"telemetry/logstash":{"address":"a:1"}}""", "log shipper" },
        { "backend", """{"backend/http/client":{"timeout":"1s"}}""", "belongs to the endpoint" },
        { "backend", """{"backend/http/client":{"dialer_timeout":"1s"}}""", "root attribute" },
        { "backend", """{"backend/http/client":{"max_idle_connections":1}}""", "root attribute" },
        { "backend", """{"backend/http/client":{"disable_compression":true}}""", "root attribute" },
        { "backend", """{"backend/consul":{}}""", "DNS interface" },
        { "backend", """{"backend/eureka":{}}""", "no Eureka client" },
        { "backend", """{"auth/api-keys":{}}""", "!an endpoint or the service" },
        { "endpoint", """{"backend/websocket":{}}""", "the namespace is \"websocket\"" },
        { "endpoint", """{"backend/graphql":{}}""", "a backend" },
        { "endpoint", """{"modifier/martian":{}}""", "a backend" },
        { "endpoint", """{"qos/circuit-breaker":{}}""", "a backend" },
        { "service", """{"qos/http-cache":{}}""", "a backend" },
        { "service", """{"modifier/jmespath":{}}""", "an endpoint" },
        { "service", """{"modifier/response-body-generator":{}}""", "an endpoint" },
        { "service", """{"github.com/devopsfaith/krakend-health":{"checks":[]}}""", "router.health_path" },
    };

    [Theory, Spec("CFG-309", "CFG-310")]
    [MemberData(nameof(Rows))]
    public void A_foreign_name_is_one_warning_with_advice_and_fatal_when_strict(string scope, string extraConfig, string advice)
    {
        var json = Document(scope, extraConfig);

        var lenient = Load(json, s_all);
        var strict = Load(json, s_strict);

        Assert.NotNull(lenient.Config);
        var warning = Assert.Single(lenient.Diagnostics.All);
        Assert.Equal((ConfigSeverity.Warning, 1), (warning.Severity, warning.Position.Line));
        Assert.Contains(advice.TrimStart('!'), warning.Message, StringComparison.Ordinal);
        Assert.Contains("no effect", warning.Message, StringComparison.Ordinal);
        Assert.Equal(advice.StartsWith('!'), warning.Message.Contains("the protection is not active", StringComparison.Ordinal));
        Assert.Null(strict.Config);
    }

    [Theory, Spec("CFG-309")]
    [InlineData("", "\"timeout\":\"1s\"", "belongs to the endpoint")]
    [InlineData("", "\"sd\":\"consul\"", "Consul is reached through its DNS interface")]
    [InlineData("", "\"sd\":\"eureka\"", "there is no Eureka client")]
    [InlineData("", "\"encoding\":\"grpc\"", "with the namespace backend/grpc the encoding is not used")]
    [InlineData("\"sequential_start\":true", "", "\"sequential\" under extra_config, namespace proxy")]
    public void A_foreign_attribute_is_one_warning_with_advice(string root, string backend, string advice)
    {
        var result = Load(OneEndpoint(backend: backend, root: root));

        Assert.NotNull(result.Config);
        var warning = Assert.Single(result.Diagnostics.All);
        Assert.Equal((ConfigSeverity.Warning, ConfigRules.Hint), (warning.Severity, warning.Rule));
        Assert.Contains(advice, warning.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-309")]
    [InlineData("grpc://orders:5000", "http://orders:5000")]
    [InlineData("lambda://orders", "http://orders")]
    public void Schemes_of_drivers_are_left_out_of_hosts(string written, string used)
    {
        var result = Load($$"""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://h","{{written}}"],"url_pattern":"/x"}]}]}""");

        Assert.Equal(used, result.Config!.Endpoints[0].Backends[0].Hosts[1]);
        Assert.Equal("endpoints[0].backend[0].host[1]", Assert.Single(result.Diagnostics.All).Path);
    }

    [Fact, Spec("CFG-309")]
    public void Every_occurrence_has_a_warning_of_its_own_with_its_place()
    {
        var result = Load(Document("service", """{"auth/api-keys":{"keys":[{"key":"a","strategy":"header"},{"key":"b","strategy":"header","field":"X"}]}}"""), s_all);

        Assert.Equal(
            ["extra_config.auth/api-keys.keys[0].strategy", "extra_config.auth/api-keys.keys[1].field", "extra_config.auth/api-keys.keys[1].strategy"],
            result.Diagnostics.All.Select(static f => f.Path).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("letmein", Warnings(Document("service", """{"auth/basic":{"users":{"a":"letmein"}}}"""), s_all), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-052", "CFG-309")]
    [InlineData("qos/circuit-breaker", "maxErrors", "max_errors")]
    [InlineData("qos/circuit-breaker", "logStatusChange", "log_status_change")]
    [InlineData("qos/ratelimit/proxy", "maxRate", "max_rate")]
    public void Old_attributes_of_namespaces_reach_plugins_under_their_current_names(string @namespace, string old, string current)
    {
        var alone = Load(Document("backend", $"{{\"{@namespace}\":{{\"{old}\":7}}}}"), s_all);
        var both = Load(Document("backend", $"{{\"{@namespace}\":{{\"{current}\":3,\"{old}\":7}}}}"), s_all);

        Assert.Equal("7", alone.Config!.Endpoints[0].Backends[0].ExtraConfig[@namespace]![current]!.Text);
        Assert.Equal("3", both.Config!.Endpoints[0].Backends[0].ExtraConfig[@namespace]![current]!.Text);
        Assert.Null(both.Config.Endpoints[0].Backends[0].ExtraConfig[@namespace]![old]);
        Assert.Contains($"\"{old}\" is the old name of \"{current}\"; rename it", Assert.Single(alone.Diagnostics.All).Message, StringComparison.Ordinal);
        Assert.Contains($"\"{old}\" is ignored because \"{current}\" is present", Assert.Single(both.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-052", "CFG-309")]
    public void The_playgrounds_service_name_of_jaeger_is_read()
    {
        var result = Load(Document("service", """{"telemetry/opencensus":{"exporters":{"jaeger":{"serviceName":"shop"},"zipkin":{"serviceName":"kept"}}}}"""), s_all);

        var exporters = result.Config!.ExtraConfig["telemetry/opencensus"]!["exporters"]!;
        Assert.Equal("shop", exporters["jaeger"]!["service_name"]!.Text);
        Assert.Equal("kept", exporters["zipkin"]!["serviceName"]!.Text);
        Assert.Equal("extra_config.telemetry/opencensus.exporters.jaeger.serviceName", Assert.Single(result.Diagnostics.All).Path);
    }

    [Fact, Spec("CFG-052")]
    public void Old_names_of_plugins_mean_the_plugins_of_today_where_those_are_there()
    {
        var options = new LoadOptions { IsAvailable = NamespaceRegistry.IsDefined, IsKindAvailable = static (kind, name) => kind == "http-server" && name is "geoip" or "krakend-wildcard" or "wildcard" };

        var result = Load(Document("service", """{"plugin/http-server":{"name":["krakend-geoip","krakend-wildcard"],"krakend-geoip":{"path":"a"}}}"""), options);

        var value = result.Config!.ExtraConfig["plugin/http-server"]!;
        Assert.Equal(["geoip", "krakend-wildcard"], value["name"]!.Items.Select(static n => n.Text));
        Assert.Equal("a", value["geoip"]!["path"]!.Text);
        Assert.Equal((ConfigSeverity.Notice, "\"krakend-geoip\" is the old name of the plugin \"geoip\"; rename it"), (Assert.Single(result.Diagnostics.All).Severity, result.Diagnostics.All[0].Message));
    }

    [Fact, Spec("CFG-295")]
    public void Attributes_of_every_minor_release_load_together()
    {
        var result = Load(Root("""
            "allow_insecure_connections":true,"echo_endpoint":true,"listen_ip":"127.0.0.1","use_h2c":true,"dns_cache_ttl":"20s","max_header_bytes":2048,
            "max_shutdown_wait_time":"3s","tls":{"disabled":true}
            """));

        Assert.NotNull(result.Config);
        Assert.Equal((true, 2048, TimeSpan.FromSeconds(3)), (result.Config.Server.UseH2c, result.Config.Server.MaxHeaderBytes, result.Config.Server.MaxShutdownWaitTime));
        Assert.Equal("allow_insecure_connections", Assert.Single(result.Diagnostics.All).Path);
    }

    [Fact, Spec("CFG-017", "CFG-309")]
    public void A_search_at_any_depth_needs_no_stack()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 9_900)) + "{\"query.Modifier\":{}}" + new string('}', 9_900);

        Assert.Contains("querystring.Modifier", Warnings(Document("backend", $"{{\"modifier/martian\":{deep}}}"), s_all), StringComparison.Ordinal);
    }

    private static string Document(string scope, string extraConfig) => scope switch
    {
        "service" => OneEndpoint(root: $"\"extra_config\":{extraConfig}"),
        "endpoint" => OneEndpoint($"\"extra_config\":{extraConfig}"),
        _ => OneEndpoint(backend: $"\"extra_config\":{extraConfig}"),
    };
}
