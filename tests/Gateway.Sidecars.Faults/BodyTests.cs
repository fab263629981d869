using System.Text.Json.Nodes;
using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>Bodies that a sidecar asks for and does not read, or not fast enough: the gateway's memory has a bound, and every client an answer.</summary>
public sealed class BodyTests(ITestOutputHelper output)
{
    private const int BodyBytes = 512 << 10;
    private const int Requests = 4;
    private const double MostMegabytes = 500;

    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(10);

    [Theory, Spec("GRP-288")]
    [InlineData("slow:4096")]
    [InlineData("deaf")]
    public async Task A_slow_reader(string fault)
    {
        await using var rig = await StartAsync("buffered");
        using var load = rig.Load(BodyBytes);

        await Siege.RunAsync(rig, load, FaultRig.Guard, Requests, (client, number) => client == 7 && number == 1 ? fault : null);

        output.WriteLine($"good: {load.Good}\nbad: {load.Bad}");
        load.Good.HasOnly(Outcome.Right, Outcome.Unavailable, Outcome.Late);
        load.Bad.HasLostNothing();
        await RecoversInBoundsAsync(rig);
    }

    [Fact, Spec("GRP-288")]
    public async Task Bodies_that_are_asked_for_and_left()
    {
        await using var rig = await StartAsync("streamed");
        using var load = rig.Load(BodyBytes);

        await Siege.RunAsync(rig, load, FaultRig.Guard, Requests, static (client, number) => client % 4 == 0 && number == 1 ? "sip" : null);

        output.WriteLine($"good: {load.Good}\nbad: {load.Bad}");
        load.Good.HasOnly(Outcome.Right);
        load.Bad.HasOnly(Outcome.Late);
        await RecoversInBoundsAsync(rig);
    }

    private async Task RecoversInBoundsAsync(FaultRig rig)
    {
        output.WriteLine($"recovered {await rig.RecoversAsync(FaultRig.Guard, s_recovery)} later; the gateway took {Processes.PeakMegabytes(rig.Gateway.Id):F0} MB at most");
        Assert.InRange(Processes.PeakMegabytes(rig.Gateway.Id), 0, MostMegabytes);
    }

    private static Task<FaultRig> StartAsync(string body) => FaultRig.StartAsync(edit: manifest => manifest["namespaces"]![0]!["needs"] = new JsonObject
    {
        ["request_head"] = true, ["request_body"] = body, ["response_head"] = true,
    });
}
