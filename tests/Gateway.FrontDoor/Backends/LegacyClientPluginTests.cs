using System.Net;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Client plugins of old that are attributes today.</summary>
public sealed class LegacyClientPluginTests
{
    [Theory, Spec("RTE-313")]
    [InlineData("""{"plugin/http-client":{"name":"no-redirect"}}""")]
    [InlineData("""{"github.com/devopsfaith/krakend/transport/http/client/executor":{"name":"no-redirect"}}""")]
    public async Task No_redirect_hands_a_redirect_on_and_is_reported(string extra)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/old", static context =>
        {
            context.Response.Redirect("/new");
            return Task.CompletedTask;
        });
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/old","extra_config":"""
            + extra + "}]}]}", upstream.Host);

        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/new", response.Headers.Location!.ToString());
        Assert.Contains(gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Notice && d.Message.Contains("an attribute of \"backend/http/client\" today", StringComparison.Ordinal));
    }

    [Fact, Spec("RTE-330")]
    public async Task Http_proxy_sends_the_call_through_the_proxy()
    {
        await using var proxy = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"via\":\"p\"}");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","backend":[{"host":["http://service.test"],"url_pattern":"/a",
              "extra_config":{"plugin/http-client":{"name":"http-proxy","proxy_address":"$UPSTREAM"}}}]}]}
            """, proxy.Url);

        Assert.Equal("""{"via":"p"}""", await gateway.Client.GetStringAsync("/x"));
        Assert.StartsWith("GET http://service.test/a HTTP/1.1\r\n", Assert.Single(proxy.Requests), StringComparison.Ordinal);
    }
}
