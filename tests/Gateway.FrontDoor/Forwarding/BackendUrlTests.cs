using Gateway.Core.Plugins;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class BackendUrlTests
{
    [Theory, Spec("RTE-069")]
    [InlineData("x%20y", "/x/x%20y")]
    [InlineData("%C3%A9", "/x/%C3%A9")]
    [InlineData("a+b", "/x/a+b")]
    [InlineData("%7Ba%7D", "/x/%7Ba%7D")]
    [InlineData("a&b=c;d", "/x/a&b=c;d")]
    [InlineData("%0d%0aX-Evil:1", "/x/%0D%0AX-Evil:1")]
    [InlineData("a%5Cb", "/x/a%5Cb")]
    public async Task A_value_in_the_path_is_encoded_again(string value, string expected)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync("/a/" + value));
    }

    [Theory, Spec("RTE-070")]
    [InlineData("a&admin=1", "/x?q=a%26admin%3D1&fixed=1")]
    [InlineData("a%20b", "/x?q=a%20b&fixed=1")]
    [InlineData("a+b", "/x?q=a%2Bb&fixed=1")]
    [InlineData("%0d%0a", "/x?q=%0D%0A&fixed=1")]
    [InlineData("%C3%A9", "/x?q=%C3%A9&fixed=1")]
    public async Task A_value_in_the_query_is_one_value(string value, string expected)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x?q={id}&fixed=1"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync("/a/" + value));
    }

    [Fact, Spec("RTE-070")]
    public async Task Marks_and_escapes_that_the_check_let_through_are_encoded_in_the_query()
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x?q={id}"}]}""", Rig.Router("""{"disable_path_decoding":true}"""));

        Assert.Equal("/x?q=a%23b", await rig.TargetOfAsync("/a/a%23b"));
        Assert.Equal("/x?q=a%2526b", await rig.TargetOfAsync("/a/a%2526b"));
    }

    [Theory, Spec("RTE-071")]
    [InlineData("%7Bb%7D", "/x/%7Bb%7D/zz")]
    [InlineData("%7B%7B.B%7D%7D", "/x/%7B%7B.B%7D%7D/zz")]
    public async Task A_value_that_looks_like_a_placeholder_is_data(string value, string expected)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{a}/{b}","backend":[{"url_pattern":"/x/{a}/{b}"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync($"/a/{value}/zz"));
    }

    [Theory, Spec("RTE-072")]
    [InlineData("{JWT.sub}", "/u/me%20too")]
    [InlineData("{JWT.http://example.com/custom}", "/u/c%2F1")]
    [InlineData("q?s={JWT.sub}&r={JWT.roles}", "/u/q?s=me%20too&r=a,b")]
    public async Task Claims_are_inserted(string pattern, string expected)
    {
        await using var rig = await WithClaimsAsync(pattern);

        Assert.Equal(expected, await rig.TargetOfAsync("/a"));
    }

    [Fact, Spec("RTE-072")]
    public async Task A_claim_cannot_leave_the_path()
    {
        await using var rig = await WithClaimsAsync("{JWT.dots}/x");

        Assert.Equal(400, (await rig.GetAsync("/a")).Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("RTE-073")]
    [InlineData("{JWT.missing}", "/u/%7BJWT.missing%7D")]
    [InlineData("x?c={JWT.missing}", "/u/x?c=%7BJWT.missing%7D")]
    public async Task A_missing_claim_goes_out_literally(string pattern, string expected)
    {
        await using var with = await WithClaimsAsync(pattern);
        await using var without = await Rig.StartAsync($$"""{"endpoint":"/a","backend":[{"url_pattern":"/u/{{pattern}}"}]}""");

        Assert.Equal(expected, await with.TargetOfAsync("/a"));
        Assert.Equal(expected, await without.TargetOfAsync("/a"));
    }

    [Fact, Spec("RTE-074")]
    public async Task The_forwarded_query_follows_the_fixed_one()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/foo/{channel}","input_query_strings":["limit"],"backend":[{"url_pattern":"/foo?channel={channel}"}]}
            """);

        Assert.Equal("/foo?channel=iOS&limit=10", await rig.TargetOfAsync("/foo/iOS?limit=10"));
        Assert.Equal("/foo?channel=iOS", await rig.TargetOfAsync("/foo/iOS?other=10"));
    }

    [Fact, Spec("RTE-075")]
    public async Task A_query_parameter_taken_from_the_path_is_mandatory()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/foo/{channel}","backend":[{"url_pattern":"/foo?channel={channel}"}]}""");

        Assert.Equal(404, (await rig.GetAsync("/foo")).Status);
        Assert.Equal(404, (await rig.GetAsync("/foo/")).Status);
    }

    [Theory, Spec("RTE-076")]
    [InlineData("/x//y/./z?a=1&a=2&b=%20+c")]
    [InlineData("/x%2Fy;v=1?")]
    [InlineData("/~a/(b)/'c'/*!$&,=:@")]
    public async Task A_pattern_without_placeholders_is_used_untouched(string pattern)
    {
        await using var rig = await Rig.StartAsync($$"""{"endpoint":"/a","backend":[{"url_pattern":"{{pattern}}"}]}""");

        Assert.Equal(pattern, await rig.TargetOfAsync("/a"));
    }

    private static Task<Rig> WithClaimsAsync(string pattern)
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, static (_, _, _) => new ProxyProbe(static (request, next, token) =>
        {
            request.Claims = new TestClaims();
            return next(request, token);
        }));
        return Rig.StartAsync(
            $$$"""{"endpoint":"/a","backend":[{"url_pattern":"/u/{{{pattern}}}"}],"extra_config":{"validation/cel":[]}}""",
            options: new TestGatewayOptions { Plugins = plugins });
    }

    private sealed class TestClaims : IClaims
    {
        public string? GetText(string name) => name switch
        {
            "sub" => "me too",
            "roles" => "a,b",
            "http://example.com/custom" => "c/1",
            "dots" => "..",
            _ => null,
        };
    }
}
