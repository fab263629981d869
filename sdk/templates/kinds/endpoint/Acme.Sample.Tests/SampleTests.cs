using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Refuses_a_request_without_the_header()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var endpoint = host.Endpoint("acme/sample", """{ "header": "X-Api-Version", "status": 428 }""");
        var exchange = TestRequest.Exchange();

        await endpoint.InvokeAsync(exchange, static _ => throw new InvalidOperationException("it went on"));

        Assert.Equal(428, exchange.Response.StatusCode);
        Assert.Equal("Debug: [ENDPOINT: /test][Acme.Sample] no header X-Api-Version", Assert.Single(host.Log.Lines));
    }

    [Fact]
    public async Task Lets_a_request_with_the_header_pass()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var endpoint = host.Endpoint("acme/sample", """{ "header": "X-Api-Version" }""");
        var wentOn = false;

        await endpoint.InvokeAsync(TestRequest.Exchange(headers: [("X-Api-Version", "2")]), _ =>
        {
            wentOn = true;
            return Task.CompletedTask;
        });

        Assert.True(wentOn);
    }

    [Fact]
    public void A_status_that_is_no_refusal_is_an_error_with_its_place()
    {
        var host = PluginTestHost.Create<SamplePlugin>();

        var error = Assert.Single(host.Errors("endpoint", "acme/sample", """{ "header": "X", "status": 200 }"""));

        Assert.Equal("config.json:1:28 status: 200 is no refusal: 400 to 499", error.ToString());
    }
}
