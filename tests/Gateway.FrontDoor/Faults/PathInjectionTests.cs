using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Slashes and dot segments in values, in every spelling: no backend path but the configured one is ever called.</summary>
public sealed partial class PathInjectionTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("{}"));
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    public static TheoryData<string> Values => new(
        from slash in new[] { "%2f", "%2F", "%252f", "%25252F", "%5c", "%5C", "\\", "%255c" }
        from dots in new[] { "..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", ".", "%2e", "%25252e.", "..;x=y", "..%3bx" }
        select dots + slash + "admin");

    public static TheoryData<string> Segments => new(
        "..", ".", "%2e%2e", "%2E%2e", ".%2E", "%2e", "%252e%252e", "%25252e%25252e", "..%00", "..%20", "..;", "..%3b", "..;a=b", "%c0%ae%c0%ae", "..%5c", "%5c..",
        "a%2fb", "a%2f..%2fb", "a%252fb", "%2f", "%2fadmin", "%5cadmin", "a%3fadmin=1", "a%23admin", "a?admin", "a%0d%0aX:1", "a%00", "%", "%2", "%zz", "{id}", "{{.Id}}", "%7bid%7d", "*", "");

    [Theory, Spec("RTE-026", "RTE-069")]
    [MemberData(nameof(Values))]
    [MemberData(nameof(Segments))]
    public async Task A_value_stays_within_its_segment(string value)
    {
        await AssertOnlyConfiguredPathsAsync(value, "");
    }

    [Theory, Spec("RTE-026", "RTE-018")]
    [MemberData(nameof(Values))]
    [MemberData(nameof(Segments))]
    public async Task A_value_stays_within_its_segment_without_the_parameter_check(string value)
    {
        await AssertOnlyConfiguredPathsAsync(value, "\"disable_path_decoding\":true");
    }

    [Theory, Spec("RTE-036", "RTE-026")]
    [MemberData(nameof(Values))]
    public async Task A_value_stays_within_its_segment_when_slashes_are_removed(string value)
    {
        await AssertOnlyConfiguredPathsAsync(value, "\"remove_extra_slash\":true");
    }

    [Theory, Spec("RTE-243", "RTE-244")]
    [MemberData(nameof(Values))]
    [MemberData(nameof(Segments))]
    public async Task The_rest_of_a_wildcard_stays_below_the_pattern(string value)
    {
        await using var gateway = await StartAsync("");

        await SendAsync(gateway, $"/files/{value}");
        await SendAsync(gateway, $"/files/a/{value}/b");

        foreach (var target in _upstream.Received.Select(static r => r.Target))
        {
            Assert.StartsWith("/base/", target, StringComparison.Ordinal);
            AssertNoDots(target);
        }
    }

    private async Task AssertOnlyConfiguredPathsAsync(string value, string router)
    {
        await using var gateway = await StartAsync(router);

        await SendAsync(gateway, $"/u/{value}/p");
        await SendAsync(gateway, $"/two/{value}/{value}");
        await SendAsync(gateway, $"/q/{value}");

        foreach (var target in _upstream.Received.Select(static r => r.Target))
        {
            Assert.Matches(Configured(), target);
            AssertNoDots(target);
        }
    }

    // What a server that decodes to the end, and takes backslashes for slashes, would make of it.
    private static void AssertNoDots(string target)
    {
        var path = target.Split('?')[0];
        for (var i = 0; i < 6; i++)
            path = Uri.UnescapeDataString(path);
        Assert.All(path.Split('/', '\\'), static s => Assert.False(s.Split(';')[0] is "." or "..", s));
    }

    private static Task<string> SendAsync(TestGateway gateway, string target) =>
        gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));

    private Task<TestGateway> StartAsync(string router) => TestGateway.StartAsync(
        $$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{ {{router}} } },"endpoints":[
          {"endpoint":"/u/{id}/p","backend":[{"url_pattern":"/users/{id}/profile"}]},
          {"endpoint":"/two/{a}/{b}","backend":[{"url_pattern":"/pair/{a}{b}"}]},
          {"endpoint":"/q/{id}","backend":[{"url_pattern":"/query?x={id}&fixed=1"}]},
          {"endpoint":"/files/*","backend":[{"url_pattern":"/base"}]}]}
        """, _upstream.Host);

    [GeneratedRegex(@"^(/users/[^/?#\\]+/profile|/pair/[^/?#\\]+|/query\?x=[^&=#]*&fixed=1)$")]
    private static partial Regex Configured();
}
