using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

/// <summary>Errors that modifiers and middlewares return, at an endpoint (<c>/a</c>) and at its only backend (<c>/b</c>).</summary>
public sealed class PluginErrorTests
{
    private const string Shown = "\"extra_config\":{\"router\":{\"return_error_msg\":true}}";
    private const string Hidden = "\"$c\":0";

    public static TheoryData<string, string> Places => new()
    {
        { "request", "/a" }, { "request", "/b" }, { "response", "/a" }, { "response", "/b" }, { "middleware", "/a" }, { "middleware", "/b" },
    };

    [Theory, Spec("EXT-060", "EXT-062")]
    [MemberData(nameof(Places))]
    public async Task A_plain_error_is_a_500_without_body_and_a_line_in_the_log(string kind, string path)
    {
        await using var rig = await StartAsync(kind, new(GatewayErrorKind.Internal, "the plugin says no"), Hidden);

        var reply = await rig.GetAsync(path);

        Assert.Equal((500, "", null), (reply.Status, reply.Body, reply["Content-Type"]));
        await rig.Gateway.WaitForLogAsync($"ERROR: [ENDPOINT: {path}] the plugin says no");
    }

    [Theory, Spec("EXT-061", "EXT-062", "EXT-063")]
    [MemberData(nameof(Places))]
    public async Task Status_text_and_content_type_reach_the_client_when_errors_are_shown(string kind, string path)
    {
        await using var rig = await StartAsync(kind, new(GatewayErrorKind.Rejected, "{\"no\":1}", 418) { ContentType = "application/problem+json" }, Shown);

        var reply = await rig.GetAsync(path);

        Assert.Equal((418, "{\"no\":1}", "application/problem+json"), (reply.Status, reply.Body, reply["Content-Type"]));
    }

    [Theory, Spec("EXT-061", "EXT-062", "EXT-063")]
    [MemberData(nameof(Places))]
    public async Task Status_alone_reaches_the_client_when_they_are_not(string kind, string path)
    {
        await using var rig = await StartAsync(kind, new(GatewayErrorKind.Rejected, "no", 418) { ContentType = "application/problem+json" }, Hidden);

        var reply = await rig.GetAsync(path);

        Assert.Equal((418, "", null), (reply.Status, reply.Body, reply["Content-Type"]));
    }

    [Theory, Spec("EXT-063")]
    [InlineData("plain text")]
    [InlineData("{\"json\":true}")]
    public async Task Without_a_content_type_a_text_is_plain(string text)
    {
        await using var rig = await StartAsync("request", new(GatewayErrorKind.Rejected, text, 400), Shown);

        var reply = await rig.GetAsync("/a");

        Assert.Equal((400, text, "text/plain; charset=utf-8"), (reply.Status, reply.Body, reply["Content-Type"]));
    }

    [Theory, Spec("EXT-065")]
    [MemberData(nameof(Places))]
    public async Task Headers_of_an_error_are_added_except_those_that_frame_the_message(string kind, string path)
    {
        var headers = new NameValueList(ignoreCase: true);
        headers.Add("Retry-After", "7");
        headers.Add("X-More", "1");
        headers.Add("X-More", "2");
        headers.Add("Content-Length", "99");
        headers.Add("Transfer-Encoding", "chunked");
        await using var rig = await StartAsync(kind, new(GatewayErrorKind.Rejected, "no", 429) { Headers = headers }, Shown);

        var reply = await rig.GetAsync(path);

        Assert.Equal((429, "7", "1, 2", "2", null, "no"), (reply.Status, reply["Retry-After"], reply["X-More"], reply["Content-Length"], reply["Transfer-Encoding"], reply.Body));
    }

    [Theory, Spec("EXT-061")]
    [InlineData(999, 999)]
    [InlineData(101, 500)]
    [InlineData(0, 500)]
    [InlineData(1000, 500)]
    public async Task A_status_that_no_answer_can_have_is_a_500(int status, int expected)
    {
        await using var rig = await StartAsync("request", new(GatewayErrorKind.Rejected, "no", status), Hidden);

        Assert.Equal(expected, (await rig.GetAsync("/a")).Status);
    }

    [Theory, Spec("EXT-064")]
    [InlineData("false", "/c", "/fails", 200)]
    [InlineData("false", "/fails", "/fails", 500)]
    [InlineData("true", "/fails", "/c", 418)]
    [InlineData("true", "/c", "/fails", 200)]
    public async Task With_several_backends_the_error_is_part_of_the_merge(string sequential, string first, string second, int status)
    {
        var plugins = new PluginRegistry();
        plugins.RequestModifier("fail", static (_, _, _) => new RequestProbe(static (request, _) =>
            new(request.Target == "/fails" ? new GatewayError(GatewayErrorKind.Rejected, "no", 418) : null)));
        const string modifier = "\"extra_config\":{\"plugin/req-resp-modifier\":{\"name\":[\"fail\"]}}";
        await using var rig = await Rig.StartAsync($$$"""
            {"endpoint":"/a","extra_config":{"proxy":{"sequential":{{{sequential}}} } },"backend":[
              {"url_pattern":"{{{first}}}",{{{modifier}}} },{"url_pattern":"{{{second}}}",{{{modifier}}} }]}
            """, options: new() { Plugins = plugins });

        var reply = await rig.GetAsync("/a");

        Assert.Equal((status, "false"), (reply.Status, reply["X-Krakend-Completed"]));
        Assert.Equal(status == 200 ? """{"target":"/c"}""" : "", reply.Body);
    }

    private static Task<Rig> StartAsync(string kind, GatewayError error, string root)
    {
        var plugins = new PluginRegistry();
        plugins.RequestModifier("request", (_, _, _) => new RequestProbe((_, _) => new(error)));
        plugins.ResponseModifier("response", (_, _, _) => new ResponseProbe((_, _, _) => new(error)));
        plugins.Middleware("middleware", (_, _, _) => new ProxyProbe((_, _, _) => new(error)));
        var plugin = $$"""
            "extra_config":{"{{(kind == "middleware" ? "plugin/middleware" : "plugin/req-resp-modifier")}}":{"name":["{{kind}}"]} }
            """;
        return Rig.StartAsync($$"""
            {"endpoint":"/a",{{plugin}},"backend":[{"url_pattern":"/x"}]},{"endpoint":"/b","backend":[{"url_pattern":"/x",{{plugin}} }]}
            """, root, new() { Plugins = plugins });
    }
}
