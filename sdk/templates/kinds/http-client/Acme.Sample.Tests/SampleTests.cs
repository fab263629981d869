using KrakenPlugins.Sdk.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    private const string Config = """{ "name": "acme.sample", "acme.sample": { "retries": 2 } }""";

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("POST", 1)]
    public async Task Repeats_a_failed_connection_where_that_is_safe(string method, int calls)
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var next = TestNext.Fails(new(GatewayErrorKind.Connection, "refused", 502));

        var result = await host.HttpClient("acme.sample", Config).InvokeAsync(TestRequest.Create(method, "/"), next.CallAsync, CancellationToken.None);

        Assert.Equal(calls, next.Requests.Count);
        Assert.Equal("refused", result.Error!.Message);
    }

    [Fact]
    public async Task Hands_an_answer_through_whatever_its_status()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var next = TestNext.Raw(503, "later");

        var result = await host.HttpClient("acme.sample", Config).InvokeAsync(TestRequest.Create("GET", "/"), next.CallAsync, CancellationToken.None);

        Assert.Equal(503, result.Response!.StatusCode);
        Assert.Single(next.Requests);
    }
}
