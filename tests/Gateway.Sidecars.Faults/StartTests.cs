using System.Diagnostics;
using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>Sidecars that do not come up, or are not who they should be.</summary>
public sealed class StartTests(ITestOutputHelper output)
{
    private const int Requests = 20;
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(15);

    [Theory, Spec("GRP-282", "GRP-295")]
    [InlineData("""{"protocol":2}""", "speaks protocol 2, the gateway 1 to 1")]
    [InlineData("""{"chosen_protocol":9}""", "chose version 9 of the protocol; the gateway speaks 1 to 1")]
    [InlineData("""{"id":"test.other"}""", "test.other")]
    [InlineData("""{"components":"missing"}""", "test/guard")]
    [InlineData("""{"components":"extra"}""", "test/undeclared")]
    [InlineData("""{"start":"exit"}""", "ended with status 7")]
    [InlineData("""{"start":"no-socket"}""", "within 3 s")]
    [InlineData("""{"start":"silent-socket"}""", "within 3 s")]
    [InlineData("""{"start":"half-frame"}""", "within 3 s")]
    [InlineData("""{"start":"garbage"}""", "test.sidecar")]
    [InlineData("""{"describe":"never"}""", "within 3 s")]
    [InlineData("""{"configure":"never"}""", "did not take it within 3 s")]
    [InlineData("""{"configure":"status"}""", "does not like to be configured")]
    public async Task Is_a_reason_not_to_start_the_gateway(string faults, string said)
    {
        var limits = FaultRig.Limits();
        limits["start_limit"] = "3s";
        await using var rig = await FaultRig.PrepareAsync(limits, faults: faults);

        var begun = Stopwatch.GetTimestamp();
        var end = await rig.RunToEndAsync();

        output.WriteLine($"{Stopwatch.GetElapsedTime(begun)}: {end}");
        Assert.NotEqual(0, end.Status);
        Assert.Contains(said, end.Out + end.Error, StringComparison.Ordinal);
        Assert.Contains("test.sidecar", end.Out + end.Error, StringComparison.Ordinal);
        Assert.Empty(rig.Sidecars);
    }

    [Fact, Spec("GRP-295")]
    public async Task That_finds_an_error_in_the_configuration_of_a_place_costs_that_place_only()
    {
        await using var rig = await FaultRig.StartAsync(faults: """{"configure":"error"}""");
        using var load = rig.Load();

        await Siege.RunAsync(rig, load, FaultRig.Guard, 2);

        load.Good.HasOnly(Outcome.Failed);
        Assert.Contains("is not wanted", rig.Gateway.Out + rig.Gateway.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("GRP-282", "GRP-295", "GRP-298")]
    [InlineData("""{"protocol":2}""", "fail", "speaks protocol 2, the gateway 1 to 1")]
    [FullInlineData("""{"protocol":2}""", "bypass", "speaks protocol 2, the gateway 1 to 1")]
    [InlineData("""{"start":"exit"}""", "fail", "ended with status 7")]
    [FullInlineData("""{"id":"test.other"}""", "fail", "test.other")]
    public async Task Is_as_good_as_no_sidecar_after_a_restart(string faults, string onFailure, string said)
    {
        await using var rig = await FaultRig.StartAsync(FaultRig.Limits(onFailure));
        using var load = rig.Load();
        rig.Plugin.Misbehave(faults);
        Processes.Send(await rig.SidecarAsync(), Processes.Kill);
        await rig.Gateway.WaitForLogAsync(said);

        await Siege.RunAsync(rig, load, FaultRig.Guard, Requests);

        load.Good.HasOnly(onFailure == "fail" ? Outcome.Unavailable : Outcome.Bypassed);
    }

    [Theory, Spec("GRP-295")]
    [InlineData("""{"start":"exit"}""")]
    [InlineData("""{"start":"silent-socket"}""")]
    [InlineData("""{"start":"garbage"}""")]
    public async Task A_restart_that_failed_is_tried_again(string faults)
    {
        var limits = FaultRig.Limits();
        limits["start_limit"] = "3s";
        await using var rig = await FaultRig.StartAsync(limits);
        rig.Plugin.Misbehave(faults);
        Processes.Send(await rig.SidecarAsync(), Processes.Kill);
        await rig.Gateway.WaitForLogAsync("is started again", 2);

        rig.Plugin.Behave();

        output.WriteLine($"recovered after {await rig.RecoversAsync(FaultRig.Guard, s_recovery)}");
    }

    [Theory, Spec("GRP-296")]
    [InlineData("""{"health":"not-serving"}""", "not healthy")]
    [InlineData("""{"health":"never"}""", "hangs")]
    [InlineData("""{"health":"late"}""", "hangs")]
    public async Task Bad_health_ends_the_process(string faults, string said)
    {
        await using var rig = await FaultRig.StartAsync(faults: faults);
        using var load = rig.Load();
        rig.Plugin.Behave();

        await Siege.RunAsync(rig, load, FaultRig.Guard, Requests);

        load.Good.HasOnly(Outcome.Right, Outcome.Unavailable);
        await rig.Gateway.WaitForLogAsync(said);
        await rig.RecoversAsync(FaultRig.Guard, s_recovery);
    }
}
