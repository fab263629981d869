using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.BotDetector.Tests;

public sealed class FrontDoorTests
{
    private static readonly string s_folder = PluginFront.Folder("BotDetector", "bot-detector");

    [Fact]
    [Spec("TRF-125", "TRF-132", "TRF-135")]
    public async Task A_bot_gets_403_wherever_it_goes_but_on_the_health_path()
    {
        await using var front = await StartAsync(service: """{"deny":["bad"]}""", options: new() { Debug = true });

        foreach (var path in new[] { "/e", "/no/such/path", "/__debug/x", "/__echo/x" })
        {
            var reply = await front.GetAsync(path, "User-Agent: bad");
            Assert.Equal((403, "", null, null), (reply.Status, reply.Body, reply.Header("Content-Type"), reply.Header("X-Krakend-Completed")));
        }
        Assert.Equal(403, (await front.SendAsync(HttpMethod.Delete, "/e", "User-Agent: bad")).Status);
        Assert.Equal(200, (await front.GetAsync("/__health", "User-Agent: bad")).Status);
        Assert.Equal(200, (await front.GetAsync("/e", "User-Agent: good")).Status);
        Assert.Single(front.Upstream.Received);
        await front.Gateway.WaitForLogAsync("[SERVICE: Gin][Botdetector] bot rejected");
        Assert.Contains("[SERVICE: Gin][Botdetector] The bot detector has been registered successfully", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Matches("ERROR.*bot rejected", front.Gateway.Log);
    }

    [Fact]
    [Spec("TRF-125", "TRF-133", "TRF-135")]
    public async Task The_service_and_an_endpoint_both_turn_away()
    {
        await using var front = await StartAsync(service: """{"deny":["bad"]}""", endpoint: """{"deny":["worse"]}""");

        Assert.Equal([403, 403, 200], await StatusesAsync(front, "/e", "bad", "worse", "good"));
        Assert.Equal([403, 200, 200], await StatusesAsync(front, "/other", "bad", "worse", "good"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][Botdetector] bot rejected");
        Assert.Contains("[ENDPOINT: /e][Botdetector] The bot detector has been registered successfully", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-129")]
    public async Task Of_several_agents_the_first_counts_and_none_is_like_an_empty_one()
    {
        await using var front = await StartAsync(service: """{"deny":["bad"],"empty_user_agent_is_bot":true}""");

        Assert.Equal(["200", "403", "403", "403"], new[]
        {
            await RawStatusAsync("User-Agent: good", "User-Agent: bad"),
            await RawStatusAsync("User-Agent: bad", "User-Agent: good"),
            await RawStatusAsync("User-Agent:"),
            await RawStatusAsync(),
        });

        async Task<string> RawStatusAsync(params string[] headers) => (await front.SendRawAsync("GET /e HTTP/1.1", ["Host: x", .. headers]))[9..12];
    }

    [Fact]
    [Spec("TRF-132")]
    public async Task A_preflight_is_answered_before_the_detector()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"security/cors":{"allow_origins":["https://a.example"]},"security/bot-detector":{"deny":["bad"]} },
             "endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder, PluginFront.Folder("Cors", "cors"));

        var preflight = await front.SendAsync(HttpMethod.Options, "/e", "Origin: https://a.example", "Access-Control-Request-Method: GET", "User-Agent: bad");
        var actual = await front.GetAsync("/e", "Origin: https://a.example", "User-Agent: bad");

        Assert.Equal(("https://a.example", true), (preflight.Header("Access-Control-Allow-Origin"), preflight.Status < 300));
        Assert.Equal((403, "https://a.example"), (actual.Status, actual.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    [Spec("TRF-133")]
    public async Task An_endpoints_detector_stands_in_front_of_authentication()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"auth/api-keys":{"keys":[{"key":"k1","roles":["r"]}]} },
             "endpoints":[{"endpoint":"/e","extra_config":{"security/bot-detector":{"deny":["bad"]},"auth/api-keys":{"roles":["r"]} },"backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder, PluginFront.Folder("ApiKeys", "api-keys"));

        Assert.Equal([403, 401], await StatusesAsync(front, "/e", "bad", "good"));
    }

    [Theory]
    [Spec("TRF-134")]
    [InlineData("""{"patterns":["ok","a(b"]}""", "patterns[1]", "\"a(b\" is no regular expression")]
    [InlineData("""{"cache_size":-1}""", "cache_size", "expected 0 to")]
    public async Task Rules_that_cannot_be_built_refuse_the_start_at_both_places(string rules, string place, string reason)
    {
        var service = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(service: rules));
        var endpoint = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(endpoint: rules));

        Assert.All([service.Message, endpoint.Message], message =>
        {
            Assert.Contains($"security/bot-detector.{place}", message, StringComparison.Ordinal);
            Assert.Contains(reason, message, StringComparison.Ordinal);
        });
    }

    [Fact]
    [Spec("TRF-134")]
    public async Task The_log_says_that_the_detector_cannot_be_created()
    {
        await using var host = Sdk.Testing.PluginTestHost.Create<BotDetectorPlugin>();

        Assert.ThrowsAny<Exception>(() => host.Server(BotDetectorPlugin.Namespace, """{"patterns":["a(b"]}"""));

        Assert.Contains("[SERVICE: Gin][Botdetector] Unable to create the bot detector: \"a(b\" is no regular expression", string.Join('\n', host.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-125")]
    public async Task The_old_names_of_namespace_and_attributes_work()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"github_com/devopsfaith/krakend-botdetector":{"denylist":["bad"],"cacheSize":3} },
             "endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder);

        Assert.Equal([403, 200], await StatusesAsync(front, "/e", "bad", "good"));
    }

    [Fact]
    public async Task The_readmes_example_works_and_is_valid()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(s_folder), null, s_folder);

        Assert.Equal([403, 403, 404, 404], await StatusesAsync(front, "/none", "Scrapy/2", "a", "MyApp/1.0 (android)", "Mozilla"));
        var schema = JsonSchema.JsonSchema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(s_folder, "bot-detector.schema.json"))).RootElement);
        Assert.Equal([true, false, false, false], new[] { """{"deny":["a"]}""", "{}", """{"cache_size":-1}""", """{"whitelist":["a"]}""" }.Select(text => schema.Validate(JsonDocument.Parse(text).RootElement).Count == 0));
    }

    private static async Task<IEnumerable<int>> StatusesAsync(PluginFront front, string path, params string[] agents)
    {
        var statuses = new List<int>();
        foreach (var agent in agents)
            statuses.Add((await front.GetAsync(path, $"User-Agent: {agent}")).Status);
        return statuses;
    }

    private static Task<PluginFront> StartAsync(string? service = null, string? endpoint = null, TestGatewayOptions? options = null) => PluginFront.StartAsync($$"""
        {"version":3,"host":["$UPSTREAM"],"debug_endpoint":true,"echo_endpoint":true,"extra_config":{ {{Entry(service)}} },"endpoints":[
          {"endpoint":"/e","extra_config":{ {{Entry(endpoint)}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/other","backend":[{"url_pattern":"/b"}]} ]}
        """, options, s_folder);

    private static string Entry(string? rules) => rules is null ? "" : $"\"security/bot-detector\":{rules}";
}
