using System.Text.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>
/// CR, LF and NUL in every value that can reach an outgoing path or header. What arrives at the backend is one request with the
/// lines that the configuration says, or nothing.
/// </summary>
public sealed class ValueInjectionTests
{
    private const string Empty = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    public static TheoryData<string> Encoded => new(
        "%0d%0aInjected:%201", "%0aInjected:1", "%0dInjected:1", "%00", "a%00b", "%0d%0a%0d%0aGET%20/evil%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0a", "%09", "%7f",
        "%20HTTP/1.1%0d%0aInjected:%201", "%c2%85Injected", "%e2%80%a8Injected", "%c4%8d%c4%8aInjected:1", "%250d%250aInjected:1");

    public static TheoryData<string> Raw => new(
        "\r\nInjected: 1", "\nInjected: 1", "\rInjected: 1", "\0", "a\0b", "\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n", " HTTP/1.1\r\nInjected: 1",
        "\u010d\u010aInjected: 1", "\u2028Injected", "\t", "\u007f", "../../admin", "..", "a/../../admin", "..%2f..%2fadmin", "?admin=1", "#x", "&admin=1", "\ud800", "é");

    [Theory]
    [MemberData(nameof(Encoded))]
    public async Task Parameters_and_query(string value)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        await using var gateway = await StartAsync(upstream.Url);

        await SendAsync(gateway, $"/p/{value}");
        await SendAsync(gateway, $"/q/{value}");
        await SendAsync(gateway, $"/s?a={value}&{value}=1&b=2");
        await SendAsync(gateway, $"/w/{value}");

