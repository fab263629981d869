using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class RouterOutcomeTests
{
    private const string OneEndpoint = """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""";

    [Fact, Spec("RTE-027")]
    public async Task No_route_is_a_404_with_the_gateways_headers()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        var reply = await rig.GetAsync("/nothing");

        Assert.Equal((404, "404 page not found"), (reply.Status, reply.Body));
        Assert.Equal("text/plain", reply["Content-Type"]);
        Assert.Equal(Gateway.Core.Product.VersionHeader, reply["X-Krakend"]);
        Assert.StartsWith("Version ", reply["X-Krakend"], StringComparison.Ordinal);
        Assert.Equal("false", reply["X-Krakend-Completed"]);
    }

    [Fact, Spec("RTE-028")]
    public async Task A_wrong_method_is_a_405_that_names_the_right_ones()
    {
        await using var rig = await Rig.StartAsync($$"""{{OneEndpoint}},{"endpoint":"/a/{id}","method":"DELETE","backend":[{"url_pattern":"/x"}]}""");

        var reply = await rig.SendAsync("PATCH", "/a/1");

        Assert.Equal((405, "405 method not allowed"), (reply.Status, reply.Body));
        Assert.Equal("text/plain", reply["Content-Type"]);
        Assert.Equal("DELETE, GET", reply["Allow"]);
        Assert.StartsWith("Version ", reply["X-Krakend"], StringComparison.Ordinal);
        Assert.Equal("false", reply["X-Krakend-Completed"]);
    }

    [Fact, Spec("RTE-029", "RTE-030")]
    public async Task Configured_bodies_stand_in_404_and_405_and_nowhere_else()
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/a","backend":[{"url_pattern":"/x","host":["http://127.0.0.1:1"],"disable_host_sanitize":true}]}""",
            Rig.Router("""{"error_body":{"404":{"msg":"none","n":[1, 2.50]},"405":{"msg":"wrong"}}}"""));

        var missing = await rig.GetAsync("/nothing");
        var wrong = await rig.SendAsync("POST", "/a");
        var failed = await rig.GetAsync("/a");

        Assert.Equal((404, """{"msg":"none","n":[1,2.50]}"""), (missing.Status, missing.Body));
        Assert.Equal((405, """{"msg":"wrong"}"""), (wrong.Status, wrong.Body));
        Assert.Equal("application/json; charset=utf-8", missing["Content-Type"]);
        Assert.Equal("application/json; charset=utf-8", wrong["Content-Type"]);
        Assert.Equal("false", missing["X-Krakend-Completed"]);
        Assert.NotNull(wrong["X-Krakend"]);
        Assert.Equal((500, ""), (failed.Status, failed.Body));
    }

    [Fact, Spec("RTE-030")]
    public async Task A_wrong_method_may_be_made_a_404()
    {
        await using var rig = await Rig.StartAsync(
            OneEndpoint, Rig.Router("""{"disable_handle_method_not_allowed":true,"error_body":{"404":{"none":true}}}"""));

        var reply = await rig.SendAsync("POST", "/a/1");

        Assert.Equal((404, """{"none":true}"""), (reply.Status, reply.Body));
        Assert.Null(reply["Allow"]);
    }

    [Theory, Spec("RTE-031", "RTE-117")]
    [InlineData("GET", "/a/1/?x=1&y=%2F", 301, "/a/1?x=1&y=%2F")]
    [InlineData("POST", "/p", 307, "/p/")]
    public async Task A_path_that_differs_in_its_final_slash_is_redirected(string method, string target, int status, string location)
    {
        await using var rig = await Rig.StartAsync($$"""{{OneEndpoint}},{"endpoint":"/p/","method":"POST","backend":[{"url_pattern":"/x"}]}""");

        var reply = await rig.SendAsync(method, target);

        Assert.Equal((status, location), (reply.Status, reply["Location"]));
        Assert.Null(reply["X-Krakend"]);
        Assert.Null(reply["X-Krakend-Completed"]);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("RTE-032")]
    [InlineData("/A/Xy", "/a/Xy")]
    [InlineData("//a//1", "/a/1")]
    [InlineData("/b/../a/1", "/a/1")]
    [InlineData("/./A/1?q=%20", "/a/1?q=%20")]
    public async Task A_path_in_another_spelling_is_redirected_to_the_registered_one(string target, string location)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        var reply = await rig.GetAsync(target);

        Assert.Equal((301, location), (reply.Status, reply["Location"]));
    }

    [Fact, Spec("RTE-032")]
    public async Task Other_methods_than_GET_keep_their_method_over_the_redirect()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/x"}]}""");

        var reply = await rig.SendAsync("POST", "/A", body: "x");

        Assert.Equal((307, "/a"), (reply.Status, reply["Location"]));
    }

    [Fact, Spec("RTE-033")]
    public async Task An_ambiguous_spelling_is_a_404()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/Foo","backend":[{"url_pattern":"/x"}]},
            {"endpoint":"/foo","backend":[{"url_pattern":"/x"}]},
            {"endpoint":"/{a}/{b}","backend":[{"url_pattern":"/x"}]},
            {"endpoint":"/foo/{b}/c","backend":[{"url_pattern":"/x"}]}
            """);

        Assert.Equal(404, (await rig.GetAsync("/FOO")).Status);
        Assert.Equal(404, (await rig.GetAsync("/x/y/z/w")).Status);
        Assert.Equal(200, (await rig.GetAsync("/foo")).Status);
    }

    [Fact, Spec("RTE-034")]
    public async Task The_location_names_no_host_and_takes_a_clean_forwarded_prefix()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        var plain = await rig.GetAsync("/a/1/", "X-Forwarded-Host: evil.example");
        var prefixed = await rig.GetAsync("/a/1/", "X-Forwarded-Prefix: //my-app:x//v1");
        var spelled = await rig.GetAsync("/A/1", "X-Forwarded-Prefix: /app");

        Assert.Equal("/a/1", plain["Location"]);
        Assert.Equal("/my-appx/v1/a/1", prefixed["Location"]);
        Assert.Equal("/a/1", spelled["Location"]);
    }

    [Theory, Spec("RTE-035")]
    [InlineData("true", "true", 404)]
    [InlineData("false", "true", 301)]
    [InlineData("true", "false", 301)]
    public async Task Redirects_end_when_both_options_are_set(string disableFixedPath, string disableSlash, int status)
    {
        await using var rig = await Rig.StartAsync(
            OneEndpoint,
            Rig.Router($$"""{"disable_redirect_fixed_path":{{disableFixedPath}},"disable_redirect_trailing_slash":{{disableSlash}}}"""));

        Assert.Equal(status, (await rig.GetAsync("/a/1/")).Status);
        Assert.Equal(disableFixedPath == "true" ? 404 : 301, (await rig.GetAsync("/A/1")).Status);
    }

    [Fact, Spec("RTE-036")]
    public async Task Extra_slashes_may_be_removed_before_matching()
    {
        await using var rig = await Rig.StartAsync(
            """{"endpoint":"/big/{a}/{b}","backend":[{"url_pattern":"/x/{a}/{b}"}]}""", Rig.Router("""{"remove_extra_slash":true}"""));

        Assert.Equal("/x/1/2", await rig.TargetOfAsync("//big//1/2"));
        Assert.Equal("/x/1/2", await rig.TargetOfAsync("/big/0/../1//2"));
    }

    [Fact, Spec("RTE-040", "RTE-117")]
    public async Task OPTIONS_is_answered_when_asked_for()
    {
        await using var rig = await Rig.StartAsync(
            $$"""{{OneEndpoint}},{"endpoint":"/a/{id}","method":"PUT","backend":[{"url_pattern":"/x"}]}""", Rig.Router("""{"auto_options":true}"""));

        var reply = await rig.SendAsync("OPTIONS", "/a/1");

        Assert.Equal((200, ""), (reply.Status, reply.Body));
        Assert.Equal("GET, PUT", reply["Allow"]);
        Assert.StartsWith("Version ", reply["X-Krakend"], StringComparison.Ordinal);
        Assert.Equal(404, (await rig.SendAsync("OPTIONS", "/nothing")).Status);
        Assert.Empty(rig.Upstream.Received);
    }
}
