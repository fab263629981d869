using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

/// <summary>Spellings of a path by which people try to get past the guard of an endpoint.</summary>
public sealed partial class PathTests
{
    [Theory]
    [Spec("AUT-092", "AUT-093", "AUT-001")]
    [InlineData("/private/data")]
    [InlineData("//private/data")]
    [InlineData("/private//data")]
    [InlineData("/./private/data")]
    [InlineData("/private/./data")]
    [InlineData("/private/%2e/data")]
    [InlineData("/open/../private/data")]
    [InlineData("/open/%2e%2e/private/data")]
    [InlineData("/open/%2E%2E%2Fprivate%2Fdata")]
    [InlineData("/open/..%2fprivate/data")]
    [InlineData("/open/..;/private/data")]
    [InlineData("/private;x=1/data")]
    [InlineData("/private/data;x=1")]
    [InlineData("/private/data;")]
    [InlineData("/PRIVATE/data")]
    [InlineData("/Private/Data")]
    [InlineData("/private/data/")]
    [InlineData("/private/data.")]
    [InlineData("/private/data%20")]
    [InlineData("/private/data%00")]
    [InlineData("/private/data%0d%0aX-Y:z")]
    [InlineData("/private%2fdata")]
    [InlineData("/%70rivate/data")]
    [InlineData("/%2570rivate/data")]
    [InlineData("/private\\data")]
    [InlineData("/private/data?key=")]
    [InlineData("/private/data#x")]
    [InlineData("http://gateway/private/data")]
    [InlineData("http://gateway//private/data")]
    [InlineData("http://user@gateway/private/data")]
    [InlineData("https://gateway:444/private/data")]
    [InlineData("http:/private/data")]
    [InlineData("*")]
    public async Task The_backend_is_not_reached_without_a_key(string target)
    {
        await using var front = await StartAsync();
        foreach (var method in new[] { "GET", "HEAD", "get", "POST", "OPTIONS" })
        {
            var answer = await front.SendRawAsync($"{method} {target} HTTP/1.1", "Host: gateway", "X-Original-Url: /private/data", "X-Rewrite-Url: /private/data", "X-Http-Method-Override: GET");

            var status = StatusLine().Match(answer);
            Assert.True(status.Success && status.Groups[1].Value is not "500", $"{method} {target}: {answer}");
        }
        // What /open/* takes stays below /open at its backend, whatever it is.
        Assert.All(front.Upstream.Received, r => Assert.StartsWith("/open/", r.Target, StringComparison.Ordinal));
        Assert.All(front.Upstream.Received, r => Assert.DoesNotContain("..", r.Target.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split(';')[0] + "", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-092")]
    public async Task With_a_key_the_endpoint_is_reached_in_the_spellings_that_routing_knows()
    {
        await using var front = await StartAsync();

        var answers = new List<string>();
        foreach (var target in new[] { "/private/data", "/%70rivate/data", "http://gateway/private/data" })
            answers.Add(await front.SendRawAsync($"GET {target} HTTP/1.1", "Host: gateway", $"Authorization: Bearer {Front.Key}"));

        Assert.All(answers, static answer => Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal));
        Assert.All(front.Upstream.Received, static r => Assert.Equal("/secret", r.Target));
    }

    private static Task<PluginFront> StartAsync() => PluginFront.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"auth/api-keys":{{{Front.Service()}}} },"endpoints":[
          {"endpoint":"/private/data","extra_config":{"auth/api-keys":{"roles":["A"]} },"backend":[{"url_pattern":"/secret"}]},
          {"endpoint":"/open/*","backend":[{"url_pattern":"/open/*"}]} ]}
        """, null, Front.Folder);

    [GeneratedRegex("^HTTP/1.1 ([0-9]{3}) ")]
    private static partial Regex StatusLine();
}
