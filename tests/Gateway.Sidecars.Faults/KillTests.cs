using System.Diagnostics;
using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>Signals from outside. <c>TEST_FULL=1</c> kills for thirty seconds instead of five.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? 30 : 5);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    // The longest pause of a crash loop, and a start.
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(35);

    // A second, and what a busy machine adds.
    private static readonly TimeSpan s_seen = TimeSpan.FromSeconds(2);

    [Theory, Spec("GRP-280", "GRP-298")]
    [InlineData("fail", FaultRig.Guard)]
    [FullInlineData("bypass", FaultRig.Guard)]
    [FullInlineData("fail", FaultRig.Data)]
    [InlineData("bypass", FaultRig.Data)]
    public async Task Kill_9_every_200_ms_loses_no_answer(string onFailure, string path)
    {
        await using var rig = await FaultRig.StartAsync(FaultRig.Limits(onFailure));
        using var load = rig.Load();
        using var end = new CancellationTokenSource();

        var clients = Siege.RunAsync(rig, load, path, end.Token);
        await Wait.UntilAsync(() => load.Good[Outcome.Right] > Load.Clients, () => load.Good.ToString());
        end.CancelAfter(s_duration);
        var kills = await KillAsync(rig, clients);
        await clients;

        output.WriteLine($"{kills} kills: {load.Good}");
        load.Good.HasOnly(Outcome.Right, onFailure == "fail" ? Outcome.Unavailable : Outcome.Bypassed);
        Assert.True(load.Good[Outcome.Right] > 0, load.Good.ToString());
        Assert.True(kills >= 3, $"only {kills} kills");
        output.WriteLine($"recovered after {await rig.RecoversAsync(path, s_recovery)}");
        Assert.Single(rig.Sidecars);
    }

    [Theory, Spec("GRP-281", "GRP-298")]
    [InlineData("fail", FaultRig.Guard)]
    [FullInlineData("fail", FaultRig.Executor)]
    [InlineData("bypass", FaultRig.Data)]
    public async Task A_sidecar_that_is_stopped_is_seen_within_a_second(string onFailure, string path)
    {
        var limits = FaultRig.Limits(onFailure);
        limits["timeout"] = "15s";
        await using var rig = await FaultRig.StartAsync(limits);
        using var load = rig.Load();
        var sidecar = await rig.SidecarAsync();
        await rig.RecoversAsync(path, s_recovery);

        var clients = load.RunAsync(path, static (_, number) => number == 0, (_, _) => "never");
        await Wait.UntilAsync(() => load.Bad.Sent == Load.Clients, () => "not all clients came");
        await rig.RecoversAsync(path, s_recovery);
        var stopped = Stopwatch.GetTimestamp();
        Processes.Send(sidecar, Processes.Stop);
        await clients;
        var seen = Stopwatch.GetElapsedTime(stopped);

        output.WriteLine($"{seen}: {load.Bad}");
        load.Bad.HasOnly(onFailure == "fail" ? Outcome.Unavailable : Outcome.Bypassed);
        Assert.True(seen < s_seen, $"it took {seen}: {load.Bad}");
        await rig.RecoversAsync(path, s_recovery);
        Assert.NotEqual(sidecar, await rig.SidecarAsync());
        Assert.False(Processes.Runs(sidecar));
    }

    [Theory, Spec("GRP-292")]
    [InlineData("{}")]
    [InlineData("""{"ignores_input_end":true,"ignores_term":true}""")]
    [FullInlineData("""{"children":2}""")]
    [InlineData("""{"ignores_input_end":true,"children":2}""")]
    public async Task Nothing_outlives_a_gateway_that_is_killed(string faults)
    {
        await using var rig = await FaultRig.StartAsync(faults: faults);
        var sidecar = await rig.SidecarAsync();
        int[] processes = [sidecar, .. Processes.ChildrenOf(sidecar)];
        Assert.Equal(faults.Contains("children", StringComparison.Ordinal) ? 3 : 1, processes.Length);
        try
        {
            Processes.Send(rig.Gateway.Id, Processes.Kill);
            await rig.Gateway.ExitAsync();

            await Wait.UntilAsync(() => !processes.Any(Processes.Runs), () => $"still run: {string.Join(", ", processes.Where(Processes.Runs).Select(static p => string.Join(' ', Processes.ArgumentsOf(p))))}");
            await Wait.UntilAsync(() => rig.Folders.Length == 0, () => $"left: {string.Join(", ", rig.Folders)}");
        }
        finally
        {
            foreach (var process in processes)
                Processes.Send(process, Processes.Kill);
        }
    }

    private static async Task<int> KillAsync(FaultRig rig, Task until)
    {
        var kills = 0;
        using var tick = new PeriodicTimer(s_between);
        while (await tick.WaitForNextTickAsync() && !until.IsCompleted)
        {
            foreach (var sidecar in rig.Sidecars)
            {
                Processes.Send(sidecar, Processes.Kill);
                kills++;
            }
        }
        return kills;
    }
}
