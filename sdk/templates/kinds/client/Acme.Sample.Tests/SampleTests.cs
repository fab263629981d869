using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Sends_the_credentials_and_hands_the_answer_through()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var client = host.Client("acme/sample", """{ "user": "ann", "password": "secret" }""");
        var next = TestNext.Raw(200, "welcome");

        var result = await client.InvokeAsync(TestRequest.Create("GET", "/"), next.CallAsync, CancellationToken.None);

        Assert.Equal("Basic YW5uOnNlY3JldA==", Assert.Single(next.Requests).Headers.Get("Authorization"));
        Assert.Equal("welcome", await result.Response!.ReadTextAsync());
    }

    [Fact]
    public void Refuses_a_user_with_a_colon()
    {
        var host = PluginTestHost.Create<SamplePlugin>();

        var error = Assert.Single(host.Errors("client", "acme/sample", """{ "user": "a:b", "password": "" }"""));

        Assert.Equal("config.json:1:11 user: a user name must not hold a colon", error.ToString());
    }
}
