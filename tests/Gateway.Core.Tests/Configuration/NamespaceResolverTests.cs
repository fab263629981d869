using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class NamespaceResolverTests
{
    private static readonly LoadOptions s_all = new() { IsAvailable = NamespaceRegistry.IsDefined };
    private static readonly LoadOptions s_none = new();

    public static IEnumerable<object[]> Aliases => NamespaceAliases.All.Select(static a => new object[] { a.Key, a.Value });

    [Theory]
    [Spec("CFG-049", "CFG-052")]
    [MemberData(nameof(Aliases))]
    public void Every_old_name_works_in_both_spellings(string old, string current)
    {
        var scope = NamespaceRegistry.ScopesOf(current)[^1];
        foreach (var name in new[] { old, "github_com/" + old["github.com/".Length..] })
        {
            var diagnostics = new ConfigDiagnostics();
            var node = JsonConfigReader.Read("f.json", $$$"""{"{{{name}}}": {"Key": [1]}}""", diagnostics)!;

            var extra = new NamespaceResolver(s_all, diagnostics).Resolve(scope, node, ConfigPath.Root.Member("extra_config"));

            Assert.Equal(ConfigKind.Object, extra[current]!.Kind);
            var notice = Assert.Single(diagnostics.All, static d => d.Severity == ConfigSeverity.Notice);
            Assert.Contains($"\"{name}\" is the old name of \"{current}\"; rename it", notice.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [Spec("CFG-050")]
    [InlineData("""{"proxy": {"sequential": true}, "github.com/devopsfaith/krakend/proxy": {}}""")]
    [InlineData("""{"github.com/devopsfaith/krakend/proxy": {}, "proxy": {"sequential": true}}""")]
    public void The_new_name_wins(string extra)
    {
        var result = Load(OneEndpoint($"\"extra_config\":{extra}"));

        Assert.True(result.Config!.Endpoints[0].Proxy.Sequential);
        Assert.Contains("is ignored because \"proxy\" is present", result.Findings(ConfigSeverity.Notice), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-053")]
    [InlineData("github.com/devopsfaith/krakend-etcd")]
    [InlineData("github_com/devopsfaith/krakend-consul")]
    [InlineData("github.com/devopsfaith/krakend-circuitbreaker/eapache")]
    [InlineData("github.com/devopsfaith/krakend-ratelimit/rate/router")]
    public void Dropped_components_are_warnings(string name) =>
        Assert.Contains($"\"{name}\" has no effect: the component no longer exists", Warnings(Root($$$"""
            "extra_config":{"{{{name}}}":{} }
            """)), StringComparison.Ordinal);

    [Fact]
    [Spec("CFG-044")]
    public void A_plugins_own_namespace_in_the_wrong_place_is_told_where_it_belongs()
    {
        var result = Load(OneEndpoint("\"extra_config\":{\"backend/retry\":{} }"), new() { IsAvailable = static (scope, name) => scope == ConfigScope.Backend && name == "backend/retry" });

        Assert.Equal("\"backend/retry\" has no effect at an endpoint; it belongs to the extra_config of a backend", Assert.Single(result.Diagnostics.All).Message);
    }

    [Theory]
    [Spec("CFG-043", "CFG-044")]
    [InlineData("modifier/martian", "\"modifier/martian\" has no effect at an endpoint; it belongs to the extra_config of a backend")]
    [InlineData("auth/revoker", "\"auth/revoker\" has no effect at an endpoint; the protection is not active; it belongs to the extra_config of the service")]
    [InlineData("qos/ratelimit/proxy", "the protection is not active; it belongs to the extra_config of a backend")]
    [InlineData("modifier/martin", "did you mean \"modifier/martian\"?")]
    [InlineData("github.com/devopsfaith/krakend/httpcache", "did you mean \"qos/http-cache\"?")]
    [InlineData("backend/websocket", "\"backend/websocket\" has no effect: the namespace is \"websocket\"")]
    [InlineData("github_com/devopsfaith/krakend-health", "the health endpoint is built in")]
    [InlineData("acme/audit", "\"acme/audit\" is no known namespace and has no effect")]
    public void What_stands_in_the_wrong_place_is_a_warning_with_position(string name, string expected)
    {
        var result = Load(OneEndpoint($$$"""
            "extra_config":{"{{{name}}}":{} }
            """), s_all);

        Assert.Null(result.Config!.Endpoints[0].ExtraConfig[name]);
        var warning = Assert.Single(result.Diagnostics.All);
        Assert.Equal(ConfigSeverity.Warning, warning.Severity);
        Assert.Equal(1, warning.Position.Line);
        Assert.Contains(expected, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-093")]
    public void Old_names_of_a_redis_connection_become_current_ones_with_a_warning_in_tiers_too()
    {
        var result = Load(OneEndpoint("""
            "extra_config":{"qos/ratelimit/tiered":{"tiers":[{},{"ratelimit_redis":{"connection_pool":"a"}},7]},"qos/ratelimit/router/redis":{"redis_instance":"b"}}
            """), s_all);

        var config = result.Config!.Endpoints[0].ExtraConfig;
        Assert.Equal("a", config["qos/ratelimit/tiered"]!["tiers"]!.Items[1]["ratelimit_redis"]!["connection_name"]!.Text);
        Assert.Equal("b", config["qos/ratelimit/router/redis"]!["connection_name"]!.Text);
        Assert.Contains("tiers[1].ratelimit_redis.connection_pool: \"connection_pool\" is the old name of \"connection_name\"", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
        Assert.Contains("\"redis_instance\" is the old name of \"connection_name\"", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-045")]
    public void Metadata_is_no_namespace() => Clean(OneEndpoint("\"extra_config\":{\"@x\":1,\"$y\":{},\"_auth/validator\":{},\"#z\":[]}"), s_none);

    [Fact]
    [Spec("CFG-046")]
    public void A_namespace_without_plugin_refuses_and_names_the_remedy()
    {
        var error = Errors(OneEndpoint("\"extra_config\":{\"auth/validator\":{}}"), s_none);

        Assert.Equal("krakend.json:1:60 endpoints[0].extra_config.auth/validator: no plugin provides \"auth/validator\" at an endpoint; install one, or run without it with --allow-missing auth/validator", error);
    }

    [Theory]
    [Spec("CFG-046")]
    [InlineData("telemetry/opentelemetry")]
    [InlineData("documentation/openapi")]
    public void What_only_observes_may_be_missing(string name)
    {
        var result = Load(OneEndpoint($$$"""
            "extra_config":{"{{{name}}}":{} }
            """), s_none);

        Assert.Null(result.Config!.Endpoints[0].ExtraConfig[name]);
        Assert.Contains($"no plugin provides \"{name}\" at an endpoint; it has no effect", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-046")]
    public void The_http_cache_may_be_missing() =>
        Assert.NotNull(Load(OneEndpoint(backend: "\"extra_config\":{\"qos/http-cache\":{}}"), s_none).Config);

    [Theory]
    [Spec("SEC-074", "CFG-046")]
    [InlineData("auth/validatr", "no plugin provides \"auth/validatr\" at an endpoint; did you mean \"auth/validator\"?; install one")]
    [InlineData("auth/client-certificate", "no plugin provides \"auth/client-certificate\" at an endpoint; install one")]
    [InlineData("security/of-ours", "run without it with --allow-missing security/of-ours")]
    public void A_guard_that_nothing_provides_refuses_whoever_made_it(string name, string expected) =>
        Assert.Contains(expected, Errors(OneEndpoint($"\"extra_config\":{{\"{name}\":{{}}}}"), s_none), StringComparison.Ordinal);

    [Theory]
    [Spec("CFG-046")]
    [InlineData("*", true)]
    [InlineData("auth/validator", true)]
    [InlineData("auth/basic", false)]
    public void Allow_missing_is_the_way_out_even_when_strict(string allowed, bool loads)
    {
        var options = new LoadOptions { Strict = true, AllowMissing = new HashSet<string> { allowed } };

        var result = Load(OneEndpoint("\"extra_config\":{\"auth/validator\":{}}"), options);

        Assert.Equal(loads, result.Config is not null);
        if (loads)
            Assert.Contains("runs without \"auth/validator\", as allowed; the endpoint answers 401", Assert.Single(result.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-047", "CFG-048")]
    public void Available_namespaces_are_handed_on_unchanged_in_every_scope()
    {
        var options = new LoadOptions { IsAvailable = static (scope, name) => (scope, name) is ("endpoint", "acme/Audit") or ("backend", "acme/Audit") };

        var endpoint = Clean(OneEndpoint("\"extra_config\":{\"acme/Audit\":[3,{\"B\":1,\"a\":2}]}", "\"extra_config\":{\"acme/Audit\":true}"), options).Endpoints[0];

        Assert.Equal(["B", "a"], endpoint.ExtraConfig["acme/Audit"]!.Items[1].Members.Select(static m => m.Name));
        Assert.Equal(ConfigKind.Boolean, endpoint.Backends[0].ExtraConfig["acme/Audit"]!.Kind);
    }

    [Fact]
    [Spec("CFG-009", "CFG-008")]
    public void Null_is_absence_and_the_last_duplicate_wins()
    {
        var extra = Clean(Root("\"extra_config\":{\"redis\":{},\"redis\":null,\"grpc\":1,\"grpc\":2}"), s_all).ExtraConfig;

        Assert.Null(extra["redis"]);
        Assert.Equal("2", extra["grpc"]!.Text);
        Assert.Single(extra.Members);
    }

    [Fact]
    [Spec("CFG-049", "CFG-044")]
    public void Namespaces_inside_a_workflow_are_settled_too()
    {
        var result = Load(OneEndpoint(backend: """
            "extra_config":{"workflow":{"endpoint":"/w","extra_config":{"github.com/devopsfaith/krakend-cel":[],"auth/validator":{}},
              "backends":[{"url_pattern":"/","extra_config":{"github.com/devopsfaith/krakend-martian":{},"websocket":{}}}]}}
            """), s_all);

        var workflow = result.Config!.Endpoints[0].Backends[0].ExtraConfig["workflow"]!;
        Assert.Equal("validation/cel", Assert.Single(workflow["extra_config"]!.Members).Name);
        Assert.Equal("modifier/martian", Assert.Single(workflow["backends"]!.Items[0]["extra_config"]!.Members).Name);
        Assert.Contains("extra_config.workflow.backends[0].extra_config.websocket: \"websocket\" has no effect at a backend", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
        Assert.Contains("\"auth/validator\" has no effect at a workflow; the protection is not active", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extra_config_that_is_no_object_is_an_error() =>
        Assert.Contains("extra_config: expected an object, not 5", Errors(Root("\"extra_config\":5")), StringComparison.Ordinal);
}
