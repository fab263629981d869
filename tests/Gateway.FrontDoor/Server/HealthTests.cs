using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The health endpoint.</summary>
public sealed partial class HealthTests
{
    [Fact, Spec("OBS-050", "OBS-051", "OBS-054", "RTE-041")]
    public async Task Health_answers_its_object_with_nothing_configured()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");
        var before = DateTimeOffset.Now.AddSeconds(-1);

        using var response = await gateway.Client.GetAsync("/__health");

        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.DoesNotContain(response.Headers, static h => h.Key.StartsWith("X-Krakend", StringComparison.OrdinalIgnoreCase));
        var match = Body().Match(body);
        Assert.True(match.Success, body);
        var now = DateTimeOffset.ParseExact(match.Groups[1].Value + " " + match.Groups[2].Value.Insert(3, ":"), "yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
        Assert.InRange(now, before, DateTimeOffset.Now);
        Assert.Equal(DateTimeOffset.Now.Offset, now.Offset);
    }

    [Fact, Spec("OBS-050")]
    public async Task Health_contacts_no_backend()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]}]}
            """, upstream.Host);

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(upstream.Received);
    }

    [Fact, Spec("OBS-053")]
    public async Task Health_path_moves_it()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"extra_config":{"router":{"health_path":"/health"}}}""");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, HttpMethod.Get, "/health"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(gateway, HttpMethod.Get, "/__health"));
    }

    [Fact, Spec("OBS-053")]
    public async Task Disable_health_removes_it()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"extra_config":{"router":{"disable_health":true}}}""");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(gateway, HttpMethod.Get, "/__health"));
    }

    [Fact, Spec("OBS-053")]
    public async Task Only_get_is_registered()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(gateway, HttpMethod.Head, "/__health"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(gateway, HttpMethod.Post, "/__health"));
    }

    [Fact, Spec("OBS-053")]
    public async Task A_health_path_that_is_an_endpoint_does_not_start()
    {
        var error = await Record.ExceptionAsync(() => TestGateway.StartAsync("""
            {"version":3,"extra_config":{"router":{"health_path":"/mine"}},"host":["http://127.0.0.1:11"],
             "endpoints":[{"endpoint":"/mine","backend":[{"url_pattern":"/a"}]}]}
            """));

        Assert.NotNull(error);
        Assert.Contains("/mine", error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-054")]
    public async Task Health_passes_the_service_wide_layers()
    {
        var plugins = TestComponents.Server("test/mark", ServerStages.Cors, static (context, next) =>
        {
            context.Response.Headers["X-Mark"] = "1";
            return next(context);
        });
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"extra_config":{"test/mark":{}}}""", "", new() { Plugins = plugins });

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal("1", response.Headers.GetValues("X-Mark").Single());
    }

    [Fact, Spec("OBS-055")]
    public async Task Health_is_in_the_access_log_unless_skipped()
    {
        await using var logged = await TestGateway.StartAsync("""{"version":3}""");
        await using var skipped = await TestGateway.StartAsync("""{"version":3,"extra_config":{"router":{"logger_skip_paths":["/__health"]}}}""");

        foreach (var gateway in new[] { logged, skipped })
        {
            await StatusAsync(gateway, HttpMethod.Get, "/__health");
            await StatusAsync(gateway, HttpMethod.Get, "/end");
            await gateway.WaitForLogAsync("\"/end\"");
        }

        Assert.Contains("\"/__health\"", logged.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("\"/__health\"", skipped.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-056")]
    public async Task A_health_answer_of_ones_own_is_made_by_calling_oneself()
    {
        var port = FreePort();
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"port":{{port}},"endpoints":[{"endpoint":"/health","extra_config":{"proxy":{"static":{"strategy":"always","data":{"team":"core"} } } },
              "backend":[{"host":["http://127.0.0.1:{{port}}"],"url_pattern":"/__health","allow":["status"]}]}]}
            """, "", new() { Port = port });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.Client.GetStringAsync("/health")));

        Assert.All(answers, static a => Assert.Equal("""{"status":"ok","team":"core"}""", a));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<HttpStatusCode> StatusAsync(TestGateway gateway, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await gateway.Client.SendAsync(request);
        return response.StatusCode;
    }

    [GeneratedRegex("""^\{"agents":\{\},"now":"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{1,9})? ([+-]\d{4}) [A-Z+\-\d]+ m=\+\d+(?:\.\d{1,9})?","status":"ok"\}$""")]
    private static partial Regex Body();
}
