using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Sets_the_header_over_the_client_s()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var backend = host.Backend("acme/sample", """{ "header": "x-tenant", "value": "acme" }""");
        var next = TestNext.Data("{}");

        await backend.InvokeAsync(TestRequest.Create(headers: [("X-Tenant", "other")]), next.InvokeAsync, CancellationToken.None);

        Assert.Equal("acme", Assert.Single(next.Requests).Headers.Get("X-Tenant"));
    }
}
