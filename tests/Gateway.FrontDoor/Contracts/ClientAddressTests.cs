using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>The client's address, as components see it.</summary>
public sealed class ClientAddressTests
{
    private const string Endpoint = """{"endpoint":"/a","input_headers":["*"],"extra_config":{"acme/near":{}},"backend":[{"url_pattern":"/b"}]}""";

    [Theory, Spec("RTE-049", "RTE-052", "RTE-054")]
    [InlineData("127.0.0.0/8", "X-Forwarded-For: 9.9.9.9, 2.2.2.2", "2.2.2.2")]
    [InlineData("127.0.0.0/8", "X-Forwarded-For: ::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("10.0.0.0/8", "X-Forwarded-For: 2.2.2.2", "127.0.0.1")]
    public async Task Components_see_the_address_that_trusted_proxies_name_and_backends_get_the_same(string trusted, string header, string expected)
    {
        var seen = new List<string>();
        var registry = new PluginRegistry();
        registry.Server("acme/far", ServerStages.Telemetry, (_, context, _) => new HttpProbe((exchange, next) => See(context, exchange, next)));
        registry.Server("acme/inner", ServerStages.Security, (_, context, _) => new HttpProbe((exchange, next) => See(context, exchange, next)));
        registry.Endpoint("acme/near", EndpointStages.RateLimit, (_, context, _) => new HttpProbe((exchange, next) => See(context, exchange, next)));
        await using var rig = await Rig.StartAsync(
            Endpoint,
            $$$""" "extra_config":{"acme/far":{},"acme/inner":{},"router":{"forwarded_by_client_ip":true,"trusted_proxies":["{{{trusted}}}"]}} """,
            new() { Plugins = registry });

        Assert.Equal(200, (await rig.GetAsync("/a", header)).Status);

        Assert.Equal([expected, expected, expected], seen);
        Assert.Equal(expected, rig.Last.Header("X-Forwarded-For"));

        Task See(IServiceContext context, Microsoft.AspNetCore.Http.HttpContext exchange, Microsoft.AspNetCore.Http.RequestDelegate next)
        {
            seen.Add(context.ClientAddress(exchange));
            return next(exchange);
        }
    }

    [Fact, Spec("RTE-054", "RTE-086")]
    public async Task Forwarding_headers_that_a_client_makes_up_reach_neither_component_nor_backend()
    {
        var seen = "";
        var registry = new PluginRegistry();
        registry.Endpoint("acme/near", EndpointStages.RateLimit, (_, context, _) => new HttpProbe((exchange, next) =>
        {
            seen = context.ClientAddress(exchange);
            return next(exchange);
        }));
        await using var rig = await Rig.StartAsync(Endpoint, options: new() { Plugins = registry });

        await rig.GetAsync("/a", "X-Forwarded-For: 6.6.6.6", "X_Forwarded_For: 6.6.6.6", "X-Forwarded-Host: evil", "X-Forwarded-Via: me");

        Assert.Equal("127.0.0.1", seen);
        Assert.Equal("127.0.0.1", rig.Last.Header("X-Forwarded-For"));
        Assert.Equal("gw.example:8000", rig.Last.Header("X-Forwarded-Host"));
        Assert.Null(rig.Last.Header("X_Forwarded_For"));
        Assert.DoesNotContain("me", rig.Last.Header("X-Forwarded-Via") ?? "", StringComparison.Ordinal);
    }
}
