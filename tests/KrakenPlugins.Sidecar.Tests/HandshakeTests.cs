using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Protocol;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class HandshakeTests
{
    [Fact]
    [Spec("GRP-200", "GRP-205")]
    public async Task A_plugin_says_what_it_is_and_what_its_components_are()
    {
        await using var peer = await Peer.StartAsync(static registry =>
        {
            registry.Server("acme/s", ServerStages.Cors, static (_, _, _) => null, ComponentReach.Endpoints);
            registry.Client("acme/c", ClientStages.Signing, static (_, _, _) => null);
            registry.Executor("acme/x", static (_, _, _) => null);
            registry.Middleware("m", static (_, _, _) => null);
        });

        var described = (await peer.DescribeAsync()).Require();

        Assert.Equal((1u, "acme.test", "1.2.3"), (described.Protocol, described.Id, described.Version));
        Assert.Equal(["acme/s Server 200 cors  Endpoints", "acme/c Client 600 signing method of authentication towards a backend Unspecified", "acme/x Executor    Unspecified", "m Middleware    Unspecified"],
            described.Components.Select(static c => $"{c.Name} {c.Layer} {c.Stage?.Order} {c.Stage?.Name} {c.Stage?.Exclusive} {c.Reach}"));
        Assert.Equal(new Needs { RequestHead = true, RequestBody = BodyNeed.Streamed, ResponseHead = true, ResponseBody = BodyNeed.Streamed, Claims = true }, described.Components[0].Needs);
        Assert.Equal(new Needs { RequestHead = true, RequestBody = BodyNeed.Buffered, Claims = true }, described.Components[2].Needs);
        Assert.Equal(BodyNeed.Buffered, described.Components[3].Needs.ResponseBody);
        Assert.Equal(64u << 10, described.Limits.MaxChunkBytes);
    }

    [Fact]
    [Spec("GRP-200", "GRP-205")]
    public async Task The_manifest_beside_the_program_says_who_it_is_and_bounds_its_needs()
    {
        var folder = Directory.CreateTempSubdirectory("manifest-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "plugin.json"), """
                {"id":"acme.audit","version":"2.0.0","namespaces":[
                  {"name":"acme/a","scope":"endpoint","layer":"endpoint","needs":{"request_head":true,"headers":["X-A"],"request_body":"buffered"}}],
                 "plugins":[{"kind":"middleware","name":"m","needs":{"response_head":true}}]}
                """);
            var options = new PluginProcessOptions
            {
                Folder = folder,
                Needs = [new(Layer.Endpoint, "acme/a", new Needs { RequestHead = true, Claims = true })],
            };
            await using var peer = await Peer.StartAsync(static registry =>
            {
                registry.Endpoint("acme/a", EndpointStages.Scripts, static (_, _, _) => null);
                registry.Middleware("m", static (_, _, _) => null);
            }, options);

            var described = (await peer.DescribeAsync()).Require();

            Assert.Equal(("acme.audit", "2.0.0"), (described.Id, described.Version));
            Assert.Equal(new Needs { RequestHead = true, Headers = { "X-A" } }, described.Components[0].Needs);
            Assert.Equal(new Needs { ResponseHead = true }, described.Components[1].Needs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    [Spec("GRP-203")]
    public async Task Nobody_without_the_secret_is_let_in()
    {
        await using var peer = await Peer.StartAsync(static _ => { });
        GrpcCallOptions[] strangers =
        [
            default,
            new() { Metadata = new GrpcMetadata().Add(PluginServiceMethods.SecretName, Peer.Secret[1..]) },
            new() { Metadata = new GrpcMetadata().Add(PluginServiceMethods.SecretName, Peer.Secret).Add(PluginServiceMethods.SecretName, Peer.Secret) },
        ];

        foreach (var stranger in strangers)
        {
            var health = await peer.Channel.CallAsync(PluginServiceMethods.Health, new HealthRequest(), stranger).InTime();
            await using var handle = peer.Channel.Open(PluginServiceMethods.Handle, stranger);
            var read = await handle.ReadAsync().InTime();

            Assert.Equal(GrpcStatusCode.Unauthenticated, health.Status.Code);
            Assert.Equal(GrpcStatusCode.Unauthenticated, read.Status.Code);
        }
    }

    [Theory]
    [InlineData(2u, 3u)]
    [InlineData(0u, 0u)]
    [Spec("GRP-204")]
    public async Task A_gateway_of_other_versions_is_told_the_ranges(uint min, uint max)
    {
        await using var peer = await Peer.StartAsync(static _ => { });

        var reply = await peer.DescribeAsync(min, max);

        Assert.Equal(new GrpcStatus(GrpcStatusCode.FailedPrecondition, $"the plugin speaks protocol 1 to 1, the gateway {min} to {max}"), reply.Status);
    }

    [Fact]
    [Spec("GRP-206")]
    public async Task Layers_that_exist_inside_of_the_gateway_only_are_refused_by_name()
    {
        await using var peer = await Peer.StartAsync(static registry =>
        {
            registry.Connection("ws", static (_, _, _) => null);
            registry.Listener("l", static (_, _, _) => null);
            registry.Agent("a", static (_, _, _) => null);
            registry.Rejecter("r", RejecterStages.Policies, static (_, _, _) => null);
            registry.Decoder("d", static (_, _, _) => null);
            registry.Render("r", static (_, _, _) => null);
            registry.Discovery("d", static (_, _, _) => null);
            registry.Balancer("b", static (_, _, _) => null);
            registry.Service<IQuotaProcessors>("s", ServiceStages.Processors, static (_, _, _) => null);
            registry.Health("h", static (_, _, _) => null);
            registry.Logging("l", static (_, _, _) => null);
            registry.Command("c", static (_, _, _) => null);
        });

        var reply = await peer.DescribeAsync();

        Assert.Equal(GrpcStatusCode.FailedPrecondition, reply.Status.Code);
        foreach (var layer in (string[])["connection \"ws\"", "listener \"l\"", "agent \"a\"", "rejecter \"r\"", "decoder \"d\"", "render \"r\"", "discovery \"d\"", "balancer \"b\"", "service \"s\"", "health \"h\"", "logging \"l\"", "command \"c\""])
            Assert.Contains(layer, reply.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("set \"runtime\" to \"dotnet\" in plugin.json", reply.Status.Detail, StringComparison.Ordinal);
    }
}
