using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class RouterOptionTests
{
    private const string OneEndpoint = """{"endpoint":"/a/{id}","backend":[{"url_pattern":"/x/{id}"}]}""";

    [Fact, Spec("RTE-037")]
    public async Task The_access_log_has_refusals_and_no_redirects()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        await rig.GetAsync("/A/redirected-spelling");
        await rig.GetAsync("/a/redirected-slash/");
        await rig.GetAsync("/missing");
        await rig.SendAsync("POST", "/a/wrong");
        await rig.GetAsync("/a/%25");
        await rig.GetAsync("/a/last");

        await rig.Gateway.WaitForLogAsync("\"/a/last\"");
        Assert.Contains("| 404 |", rig.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("\"/missing\"", rig.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("| 405 |", rig.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("POST    \"/a/wrong\"", rig.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("| 400 |", rig.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("redirected", rig.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-038")]
    public async Task The_version_may_be_hidden_from_clients_only()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router("""{"hide_version_header":true}"""));

        var found = await rig.GetAsync("/a/1");
        var missing = await rig.GetAsync("/nothing");

        Assert.Equal("Version undefined", found["X-Krakend"]);
        Assert.Equal("Version undefined", missing["X-Krakend"]);
        Assert.Equal(Gateway.Core.Product.UserAgent, rig.Last.Header("User-Agent"));
    }

    [Fact, Spec("RTE-039")]
    public async Task Errors_are_silent_by_default()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}""");
        rig.Upstream.Answer("/b", "no", status: 418);

        var reply = await rig.GetAsync("/a");

        Assert.Equal((500, ""), (reply.Status, reply.Body));
        Assert.Null(reply["Content-Type"]);
        Assert.Equal("false", reply["X-Krakend-Completed"]);
    }

    [Fact, Spec("RTE-039")]
    public async Task Error_texts_are_shown_when_asked_for()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/one","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/two","backend":[{"url_pattern":"/b"},{"url_pattern":"/c"}]},
            {"endpoint":"/code","backend":[{"url_pattern":"/b","extra_config":{"backend/http":{"return_error_code":true}}}]}
            """, Rig.Router("""{"return_error_msg":true}"""));
        rig.Upstream.Answer("/b", "<no/>", status: 418, contentType: "application/xml").Answer("/c", "", status: 503);

        var one = await rig.GetAsync("/one");
        var two = await rig.GetAsync("/two");
        var code = await rig.GetAsync("/code");

        Assert.Equal(500, one.Status);
        Assert.StartsWith("invalid status code 418", one.Body, StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", one["Content-Type"]);
        Assert.Equal(2, two.Body.Split('\n').Length);
        Assert.All(two.Body.Split('\n'), static line => Assert.StartsWith("invalid status code", line, StringComparison.Ordinal));
        Assert.Equal((418, "<no/>", "application/xml"), (code.Status, code.Body, code["Content-Type"]));
    }

    [Fact, Spec("RTE-041", "RTE-117")]
    public async Task Health_answers_what_a_probe_reads()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        var reply = await rig.GetAsync("/__health");
        using var body = System.Text.Json.JsonDocument.Parse(reply.Body);

        Assert.Equal(200, reply.Status);
        Assert.Equal("ok", body.RootElement.GetProperty("status").GetString());
        Assert.Equal("{}", body.RootElement.GetProperty("agents").GetRawText());
        Assert.NotEmpty(body.RootElement.GetProperty("now").GetString()!);
        Assert.Null(reply["X-Krakend"]);
        Assert.Equal(405, (await rig.SendAsync("POST", "/__health")).Status);
    }

    [Theory, Spec("RTE-041")]
    [InlineData("""{"health_path":"/up"}""", 404)]
    [InlineData("""{"disable_health":true}""", 404)]
    public async Task Health_may_be_renamed_and_removed(string router, int status)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(router));

        Assert.Equal(status, (await rig.GetAsync("/__health")).Status);
        Assert.Equal(router.Contains("/up", StringComparison.Ordinal) ? 200 : 404, (await rig.GetAsync("/up")).Status);
    }

    [Fact, Spec("RTE-042")]
    public async Task Paths_may_be_left_out_of_the_access_log()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/quiet","backend":[{"url_pattern":"/quiet"}]},
            {"endpoint":"/quiet/not","backend":[{"url_pattern":"/b"}]}
            """, Rig.Router("""{"logger_skip_paths":["/quiet"]}"""));
        rig.Upstream.Answer("/quiet", "no", status: 503);

        await rig.GetAsync("/quiet?a=1");
        await rig.GetAsync("/quiet/not");

        await rig.Gateway.WaitForLogAsync("GET     \"/quiet/not\"");
        await rig.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /quiet] invalid status code 503");
        Assert.DoesNotContain("\"/quiet?a=1\"", rig.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-042")]
    public async Task The_access_log_may_be_switched_off()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}""", Rig.Router("""{"disable_access_log":true}"""));
        rig.Upstream.Answer("/b", "no", status: 503);

        await rig.GetAsync("/a");
        await rig.GetAsync("/nothing");
        await rig.GetAsync("/a");

        await rig.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /a]");
        await rig.Gateway.StopAsync();
        Assert.DoesNotContain("[GIN]", rig.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-044", "MAN-276")]
    [InlineData("{}", """{"decompress_gzip":true}""")]
    [InlineData("{}", """{"decompress_gzip":1}""")]
    [InlineData("""{"decompress_gzip":true}""", "{}")]
    public async Task Unpacking_of_requests_is_refused_until_it_exists(string proxy, string router)
    {
        var refusal = await Rig.RefusalAsync($$$"""{"endpoint":"/a","backend":[{"url_pattern":"/b"}],"extra_config":{"proxy":{{{proxy}}}}}""", Rig.Router(router));

        Assert.Contains("decompress_gzip", refusal, StringComparison.Ordinal);
    }

    [Theory, Spec("MAN-276")]
    [InlineData("false")]
    [InlineData("0")]
    public async Task Unpacking_that_is_switched_off_in_either_form_is_accepted(string off)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router($$"""{"decompress_gzip":{{off}}}"""));

        Assert.Equal(200, (await rig.GetAsync("/a/1")).Status);
    }

    [Theory, Spec("RTE-046")]
    [InlineData("\"a text\"")]
    [InlineData("""{"return_error_msg":{"a":1}}""")]
    [InlineData("""{"max_payload":"many"}""")]
    [InlineData("""{"logger_skip_paths":[{"a":1}]}""")]
    public async Task A_router_object_that_cannot_be_read_stops_the_start(string router) =>
        Assert.Contains("router", await Rig.RefusalAsync(OneEndpoint, Rig.Router(router)), StringComparison.Ordinal);

    [Theory, Spec("RTE-047", "RTE-048")]
    [InlineData("""{"auto_options":true}""")]
    [InlineData("""{"disable_access_log":true}""")]
    [InlineData("""{"disable_gzip":true}""")]
    [InlineData("""{"disable_handle_method_not_allowed":true}""")]
    [InlineData("""{"disable_health":true}""")]
    [InlineData("""{"disable_path_decoding":true}""")]
    [InlineData("""{"disable_redirect_fixed_path":true}""")]
    [InlineData("""{"disable_redirect_trailing_slash":true}""")]
    [InlineData("""{"error_body":{"404":{}}}""")]
    [InlineData("""{"health_path":"/h"}""")]
    [InlineData("""{"hide_version_header":true}""")]
    [InlineData("""{"logger_skip_paths":["/x"]}""")]
    [InlineData("""{"max_multipart_memory":1}""")]
    [InlineData("""{"max_payload":100}""")]
    [InlineData("""{"remote_ip_headers":["X-Forwarded-For"]}""")]
    [InlineData("""{"remove_extra_slash":true}""")]
    [InlineData("""{"return_error_msg":true}""")]
    public async Task No_other_option_makes_the_gateway_believe_a_forged_address(string router)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(router));

        await rig.TargetOfAsync("/a/1", "X-Forwarded-For: 6.6.6.6", "X-Real-IP: 6.6.6.6", "X-Appengine-Remote-Addr: 6.6.6.6");

        Assert.Equal("127.0.0.1", rig.Last.Header("X-Forwarded-For"));
    }
}
