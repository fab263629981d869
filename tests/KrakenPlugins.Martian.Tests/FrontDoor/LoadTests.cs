using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Martian.Tests.FrontDoor;

/// <summary>What becomes of definitions when the gateway starts.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("""{"@comment":"x","header.Modifier":{"name":"X-R","value":"1"}}""", "parse: expected one modifier, received 2: \"@comment\", \"header.Modifier\"")]
    [InlineData("""{"header.Modifier":{"name":"X-R","value":"1"},"header.Id":{}}""", "parse: expected one modifier, received 2: ")]
    [InlineData("""{"fifo.Group":{"modifiers":[{"header.Modifier":{"name":"X-R","value":"1"}},{"nope.Modifier":{}}]}}""", "parse: unknown modifier: nope.Modifier")]
    [InlineData("""{"fifo.Group":{"modifiers":[{"header.Modifier":{"name":"X-R","value":"1"}},{"header.Id":{"scope":["response"]}}]}}""", "parse: invalid scope \"response\" for modifier")]
    [InlineData("""{"header.Modifier":{"name":"X-R","value":1}}""", "expected a text, not 1")]
    [InlineData("""{"body.Modifier":{"body":"%"}}""", "is no base64 text")]
    [InlineData("""{"url.RegexFilter":{"regex":"(","modifier":{"header.Modifier":{"name":"X-R","value":"1"}}}}""", "error parsing regexp: ")]
    [InlineData("""{"stash.Modifier":{"scope":["response"],"headerName":"X-R"}}""", "to write header on a response, specify scope as both request and response")]
    [InlineData("""{"port.Modifier":{"port":1,"remove":true}}""", "Must specify only one of port, defaultForScheme or remove")]
    [InlineData("""{"static.Modifier":{"rootPath":"/etc"}}""", "parse: unknown modifier: static.Modifier; files are not served here")]
    [InlineData("""{"header.Modifier":{"name":"X-R","value":"1\r\nX-Evil: 1"}}""", "must not hold line breaks or other control characters")]
    [Spec("MAN-138", "MAN-139", "MAN-146", "MAN-153", "MAN-159")]
    public async Task A_bad_definition_is_logged_and_the_backend_is_served_unmodified(string martian, string reason)
    {
        await using var front = await Front.StartAllAsync($$$$$"""
            {"endpoint":"/bad","output_encoding":"no-op","backend":[{"url_pattern":"/bad","encoding":"no-op","extra_config":{"modifier/martian":{{{{{martian}}}}}}}]},
            {"endpoint":"/good","backend":[{"url_pattern":"/good","extra_config":{"modifier/martian":{"header.Modifier":{"name":"X-R","value":"1"}}}}]}
            """);

        var bad = await front.GetAsync("/bad");
        var sent = front.Last;
        await front.GetAsync("/good");

        Assert.Equal((200, """{"from":"backend"}""", null), (bad.Status, bad.Body, bad.Header("X-R")));
        Assert.Equal(("/bad", null, ""), (sent.Target, sent.Header("X-R"), sent.Body));
        Assert.Equal("1", front.Last.Header("X-R"));
        await front.Gateway.WaitForLogAsync("ERROR: [BACKEND: GET /bad -> /bad][Martian] ");
        await front.Gateway.WaitForLogAsync(reason);
        var finding = Assert.Single(front.Gateway.Diagnostics.All, f => f.Message.Contains(reason, StringComparison.Ordinal));
        Assert.All(front.Gateway.Diagnostics.All, other => Assert.Equal(finding.Position, other.Position));
        Assert.Equal((1, true), (finding.Position.Line, finding.Position.Column > 100));
    }

    [Fact]
    [Spec("MAN-138", "MAN-140")]
    public async Task Comments_stand_inside_and_the_scope_decides_about_the_phases()
    {
        static string Endpoint(string path, string scope) => $$$$$"""
            {"endpoint":"/{{{{{path}}}}}","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"modifier/martian":
              {"fifo.Group":{"@comment":"both","modifiers":[{"header.Modifier":{"@comment":{"a":1},{{{{{scope}}}}}"name":"X-R","value":"1"}}]}}}}]}
            """;
        await using var front = await Front.StartAllAsync(
            $"{Endpoint("both", "")},{Endpoint("none", "\"scope\":[],")},{Endpoint("request", "\"scope\":[\"request\"],")},{Endpoint("response", "\"scope\":[\"response\"],")}");
        var seen = new List<(string?, string?)>();

        foreach (var path in new[] { "/both", "/none", "/request", "/response" })
        {
            var reply = await front.GetAsync(path);
            seen.Add((front.Last.Header("X-R"), reply.Header("X-R")));
        }

        Assert.Equal([("1", "1"), (null, null), ("1", null), (null, "1")], seen);
        Assert.Empty(front.Gateway.Diagnostics.All);
    }

    [Fact]
    [Spec("MAN-138", "CFG-049")]
    public async Task The_old_name_of_the_namespace_works()
    {
        await using var front = await Front.StartAllAsync("""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"github.com/devopsfaith/krakend-martian":{"header.Modifier":{"scope":["request"],"name":"X-R","value":"1"}}}}]}
            """);

        await front.GetAsync();

        Assert.Equal("1", front.Last.Header("X-R"));
    }

    [Fact]
    public async Task The_examples_of_the_readme_work()
    {
        var readme = await File.ReadAllTextAsync(PluginFolder.File("README.md"));
        var example = Assert.Single(Regex.Matches(readme, "```json\n(.*?)```", RegexOptions.Singleline)).Groups[1].Value;
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/protected", "{}");
        upstream.On("/flags", static context =>
        {
            context.Response.Headers["X-Powered-By"] = "secret";
            return Task.CompletedTask;
        });
        await using var gateway = await Front.GatewayAsync(example, upstream.Host);

        using var first = await gateway.Client.GetAsync("/protected");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/flags") { Headers = { { "X-App-Version", "1-beta" }, { "Cookie", "consent=yes" } } };
        using var second = await gateway.Client.SendAsync(request);
        using var third = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/flags") { Headers = { { "Cookie", "consent=no" } } });

        Assert.Empty(gateway.Diagnostics.All);
        Assert.Equal("Basic dXNlcjpwYTU1dzByZA==", upstream.Received[0].Header("Authorization"));
        Assert.Equal(("/flags?testing=1", "true", "consent=yes"), (upstream.Received[1].Target, upstream.Received[1].Header("X-Consent"), upstream.Received[1].Header("Cookie")));
        Assert.Equal(("/flags", null, null), (upstream.Received[2].Target, upstream.Received[2].Header("X-Consent"), upstream.Received[2].Header("Cookie")));
        Assert.False(second.Headers.Contains("X-Powered-By"));
    }
}
