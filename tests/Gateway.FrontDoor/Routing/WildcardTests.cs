using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class WildcardTests
{
    [Fact, Spec("RTE-234")]
    public async Task The_rest_of_the_path_is_appended_to_the_pattern()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/v1/*","backend":[{"url_pattern":"/"}]}""");

        Assert.Equal("/hello", await rig.TargetOfAsync("/v1/hello"));
        Assert.Equal("/a/b/c", await rig.TargetOfAsync("/v1/a/b/c"));
        Assert.Equal("/a/b/", await rig.TargetOfAsync("/v1/a/b/"));
    }

    [Theory, Spec("RTE-235")]
    [InlineData("/base/", "/base/a/b")]
    [InlineData("/base", "/base/a/b")]
    [InlineData("/base?x=1", "/base/a/b?x=1")]
    [InlineData("/base/?x=1", "/base/a/b?x=1")]
    public async Task One_slash_joins_pattern_and_rest_in_front_of_a_fixed_query(string pattern, string expected)
    {
        await using var rig = await Rig.StartAsync($$"""{"endpoint":"/v1/*","backend":[{"url_pattern":"{{pattern}}"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync("/v1/a/b"));
    }

    [Theory, Spec("RTE-236")]
    [InlineData("GET", 301)]
    [InlineData("POST", 307)]
    public async Task The_bare_prefix_is_redirected_to_an_empty_rest(string method, int status)
    {
        await using var rig = await Rig.StartAsync($$"""{"endpoint":"/v1/*","method":"{{method}}","backend":[{"url_pattern":"/base/"}]}""");

        var bare = await rig.SendAsync(method, "/v1?x=1");
        var empty = await rig.SendAsync(method, "/v1/");

        Assert.Equal((status, "/v1/?x=1"), (bare.Status, bare["Location"]));
        Assert.Equal(200, empty.Status);
        Assert.Equal("/base/", rig.Last.Target);
    }

    [Fact, Spec("RTE-236", "RTE-242")]
    public async Task Without_redirects_the_bare_prefix_is_a_404()
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/v1/*","backend":[{"url_pattern":"/"}]}""", Rig.Router("""{"disable_redirect_fixed_path":true,"disable_redirect_trailing_slash":true}"""));

        Assert.Equal(404, (await rig.GetAsync("/v1")).Status);
        Assert.Equal(404, (await rig.GetAsync("/V1/a")).Status);
        Assert.Equal("/a", await rig.TargetOfAsync("/v1/a"));
    }

    [Fact, Spec("RTE-237")]
    public async Task Placeholders_combine_and_the_static_prefix_wins()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/v1/{service}/*","backend":[{"url_pattern":"/v1/{service}/"}]},
            {"endpoint":"/{var}/*","backend":[{"url_pattern":"/other/{var}/"}]}
            """);

        Assert.Equal("/v1/users/1/2", await rig.TargetOfAsync("/v1/users/1/2"));
        Assert.Equal("/other/v2/users/1", await rig.TargetOfAsync("/v2/users/1"));
    }

    [Fact, Spec("RTE-238")]
    public async Task A_wildcard_serves_one_method_and_filters_as_any_endpoint()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/v1/*","input_query_strings":["ok"],"input_headers":["X-Ok"],"backend":[{"url_pattern":"/"}]}
            """);

        Assert.Equal("/a?ok=1", await rig.TargetOfAsync("/v1/a?ok=1&evil=2", "X-Ok: 1", "X-Evil: 1"));
        Assert.Equal("1", rig.Last.Header("X-Ok"));
        Assert.Null(rig.Last.Header("X-Evil"));
        Assert.Equal(405, (await rig.SendAsync("POST", "/v1/a")).Status);
    }

    [Fact, Spec("RTE-239")]
    public async Task Every_backend_gets_the_rest()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/v1/*","backend":[{"url_pattern":"/one","group":"a"},{"url_pattern":"/two/","group":"b"}]}
            """);

        Assert.Equal("""{"a":{"target":"/one/x/y"},"b":{"target":"/two/x/y"}}""", (await rig.GetAsync("/v1/x/y")).Body);
    }

    [Fact, Spec("RTE-241")]
    public async Task An_endpoint_below_a_wildcard_is_refused_by_both_names()
    {
        var refusal = await Rig.RefusalAsync("""
            {"endpoint":"/v1/foo","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/v1/*","backend":[{"url_pattern":"/b"}]}
            """);
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/v1/foo","method":"POST","backend":[{"url_pattern":"/post"}]},
            {"endpoint":"/v1/*","backend":[{"url_pattern":"/"}]}
            """);

        Assert.Contains("/v1/foo", refusal, StringComparison.Ordinal);
        Assert.Contains("/v1/*", refusal, StringComparison.Ordinal);
        Assert.Equal("/foo", await rig.TargetOfAsync("/v1/foo"));
    }

    [Theory, Spec("RTE-243")]
    [InlineData("/v1/a%2Fb", "/base/a%2Fb")]
    [InlineData("/v1/x%20y/%C3%A9", "/base/x%20y/%C3%A9")]
    [InlineData("/v1/%e4%b8%ad", "/base/%e4%b8%ad")]
    [InlineData("/v1/a%2520b", "/base/a%2520b")]
    [InlineData("/v1//a", "/base//a")]
    public async Task The_rest_keeps_the_clients_encoding(string target, string expected)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/v1/*","backend":[{"url_pattern":"/base/"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync(target));
    }

    [Theory, Spec("RTE-243")]
    [InlineData("/v1/../secret")]
    [InlineData("/v1/a/../../secret")]
    [InlineData("/v1/%2e%2e/secret")]
    [InlineData("/v1/%2E%2e%2fsecret")]
    [InlineData("/v1/a/..")]
    [InlineData("/v1/.%2e/secret")]
    [InlineData("/v1/..%5csecret")]
    [InlineData("/v1/%252e%252e/secret")]
    public async Task Dot_segments_in_the_rest_are_refused(string target)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/v1/*","backend":[{"url_pattern":"/base/"}]}""");

        Assert.Equal(400, (await rig.GetAsync(target)).Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("RTE-244")]
    [InlineData("/v1/s/a%3Fb=1")]
    [InlineData("/v1/s/a%23b")]
    [InlineData("/v1/x%2520y/a")]
    public async Task The_check_refuses_smuggled_marks_in_the_rest_and_escapes_in_values(string target)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/v1/{s}/*","backend":[{"url_pattern":"/{s}/"}]}""");

        var reply = await rig.GetAsync(target);

        Assert.Equal((400, "error: encoded url params"), (reply.Status, reply.Body));
        Assert.Empty(rig.Upstream.Received);
    }

    [Fact, Spec("RTE-245")]
    public async Task A_404_of_the_backend_passes_only_through_no_op()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/json/*","backend":[{"url_pattern":"/none/"}]},
            {"endpoint":"/raw/*","output_encoding":"no-op","backend":[{"url_pattern":"/none/"}]}
            """);
        rig.Upstream.Answer("/none/x", "not here", status: 404, contentType: "text/plain");

        var json = await rig.GetAsync("/json/x");
        var raw = await rig.GetAsync("/raw/x");

        Assert.Equal((500, ""), (json.Status, json.Body));
        Assert.Equal((404, "not here"), (raw.Status, raw.Body));
    }

    [Fact, Spec("RTE-246")]
    public async Task Components_see_the_rest_in_the_request_path()
    {
        var seen = "";
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, (_, _, _) => new ProxyProbe((request, next, token) =>
        {
            seen = request.HttpContext!.Request.Path;
            return next(request, token);
        }));
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/v1/*","backend":[{"url_pattern":"/"}],"extra_config":{"validation/cel":[]}}""", options: new TestGatewayOptions { Plugins = plugins });

        await rig.TargetOfAsync("/v1/a/b");

        Assert.Equal("/v1/a/b", seen);
    }
}
