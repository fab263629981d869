using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Services;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Services;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly HealthService _health = new();
    private readonly CancellationTokenSource _closing = new();
    private GrpcHost _host = null!;

    [Fact]
    [Spec("GRP-080")]
    public async Task Check_tells_how_a_service_is()
    {
        using var channel = _host.Channel();
        _health.Set("a.Service", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.Serving, (await channel.CallAsync(HealthService.Check, "").InTime()).Require());
        Assert.Equal(ServingStatus.NotServing, (await channel.CallAsync(HealthService.Check, "a.Service").InTime()).Require());
        Assert.Equal(GrpcStatusCode.NotFound, (await channel.CallAsync(HealthService.Check, "b.Service").InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-081")]
    public async Task Watch_tells_how_a_service_is_and_becomes()
    {
        using var channel = _host.Channel();
        await using var watch = channel.Stream(HealthService.Watch, "a.Service");

        Assert.Equal(ServingStatus.ServiceUnknown, (await watch.ReadAsync().InTime()).Message);
        _health.Set("a.Service", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, (await watch.ReadAsync().InTime()).Message);
        _health.Set("b.Service", ServingStatus.Serving);
        _health.Set("a.Service", ServingStatus.Serving);
        _health.SetAllNotServing();
        Assert.Equal(ServingStatus.NotServing, (await watch.ReadAsync().InTime()).Message);
        await _closing.CancelAsync();
        Assert.Equal(GrpcStatusCode.Unavailable, (await watch.ReadAsync().InTime()).Status.Code);
    }

    public async Task InitializeAsync()
    {
        var server = new GrpcServerBuilder().Add(_health).Build();
        _host = await GrpcHost.StartAsync(context => server.HandleAsync(context, _closing.Token));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _closing.Dispose();
    }
}
