using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Sets_the_header_and_goes_on()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var server = host.Server("acme/sample", """{ "header": "X-Served-By", "value": "acme" }""");
        var exchange = TestRequest.Exchange();
        var wentOn = false;

        await server.InvokeAsync(exchange, _ =>
        {
            wentOn = true;
            return Task.CompletedTask;
        });

        Assert.True(wentOn);
        Assert.Equal("acme", exchange.Response.Headers["X-Served-By"].ToString());
    }

    [Fact]
    public void Needs_the_name_of_a_header()
    {
        var host = PluginTestHost.Create<SamplePlugin>();

        Assert.Contains("\"header\" is required", Assert.Single(host.Errors("server", "acme/sample", "{}")).Message);
    }
}
