using KrakenPlugins.Sdk.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    private const string Config = """{ "name": ["acme.sample"], "acme.sample": { "tenant": "acme" } }""";

    [Fact]
    public async Task Marks_a_request_and_refuses_another_tenant_s()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var modifier = host.RequestModifier("acme.sample", Config);
        var own = TestRequest.Create();

        Assert.Null(await modifier.ModifyAsync(own, CancellationToken.None));
        Assert.Equal("acme", own.Headers.Get("X-Tenant"));
        Assert.Equal(403, (await modifier.ModifyAsync(TestRequest.Create(headers: [("X-Tenant", "other")]), CancellationToken.None))!.StatusCode);
    }

    [Fact]
    public async Task Marks_an_answer()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var response = new ProxyResponse { Data = TestPayload.Of("""{ "a": 1 }""") };

        await host.ResponseModifier("acme.sample", Config).ModifyAsync(TestRequest.Create(), response, CancellationToken.None);

        Assert.Equal("""{"a":1,"tenant":"acme"}""", response.Json());
    }
}