        AssertClean(upstream);
    }

    [Theory]
    [InlineData("X-A: b\r\nHost: evil\r\n")]
    [InlineData("X-A: b\rInjected: 1\r\n")]
    [InlineData("X-A: b\nInjected: 1\r\n")]
    [InlineData("X-A: b\0c\r\n")]
    [InlineData("X-A\rInjected: 1\r\n")]
    [InlineData("X-A: \u0001\u0002\u001f\u007f\r\n")]
    [InlineData("User-Agent: b\0Injected: 1\r\n")]
    [InlineData("Content-Type: a\u000bInjected: 1\r\n")]
    [InlineData("X-A: \u00c4\u008d\u00c4\u008aInjected: 1\r\n")]
    [InlineData("(X): b\r\n")]
    [InlineData("X/A: b\r\n")]
    [InlineData("X\"A: b\r\n")]
    public async Task Headers(string lines)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        await using var gateway = await StartAsync(upstream.Url);

        await gateway.SendRawAsync($"GET /s HTTP/1.1\r\nHost: a\r\n{lines}Connection: close\r\n\r\n", TimeSpan.FromSeconds(10));

        AssertClean(upstream);
        foreach (var line in Lines(upstream))
            Assert.Matches("^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\0-\u001f\u007f]*$", line);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a/b")]
    [InlineData("a@b")]
    [InlineData("<script>")]
    [InlineData("a,b")]
    public async Task The_host_that_becomes_x_forwarded_host(string host)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        await using var gateway = await StartAsync(upstream.Url);

        await gateway.SendRawAsync($"GET /s HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));
        await gateway.SendRawAsync($"GET http://{host}/s HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));

        AssertClean(upstream);
        foreach (var line in Lines(upstream).Where(static l => l.StartsWith("X-Forwarded-Host", StringComparison.Ordinal)))
            Assert.Matches(@"^X-Forwarded-Host: [A-Za-z0-9.:,_~!$&'()*+;=%\[\]-]*$", line);
    }

    [Theory]
    [InlineData("1.2.3.4\0")]
    [InlineData("1.2.3.4\rInjected: 1")]
    [InlineData("<script>")]
    [InlineData("1.2.3.4, \u00c4\u008d\u00c4\u008aInjected")]
    [InlineData("fe80::1%25eth0\u0001")]
    [InlineData("not an address")]
    public async Task The_address_of_a_trusted_proxy_that_becomes_x_forwarded_for(string address)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        await using var gateway = await StartAsync(upstream.Url);

        await gateway.SendRawAsync($"GET /s HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\nX-Real-Ip: {address}\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));

        AssertClean(upstream);
        foreach (var line in Lines(upstream).Where(static l => l.StartsWith("X-Forwarded-For", StringComparison.Ordinal)))
            Assert.Matches("^X-Forwarded-For: [0-9a-f.:]+$", line);
    }

    [Theory, Spec("RTE-072")]
    [MemberData(nameof(Raw))]
    public async Task Claims(string value)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        var plugins = TestComponents.Proxy("test/claims", (request, next, cancellation) =>
        {
            request.Claims = new OneClaim(value);
            request.Headers.Set("X-Claim", value);
            return next(request, cancellation);
        });
        await using var gateway = await StartAsync(upstream.Url, plugins);

        await SendAsync(gateway, "/claims/path");
        await SendAsync(gateway, "/claims/query");

        AssertClean(upstream);
    }

    [Theory, Spec("RTE-072")]
    [MemberData(nameof(Raw))]
    public async Task Claims_in_paths_alone(string value)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        var plugins = TestComponents.Proxy("test/claims", (request, next, cancellation) =>
        {
            request.Claims = new OneClaim(value);
            return next(request, cancellation);
        });
        await using var gateway = await StartAsync(upstream.Url, plugins);

        await SendAsync(gateway, "/claims/path");
        await SendAsync(gateway, "/claims/query");

        AssertClean(upstream);
        AssertConfigured(upstream, "claim");
    }

    [Theory, Spec("RTE-166")]
    [MemberData(nameof(Raw))]
    public async Task Values_of_an_earlier_answer(string value)
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["v"] = value });
        var answer = FormattableString.Invariant($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var first = RawUpstream.Answering(answer);
        await using var upstream = RawUpstream.Answering(Empty);
        await using var gateway = await StartAsync(upstream.Url, null, first.Url);

        await SendAsync(gateway, "/sequence/path");
        await SendAsync(gateway, "/sequence/query");

        AssertClean(upstream);
        AssertConfigured(upstream, "resp");
    }

    private static void AssertClean(RawUpstream upstream)
    {
        foreach (var request in upstream.Requests)
        {
            Assert.Equal(1, request.Split(" HTTP/1.1\r\n").Length - 1);
            Assert.DoesNotContain('\0', request);
            Assert.DoesNotContain("/evil HTTP", request, StringComparison.Ordinal);
            Assert.DoesNotContain("\nInjected: 1", request, StringComparison.Ordinal);
            Assert.DoesNotContain("\rInjected", request, StringComparison.Ordinal);
            // Every line end is CR LF, and neither stands alone.
            Assert.Equal(request.Split("\r\n").Length, request.Split('\n').Length);
            Assert.Equal(request.Split("\r\n").Length, request.Split('\r').Length);
        }
    }

    private static void AssertConfigured(RawUpstream upstream, string prefix)
    {
        foreach (var target in upstream.Requests.Select(static r => r.Split(' ')[1]))
        {
            Assert.Matches($@"^(/{prefix}/[^/?#\\]*/end|/{prefix}-query\?x=[^&#=]*&fixed=1)$", target);
            var path = Uri.UnescapeDataString(Uri.UnescapeDataString(target.Split('?')[0]));
            Assert.All(path.Split('/', '\\'), static s => Assert.False(s is "." or "..", s));
        }
    }

    private static IEnumerable<string> Lines(RawUpstream upstream) =>
        upstream.Requests.SelectMany(static r => r[..r.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n").Skip(1));

    private static Task<string> SendAsync(TestGateway gateway, string target) =>
        gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));

    private static Task<TestGateway> StartAsync(string host, PluginRegistry? plugins = null, string? first = null) => TestGateway.StartAsync("""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.0/8"]}},"endpoints":[
          {"endpoint":"/p/{id}","backend":[{"url_pattern":"/path/{id}/end"}]},
          {"endpoint":"/q/{id}","backend":[{"url_pattern":"/query?x={id}"}]},
          {"endpoint":"/s","input_headers":["*"],"input_query_strings":["*"],"backend":[{"url_pattern":"/s"}]},
          {"endpoint":"/w/*","backend":[{"url_pattern":"/base"}]},
          {"endpoint":"/claims/path","extra_config":{"test/claims":{}},"backend":[{"url_pattern":"/claim/{JWT.sub}/end"}]},
          {"endpoint":"/claims/query","extra_config":{"test/claims":{}},"backend":[{"url_pattern":"/claim-query?x={JWT.sub}&fixed=1"}]},
          {"endpoint":"/sequence/path","extra_config":{"proxy":{"sequential":true}},"backend":[
            {"host":["$FIRST"],"url_pattern":"/first"},{"url_pattern":"/resp/{resp0_v}/end"}]},
          {"endpoint":"/sequence/query","extra_config":{"proxy":{"sequential":true}},"backend":[
            {"host":["$FIRST"],"url_pattern":"/first"},{"url_pattern":"/resp-query?x={resp0_v}&fixed=1"}]}]}
        """.Replace("$FIRST", first ?? host, StringComparison.Ordinal), host, plugins is null ? null : new() { Plugins = plugins });

    private sealed class OneClaim(string value) : IClaims
    {
        public string? GetText(string name) => name == "sub" ? value : null;
    }
}
