using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>What ends the process or its connection, in the middle of the calls of 64 clients.</summary>
public sealed class EndTests(ITestOutputHelper output)
{
    private const int Requests = 30;

    // Of the gateway, whatever the sidecar sends or does not take.
    private const double MostMegabytes = 400;

    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(10);

    [Theory, Spec("GRP-291", "GRP-298")]
    [InlineData("exit", "fail", FaultRig.Guard)]
    [FullInlineData("after-exit", "fail", FaultRig.Guard)]
    [FullInlineData("exit", "fail", FaultRig.Client)]
    [FullInlineData("exit", "fail", FaultRig.Executor)]
    [FullInlineData("exit", "bypass", FaultRig.Guard)]
    [InlineData("after-exit", "bypass", FaultRig.Data)]
    [InlineData("exit", "bypass", FaultRig.Client)]
    public Task Ending_with_0_in_the_middle(string fault, string onFailure, string path) => SurvivesAsync(fault, onFailure, path, "ended with status 0");

    [Theory, Spec("GRP-283", "GRP-298")]
    [InlineData("fail", FaultRig.Guard)]
    [InlineData("bypass", FaultRig.Data)]
    public Task Garbage_on_the_socket(string onFailure, string path) => SurvivesAsync("garbage", onFailure, path, "[PLUGIN: test.sidecar] the sidecar ");

    [Theory, Spec("GRP-284", "GRP-298")]
    [InlineData("half-frame", "fail", FaultRig.Guard)]
    [FullInlineData("half-frame", "bypass", FaultRig.Client)]
    [FullInlineData("cut", "fail", FaultRig.Data)]
    [InlineData("cut", "bypass", FaultRig.Guard)]
    public Task Half_a_frame(string fault, string onFailure, string path) => SurvivesAsync(fault, onFailure, path, "[PLUGIN: test.sidecar] the sidecar ");

    [Theory, Spec("GRP-285", "GRP-298")]
    [InlineData("fail", FaultRig.Guard)]
    [InlineData("bypass", FaultRig.Data)]
    public Task A_message_of_100_MB(string onFailure, string path) => SurvivesAsync("huge", onFailure, path, "[PLUGIN: test.sidecar] the sidecar ");

    [Theory, Spec("GRP-281", "GRP-298")]
    [InlineData("fail", FaultRig.Guard)]
    [InlineData("bypass", FaultRig.Guard)]
    public Task A_process_that_neither_reads_nor_writes(string onFailure, string path) => SurvivesAsync("hang", onFailure, path, "hangs");

    [Fact, Spec("GRP-290")]
    public Task A_leak_of_1_GB()
    {
        var limits = FaultRig.Limits();
        limits["limits"] = new System.Text.Json.Nodes.JsonObject { ["memory"] = 400 << 20 };
        // As long as it fills its memory it does nothing else, which is late for some.
        return SurvivesAsync("leak:1073741824", limits, [Outcome.Unavailable, Outcome.Late], FaultRig.Guard, "[PLUGIN: test.sidecar] the sidecar ");
    }

    private Task SurvivesAsync(string fault, string onFailure, string path, string said) =>
        SurvivesAsync(fault, FaultRig.Limits(onFailure), [onFailure == "fail" ? Outcome.Unavailable : Outcome.Bypassed], path, said);

    private async Task SurvivesAsync(string fault, System.Text.Json.Nodes.JsonObject limits, Outcome[] without, string path, string said)
    {
        await using var rig = await FaultRig.StartAsync(limits);
        using var load = rig.Load();
        var before = await rig.SidecarAsync();
        await rig.RecoversAsync(path, s_recovery);

        await Siege.RunAsync(rig, load, path, Requests, (client, number) => Siege.Once(fault, client, number));

        output.WriteLine($"good: {load.Good}\nbad: {load.Bad}\n{rig.PluginLog}");
        load.Good.HasOnly([Outcome.Right, .. without]);
        load.Bad.HasOnly(without);
        Assert.Equal(1, load.Bad.Sent);
        var recovery = await rig.RecoversAsync(path, s_recovery);
        Assert.NotEqual(before, await rig.SidecarAsync());
        Assert.False(Processes.Runs(before));
        await rig.Gateway.WaitForLogAsync(said);
        var peak = Processes.PeakMegabytes(rig.Gateway.Id);
        output.WriteLine($"recovered {recovery.TotalSeconds:F1} s later; the gateway took {peak:F0} MB at most");
        Assert.InRange(peak, 0, MostMegabytes);
    }
}
