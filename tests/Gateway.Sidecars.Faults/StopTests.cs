using System.Diagnostics;
using System.Runtime.InteropServices;
using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>The end of the gateway, in order.</summary>
public sealed class StopTests(ITestOutputHelper output)
{
    // drain_limit and stop_limit, and what a busy machine adds.
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(12);

    [Fact, Spec("GRP-297")]
    public async Task Calls_that_run_are_finished_before_the_sidecar_ends()
    {
        await using var rig = await FaultRig.StartAsync();
        using var load = rig.Load();
        var sidecar = await rig.SidecarAsync();

        var clients = load.RunAsync(FaultRig.Guard, static (_, number) => number == 0, (_, _) => "after-late:700");
        await Wait.UntilAsync(() => rig.Received == Load.Clients, () => $"{rig.Received} requests came through");
        rig.Gateway.Send(PosixSignal.SIGTERM);
        await clients;

        load.Bad.HasOnly(Outcome.Right);
        Assert.Equal(0, await rig.Gateway.ExitAsync());
        Assert.False(Processes.Runs(sidecar));
    }

    [Theory, Spec("GRP-297")]
    [InlineData("""{"ignores_term":true}""")]
    [InlineData("""{"shutdown":"never"}""")]
    [InlineData("""{"shutdown":"never","ignores_term":true,"ignores_input_end":true,"children":2}""")]
    public async Task Whoever_does_not_end_is_ended(string faults)
    {
        await using var rig = await FaultRig.StartAsync(faults: faults);
        var sidecar = await rig.SidecarAsync();
        int[] processes = [sidecar, .. Processes.ChildrenOf(sidecar)];

        var begun = Stopwatch.GetTimestamp();
        rig.Gateway.Send(PosixSignal.SIGTERM);
        var status = await rig.Gateway.ExitAsync();

        output.WriteLine($"{Stopwatch.GetElapsedTime(begun)}");
        Assert.Equal(0, status);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, s_most);
        await Wait.UntilAsync(() => !processes.Any(Processes.Runs), () => "something still runs");
    }

    [Fact, Spec("GRP-297")]
    public async Task What_a_sidecar_started_ends_with_it()
    {
        await using var rig = await FaultRig.StartAsync(faults: """{"children":2}""");
        var sidecar = await rig.SidecarAsync();
        var children = Processes.ChildrenOf(sidecar);
        rig.Plugin.Behave();

        Processes.Send(sidecar, Processes.Kill);

        await Wait.UntilAsync(() => !children.Any(Processes.Runs), () => "its children still run");
        await rig.RecoversAsync(FaultRig.Guard, s_most);
    }
}
