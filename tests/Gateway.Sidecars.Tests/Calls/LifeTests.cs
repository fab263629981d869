using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Supervision;
using Gateway.Testing;
using KrakenPlugins.Grpc;
using KrakenPlugins.Plugin.V1;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

public sealed class LifeTests
{
    [Fact, Spec("GRP-104")]
    public async Task A_connection_that_ends_breaks_the_link_and_every_call_at_once()
    {
        await using var scene = await Scene.OpenAsync();
        var calls = new List<SidecarCall>();
        for (var i = 0; i < 64; i++)
            calls.Add((await scene.StartAsync()).Call);
        var waiting = calls.ConvertAll(static call => call.LossAsync());
        await scene.Sidecar.StopAsync();
        foreach (var loss in await Task.WhenAll(waiting))
            Assert.Equal(LossReason.Gone, loss.Reason);
        await scene.Link.Broken.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("broke the stream of calls: ", scene.Link.Reason, StringComparison.Ordinal);
        Assert.Equal(0, scene.Link.OpenCalls);
        var late = scene.Link.NewCall();
        Assert.Equal(LossReason.Gone, (await Soon.Get(late.StartAsync(new(), CancellationToken.None)))!.Reason);
        await Assert.ThrowsAsync<SidecarException>(() => scene.Link.IsHealthyAsync(CancellationToken.None));
        foreach (var call in calls)
            await call.DisposeAsync();
    }

    [Fact, Spec("GRP-104")]
    public async Task A_stream_that_the_sidecar_ends_breaks_the_link()
    {
        await using var scene = await Scene.OpenAsync(static sidecar => sidecar.OnFrame = static (_, _) => throw new GrpcException(new(GrpcStatusCode.DataLoss, "no more")));
        var call = scene.Link.NewCall();
        await call.StartAsync(new(), CancellationToken.None);
        Assert.Equal("the sidecar broke the stream of calls: DataLoss: no more", (await call.LossAsync()).Message);
        Assert.Equal("the sidecar broke the stream of calls: DataLoss: no more", (await call.LossAsync()).Message);
    }

    [Fact, Spec("GRP-104")]
    public async Task A_link_that_is_disposed_loses_its_calls()
    {
        var scene = await Scene.OpenAsync();
        var (call, _) = await scene.StartAsync();
        var next = call.LossAsync();
        await scene.DisposeAsync();
        Assert.Equal(LossReason.Gone, (await next).Reason);
        Assert.True(scene.Link.Broken.IsCompleted);
        await scene.Link.DisposeAsync();
    }

    [Fact, Spec("GRP-104")]
    public async Task A_link_to_a_peer_that_stands_still_can_be_disposed()
    {
        await using var sidecar = await new FakeSidecar().ListenAsync(static o => o.Listen(System.Net.IPAddress.Loopback, 0, static l => l.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2));
        await using var road = new ClosedRoad(sidecar.Port);
        var link = await SidecarLink.ConnectAsync(Scene.Settings($"http://127.0.0.1:{road.Port}"), CancellationToken.None);
        link.Open();
        var first = link.NewCall();
        Assert.Null(await Soon.Get(first.StartAsync(new(), CancellationToken.None)));
        await sidecar.NextAsync();
        road.Close();
        // More than the buffers of the system take.
        var large = new CallStart { Request = new() { Target = new string('x', 1 << 20) } };
        var calls = Enumerable.Range(0, 12).Select(_ => link.NewCall()).ToList();
        foreach (var call in calls)
            Assert.Null(await Soon.Get(call.StartAsync(large, CancellationToken.None)));
        var losses = calls.ConvertAll(static call => call.LossAsync());
        await link.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.All(await Task.WhenAll(losses), static loss => Assert.Equal(LossReason.Gone, loss.Reason));
        await first.DisposeAsync();
    }

    [Fact, Spec("GRP-105")]
    public async Task Configures_retires_and_tells_refusals()
    {
        await using var scene = await Scene.OpenAsync(static sidecar => sidecar.OnConfigure = static request =>
            request.Generation == 3 ? new GrpcStatus(GrpcStatusCode.Internal, "out of numbers") : new ConfigureResponse { Places = { new ConfiguredPlace { PlaceId = (uint)request.Generation } } });
        Assert.Equal(2u, (await scene.Link.ConfigureAsync(new() { Generation = 2 }, CancellationToken.None)).Places[0].PlaceId);
        await scene.Link.RetireAsync(2, CancellationToken.None);
        Assert.Equal(2ul, Assert.IsType<RetireRequest>(Assert.Single(scene.Sidecar.Asked)).Generation);
        var fault = await Assert.ThrowsAsync<SidecarException>(() => scene.Link.ConfigureAsync(new() { Generation = 3 }, CancellationToken.None));
        Assert.Equal("failed Configure: Internal: out of numbers", fault.Message);
    }

