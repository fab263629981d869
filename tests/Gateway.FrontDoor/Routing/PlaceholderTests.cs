using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class PlaceholderTests
{
    [Fact, Spec("RTE-015")]
    public async Task A_placeholder_takes_exactly_one_segment_that_is_not_empty()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/user/{id}","backend":[{"url_pattern":"/x/{id}"}]}""");

        Assert.Equal("/x/123", await rig.TargetOfAsync("/user/123"));
        Assert.Equal("/x/A-B-C", await rig.TargetOfAsync("/user/A-B-C"));
        Assert.Equal(404, (await rig.GetAsync("/user/1/2")).Status);
        Assert.Equal(404, (await rig.GetAsync("/user")).Status);
        Assert.Equal(404, (await rig.GetAsync("/user/")).Status);
    }

    [Fact, Spec("RTE-016", "RTE-069")]
    public async Task Values_are_decoded_once_and_encoded_again()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""");

        Assert.Equal("/x/x%20y", await rig.TargetOfAsync("/a/x%20y"));
        Assert.Equal("/x/%C3%A9", await rig.TargetOfAsync("/a/%c3%a9"));
        Assert.Equal("/x/1+2", await rig.TargetOfAsync("/a/1+2"));
        Assert.Equal("/x/%7Bb%7D", await rig.TargetOfAsync("/a/%7Bb%7D"));
        Assert.Equal("/x/abc", await rig.TargetOfAsync("/a/%61b%63"));
    }

    [Fact, Spec("RTE-016")]
    public async Task An_escaped_slash_separates_segments()
    {
        await using var one = await Rig.StartAsync("""{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""");
        await using var two = await Rig.StartAsync("""{"endpoint":"/a/{x}/{y}","backend":[{"url_pattern":"/{y}/{x}"}]}""");

        Assert.Equal(404, (await one.GetAsync("/a/1%2F2")).Status);
        Assert.Equal("/2/1", await two.TargetOfAsync("/a/1%2F2"));
    }

    [Theory, Spec("RTE-017")]
    [InlineData("/a/x%2520y", "error: encoded url params")]
    [InlineData("/a/x%3Fy", "error: encoded url params")]
    [InlineData("/a/x%23y", "error: encoded url params")]
    [InlineData("/a/%25", "error: invalid URL escape \"%\"")]
    [InlineData("/a/1%25zz", "error: invalid URL escape \"%zz\"")]
    [InlineData("/__debug/x%3Fy", "error: encoded url params")]
    [InlineData("/__echo/x%23y", "error: encoded url params")]
    public async Task A_value_that_is_still_encoded_is_refused_with_a_text(string target, string text)
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""", """ "debug_endpoint":true,"echo_endpoint":true """);

        var reply = await rig.GetAsync(target);

        Assert.Equal((400, text), (reply.Status, reply.Body));
        Assert.Equal("text/plain; charset=utf-8", reply["Content-Type"]);
        Assert.Null(reply["X-Krakend"]);
        Assert.Null(reply["X-Krakend-Completed"]);
        Assert.Empty(rig.Upstream.Received);
    }

    [Fact, Spec("RTE-018")]
    public async Task Without_the_check_the_value_goes_on_decoded_once()
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""", Rig.Router("""{"disable_path_decoding":true}"""));

        Assert.Equal("/x/x%2520y", await rig.TargetOfAsync("/a/x%2520y"));
        Assert.Equal("/x/x%3Fy", await rig.TargetOfAsync("/a/x%3Fy"));
        Assert.Equal("/x/%25", await rig.TargetOfAsync("/a/%25"));
    }

    [Fact, Spec("RTE-019")]
    public async Task Static_segments_win_and_the_search_turns_back()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/f/{a}/{b}","backend":[{"url_pattern":"/first"}]},
            {"endpoint":"/f/{a}/x","backend":[{"url_pattern":"/second"}]},
            {"endpoint":"/f/known/y","backend":[{"url_pattern":"/third"}]}
            """);

        Assert.Equal("/third", await rig.TargetOfAsync("/f/known/y"));
        Assert.Equal("/second", await rig.TargetOfAsync("/f/1/x"));
        Assert.Equal("/first", await rig.TargetOfAsync("/f/known/zz"));
    }

    [Fact, Spec("RTE-020")]
    public async Task Differently_named_placeholders_at_one_position_are_refused_and_equal_ones_served()
    {
        var refusal = await Rig.RefusalAsync("""
            {"endpoint":"/user/{userid}","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/user/{iduser}/some","backend":[{"url_pattern":"/b"}]}
            """);
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/user/{id}","backend":[{"url_pattern":"/one"}]},
            {"endpoint":"/user/{id}/some","backend":[{"url_pattern":"/two"}]}
            """);

        Assert.Contains("/user/{userid}", refusal, StringComparison.Ordinal);
        Assert.Contains("/user/{iduser}/some", refusal, StringComparison.Ordinal);
        Assert.Equal("/one", await rig.TargetOfAsync("/user/1"));
        Assert.Equal("/two", await rig.TargetOfAsync("/user/1/some"));
    }

    [Fact, Spec("RTE-021")]
    public async Task Methods_have_trees_of_their_own()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/user/{a}","backend":[{"url_pattern":"/get/{a}"}]},
            {"endpoint":"/user/{b}/x","method":"POST","backend":[{"url_pattern":"/post/{b}"}]}
            """);

        Assert.Equal("/get/1", await rig.TargetOfAsync("/user/1"));
        Assert.Equal(200, (await rig.SendAsync("POST", "/user/2/x")).Status);
        Assert.Equal("/post/2", rig.Last.Target);
    }

    [Fact, Spec("RTE-022")]
    public async Task A_placeholder_within_a_segment_is_literal_text_by_default()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/file.{ext}","backend":[{"url_pattern":"/x"}]}""");
        var refusal = await Rig.RefusalAsync("""{"endpoint":"/file.{ext}","backend":[{"url_pattern":"/x.{ext}"}]}""");

        Assert.Equal(404, (await rig.GetAsync("/file.json")).Status);
        Assert.Equal("/x", await rig.TargetOfAsync("/file.%7Bext%7D"));
        Assert.Contains("output param", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-023")]
    public async Task With_disable_rest_the_last_segment_may_end_in_a_placeholder()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/foo/{var}/file.{extension}","backend":[{"url_pattern":"/{var}/{extension}"}]},
            {"endpoint":"/swallow/file.{ext}.json","backend":[{"url_pattern":"/s/{ext}"}]}
            """, """ "disable_rest":true """);

        Assert.Equal("/x/json", await rig.TargetOfAsync("/foo/x/file.json"));
        Assert.Equal("/s/tar.gz", await rig.TargetOfAsync("/swallow/file.tar.gz"));
        Assert.Equal(404, (await rig.GetAsync("/foo/x/other.json")).Status);
    }

    [Theory, Spec("RTE-024")]
    [InlineData("/a/:id")]
    [InlineData("/a/b:c")]
    public async Task A_colon_is_refused(string path) =>
        Assert.Contains("colon", await Rig.RefusalAsync($$"""{"endpoint":"{{path}}","backend":[{"url_pattern":"/b"}]}"""), StringComparison.Ordinal);

    [Fact, Spec("RTE-025")]
    public async Task Components_see_names_with_their_first_letter_in_upper_case()
    {
        var names = new List<string>();
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, (_, _, _) => new ProxyProbe((request, next, token) =>
        {
            foreach (var (name, value) in request.Parameters.Items)
                names.Add($"{name}={value}");
            return next(request, token);
        }));
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/{id_user}/{my-id}","backend":[{"url_pattern":"/{my-id}/{id_user}"}],"extra_config":{"validation/cel":[]}}""",
            options: new TestGatewayOptions { Plugins = plugins });

        Assert.Equal("/2/1", await rig.TargetOfAsync("/1/2"));
        Assert.Equal(["Id_user=1", "My-id=2"], names);
    }

    [Theory, Spec("RTE-026")]
    [InlineData("/a/..")]
    [InlineData("/a/.")]
    [InlineData("/a/%2e%2E")]
    [InlineData("/a/%2e")]
    public async Task A_dot_segment_as_value_is_refused(string target)
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""", Rig.Router("""{"disable_path_decoding":true}"""));

        Assert.Equal(400, (await rig.GetAsync(target)).Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("RTE-026")]
    [InlineData("/a/b/../c")]
    [InlineData("/a/./c")]
    public async Task A_path_with_dot_segments_is_not_cleaned_before_matching(string target)
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a/c","backend":[{"url_pattern":"/x"}]}""",
            Rig.Router("""{"disable_redirect_fixed_path":true,"disable_redirect_trailing_slash":true}"""));

        Assert.Equal(404, (await rig.GetAsync(target)).Status);
    }
}
