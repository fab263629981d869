using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Validated tokens: who may refuse them, and where their claims go.</summary>
public sealed class TokenTests
{
    private const string Guarded = """
        {"endpoint":"/a","input_headers":["X-User"],"extra_config":{"auth/validator":{},"validation/cel":{"refuse":"eve"}},
         "backend":[{"url_pattern":"/b/{JWT.sub}"}]}
        """;

    private const string Open = """{"endpoint":"/open","backend":[{"url_pattern":"/open/{JWT.sub}"}]}""";
    private const string Revoker = """ "extra_config":{"auth/revoker":{"revoked":"7"}} """;

    private readonly TokenPlugin _plugin = new();
    private readonly PluginRegistry _registry = new();

    public TokenTests() => _plugin.Register(_registry);

    [Theory]
    [InlineData("""X-Token: {"sub":"ada","jti":"1"}""", 200)]
    [InlineData("""X-Token: {"sub":"ada","jti":"7"}""", 401)]
    [InlineData("""X-Token: {"sub":"eve","jti":"1"}""", 403)]
    [InlineData("""X-Token: {"sub":"eve","jti":"7"}""", 401)]
    public async Task Rejecters_are_asked_in_the_order_of_their_stages(string header, int expected)
    {
        await using var rig = await StartAsync(Guarded);

        Assert.Equal(expected, (await rig.GetAsync("/a", header)).Status);
        Assert.Equal(expected == 200 ? 1 : 0, rig.Upstream.Received.Count);
    }

    [Fact]
    public async Task A_rejecter_of_the_service_serves_guarded_endpoints_and_an_endpoint_may_have_its_own()
    {
        await using var rig = await StartAsync(Guarded + "," + Open + """
            ,{"endpoint":"/own","extra_config":{"auth/validator":{},"auth/revoker":{"revoked":"8"}},"backend":[{"url_pattern":"/"}]}
            """);

        Assert.Equal(["revoker /a", "cel /a", "revoker /own"], _plugin.Built);
        Assert.Equal(200, (await rig.GetAsync("/own", """X-Token: {"jti":"7"}""")).Status);
        Assert.Equal(401, (await rig.GetAsync("/own", """X-Token: {"jti":"8"}""")).Status);
    }

    [Fact, Spec("RTE-072")]
    public async Task Claims_reach_the_backend_and_end_with_their_request()
    {
        await using var rig = await StartAsync(Guarded);
        using var connection = await rig.Gateway.ConnectAsync();

        await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nX-Token: {\"sub\":\"ada\",\"jti\":\"1\"}\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await connection.ReadToEndAsync();

        Assert.Equal(["/b/ada", "/b/%7BJWT.sub%7D"], rig.Upstream.Received.Select(static r => r.Target));
    }

    [Theory]
    [InlineData("""X-Token: {"sub":"ada","jti":"1"}""", "ada")]
    [InlineData("X-Other: 1", null)]
    public async Task An_identity_that_a_component_sets_takes_the_place_of_what_the_client_sent(string header, string? expected)
    {
        await using var rig = await StartAsync(Guarded);

        await rig.GetAsync("/a", "X-User: root", "x-user: admin", header);

        Assert.Equal(expected, rig.Last.Header("X-User"));
    }

    [Fact]
    public async Task Claims_of_a_component_around_the_service_reach_endpoints_without_components()
    {
        _registry.Server("acme/identity", ServerStages.ServiceGuards, static (_, _, _) => new HttpProbe(static (context, next) =>
        {
            context.Features.Set<KrakenPlugins.Sdk.Proxy.IClaims>(new Everybody());
            return next(context);
        }));
        await using var rig = await StartAsync(Open, """ "extra_config":{"acme/identity":{}} """);

        Assert.Equal("/open/everybody", await rig.TargetOfAsync("/open"));
    }

    private Task<Rig> StartAsync(string endpoints, string root = Revoker) => Rig.StartAsync(endpoints, root, new() { Plugins = _registry });

    private sealed class Everybody : KrakenPlugins.Sdk.Proxy.IClaims
    {
        public string? GetText(string name) => "everybody";
    }
}