    [Fact, Spec("GRP-106")]
    public async Task Says_how_it_is_while_its_calls_are_stuck()
    {
        await using var scene = await Scene.OpenAsync(static sidecar => sidecar.Reading = new TaskCompletionSource().Task);
        Assert.True(await scene.Link.IsHealthyAsync(CancellationToken.None));
        scene.Sidecar.Health = new() { Status = HealthStatus.Degraded, Message = "no database" };
        Assert.True(await scene.Link.IsHealthyAsync(CancellationToken.None));
        Assert.Equal("no database", scene.Link.Health.Message);
        scene.Sidecar.Health = new() { Status = HealthStatus.NotServing };
        Assert.False(await scene.Link.IsHealthyAsync(CancellationToken.None));
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Link.IsHealthyAsync(now.Token));
    }

    [Fact, Spec("GRP-107")]
    public async Task A_drain_begins_no_call_and_waits_for_those_that_run()
    {
        var ending = new TaskCompletionSource();
        await using var sidecar = await new FakeSidecar { Ending = ending.Task }.ListenAsync();
        await using var link = await SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address) with { Session = Environment.ProcessId, DrainLimit = TimeSpan.FromSeconds(7) }, CancellationToken.None);
        link.Open();
        var call = link.NewCall();
        await call.StartAsync(new(), CancellationToken.None);
        var id = (await sidecar.NextAsync()).CallId;
        var draining = link.DrainAsync(CancellationToken.None);
        await Wait.UntilAsync(() => !sidecar.Asked.IsEmpty, static () => "no Shutdown");
        Assert.Equal(7_000u, Assert.IsType<ShutdownRequest>(Assert.Single(sidecar.Asked)).GraceMs);
        Assert.Equal(LossReason.Gone, (await Soon.Get(link.NewCall().StartAsync(new(), CancellationToken.None)))!.Reason);
        await (await sidecar.Stream).SendAsync(Frame.Finish(id, 201));
        Assert.Equal(201u, (await call.NextAsync()).Finish!.Response.Status);
        ending.SetResult();
        await draining.WaitAsync(TimeSpan.FromSeconds(10));
        await link.Broken;
        Assert.True(sidecar.StreamEnd is { IsOk: true });
    }

    [Fact, Spec("GRP-107")]
    public async Task A_process_of_somebody_elses_is_not_asked_to_end()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        var draining = scene.Link.DrainAsync(CancellationToken.None);
        Assert.False(draining.IsCompleted);
        await scene.SendAsync(Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        await draining.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(scene.Sidecar.Asked);
        Assert.True(scene.Sidecar.StreamEnd is { IsOk: true });
    }

    [Fact, Spec("GRP-107")]
    public async Task A_drain_ends_with_its_token()
    {
        await using var scene = await Scene.OpenAsync();
        await scene.StartAsync();
        using var limit = new CancellationTokenSource();
        var draining = scene.Link.DrainAsync(limit.Token);
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => draining.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact, Spec("GRP-108")]
    public async Task A_sidecar_that_is_going_to_end_finishes_what_runs_and_gets_no_more()
    {
        await using var scene = await Scene.OpenAsync(static s => s.OnDescribe = static _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxConcurrentCalls = 1 } });
        var reasons = new List<string>();
        var told = new TaskCompletionSource();
        scene.Link.GoingAway += reason =>
        {
            reasons.Add(reason);
            told.TrySetResult();
        };
        var (call, id) = await scene.StartAsync();
        var waiting = scene.Link.NewCall().StartAsync(new(), CancellationToken.None);
        await scene.SendAsync(new PluginFrame { GoingAway = new() { Reason = "new build" } }, new PluginFrame { GoingAway = new() { Reason = "again" } });
        await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(LossReason.Gone, (await Soon.Get(waiting))!.Reason);
        Assert.Equal(LossReason.Gone, (await Soon.Get(scene.Link.NewCall().StartAsync(new(), CancellationToken.None)))!.Reason);
        await scene.SendAsync(Frame.Proceed(id));
        Assert.NotNull((await call.NextAsync()).Proceed);
        call.SendResult(new() { Attempt = 1 });
        await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result);
        await scene.SendAsync(Frame.Change(id, 1));
        Assert.NotNull((await call.NextAsync()).Finish);
        Assert.False(scene.Link.Broken.IsCompleted);
        Assert.Equal(["new build"], reasons);
    }
}
