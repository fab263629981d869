using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary><c>X-Krakend</c>, <c>X-Krakend-Completed</c> and <c>Cache-Control</c>.</summary>
public sealed class GatewayHeaderTests : IAsyncLifetime
{
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"a":1}""").Answer("/none", "{}");
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"cache_ttl":"30s","echo_endpoint":true,"extra_config":{"router":{"auto_options":true}},"endpoints":[
              {"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/a/{id}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a?id={id}"}]},
              {"endpoint":"/own","cache_ttl":"90s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/half","cache_ttl":"500ms","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/zero","cache_ttl":"0s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/write","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/no-op","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/grouped","backend":[{"host":["$UPSTREAM"],"url_pattern":"/none","group":"g"}]},
              {"endpoint":"/filtered","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a","allow":["b"]}]}]}
            """, _upstream.Host, new() { Debug = true });
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("RTE-117")]
    [InlineData("GET", "/a", 200)]
    [InlineData("GET", "/no-op", 200)]
    [InlineData("GET", "/unknown", 404)]
    [InlineData("DELETE", "/a", 405)]
    [InlineData("OPTIONS", "/a", 200)]
    public async Task Answers_of_endpoints_and_of_the_router_name_the_version(string method, string path, int status)
    {
        var reply = await _gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, reply.Status);
        Assert.StartsWith("Version ", reply.Header("X-Krakend"));
    }

    [Theory, Spec("RTE-117", "RTE-124")]
    [InlineData("/a/", 301)]
    [InlineData("/__health", 200)]
    [InlineData("/__debug/x", 200)]
    [InlineData("/__echo/x", 200)]
    [InlineData("/a/x%3Fy", 400)]
    public async Task Other_answers_of_the_gateway_do_not(string path, int status)
    {
        var answer = await _gateway.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer);
        Assert.DoesNotContain("X-Krakend", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, Spec("RTE-124")]
    [InlineData("GET", "/unknown")]
    [InlineData("DELETE", "/a")]
    public async Task An_unknown_path_and_a_wrong_method_are_not_complete(string method, string path)
    {
        Assert.Equal("false", (await _gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path))).Completed);
    }

    [Theory, Spec("RTE-119", "RTE-120")]
    [InlineData("/a", "public, max-age=30")]
    [InlineData("/own", "public, max-age=90")]
    [InlineData("/half", "public, max-age=0")]
    [InlineData("/zero", "public, max-age=30")]
    [InlineData("/no-op", null)]
    [InlineData("/filtered", null)]
    public async Task A_complete_answer_may_be_cached_as_long_as_configured(string path, string? expected)
    {
        Assert.Equal(expected, (await _gateway.GetAsync(path)).Header("Cache-Control"));
    }

    [Fact, Spec("RTE-119")]
    public async Task The_method_does_not_matter_for_caching()
    {
        Assert.Equal("public, max-age=30", (await _gateway.PostAsync("/write", "{}")).Header("Cache-Control"));
    }

    [Theory, Spec("RTE-118", "RTE-139")]
    [InlineData("/grouped", """{"g":{}}""", "true")]
    [InlineData("/filtered", "{}", "false")]
    [InlineData("/no-op", """{"a":1}""", "false")]
    public async Task Complete_means_that_the_final_data_has_a_member_at_its_root(string path, string body, string completed)
    {
        var reply = await _gateway.GetAsync(path);

        Assert.Equal((200, body, completed), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-120")]
    public async Task Without_any_cache_ttl_nothing_is_said_about_caching()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """, _upstream.Host);

        Assert.Null((await gateway.GetAsync("/a")).Header("Cache-Control"));
    }

    [Fact, Spec("RTE-125")]
    public async Task Keys_are_sorted_markup_is_escaped_and_numbers_keep_their_digits()
    {
        _upstream.Answer("/a", """{"z":12345678901234567890,"b":{"y":1.5,"x":"<a&b>"},"a":[1e2,1.0]}""");

        var reply = await _gateway.GetAsync("/a");

        Assert.Equal("""{"a":[1e2,1.0],"b":{"x":"\u003ca\u0026b\u003e","y":1.5},"z":12345678901234567890}""", reply.Body);
        Assert.Equal("application/json; charset=utf-8", reply.Header("Content-Type"));
    }
}
