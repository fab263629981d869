using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Sidecars.Faults;

/// <summary>What goes wrong in a call stays in that call: of 64 clients, only those who asked for it notice, and the process goes on.</summary>
public sealed class CallTests(CallTests.Shared shared, ITestOutputHelper output) : IClassFixture<CallTests.Shared>
{
    private const int Requests = 20;
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(5);

    /// <summary>One gateway and one process for all of them.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        internal FaultRig Rig { get; private set; } = null!;

        public async Task InitializeAsync() => Rig = await FaultRig.StartAsync();

        public Task DisposeAsync() => Rig.DisposeAsync().AsTask();
    }

    [Theory, Spec("GRP-289")]
    [InlineData("never", FaultRig.Guard)]
    [InlineData("after-never", FaultRig.Data)]
    [InlineData("never", FaultRig.Client)]
    [InlineData("never", FaultRig.Executor)]
    public Task Never_answering(string fault, string path) => StaysInTheCallAsync(fault, path, Outcome.Late);

    [Theory, Spec("GRP-286")]
    [InlineData("unknown-call", FaultRig.Guard)]
    [InlineData("unknown-call", FaultRig.Data)]
    [InlineData("ended-call", FaultRig.Guard)]
    public Task A_reply_for_a_call_that_does_not_exist(string fault, string path) => StaysInTheCallAsync(fault, path, Outcome.Right);

    [Theory, Spec("GRP-287")]
    [InlineData(FaultRig.Guard)]
    [InlineData(FaultRig.Executor)]
    public Task Two_replies_for_one_call(string path) => StaysInTheCallAsync("twice", path, Outcome.Right);

    [Theory, Spec("GRP-293")]
    [InlineData("unknown-attempt", FaultRig.Guard)]
    [InlineData("unknown-attempt", FaultRig.Data)]
    [InlineData("proceed-twice", FaultRig.Guard)]
    [InlineData("stray-chunk", FaultRig.Guard)]
    [InlineData("bad-status", FaultRig.Guard)]
    public Task Breaking_the_rules_in_a_call(string fault, string path) => StaysInTheCallAsync(fault, path, Outcome.Failed);

    [Fact, Spec("GRP-293")]
    public Task A_proceed_after_the_last() => StaysInTheCallAsync("proceed-after-last", FaultRig.Guard, Outcome.Bypassed, Outcome.Failed);

    [Fact, Spec("GRP-293")]
    public Task Headers_that_would_be_others() => StaysInTheCallAsync("bad-header", FaultRig.Guard, Outcome.Right, Outcome.Failed);

    [Theory, Spec("GRP-294")]
    [InlineData(FaultRig.Guard)]
    [InlineData(FaultRig.Executor)]
    public Task Sending_more_than_was_allowed(string path) => StaysInTheCallAsync("flood:1", path, Outcome.Failed, Outcome.Lost, Outcome.Unavailable);

    [Fact, Spec("GRP-294")]
    public Task A_log_line_without_an_end() => StaysInTheCallAsync("log", FaultRig.Guard, Outcome.Right);

    [Fact, Spec("GRP-289")]
    public Task Refusing_and_being_slow_are_no_faults() => StaysInTheCallAsync("refuse", FaultRig.Guard, Outcome.Refused);

    private async Task StaysInTheCallAsync(string fault, string path, params Outcome[] expected)
    {
        var rig = shared.Rig;
        using var load = rig.Load();
        var before = await rig.SidecarAsync();

        await Siege.RunAsync(rig, load, path, Requests, (client, number) => Siege.Often(fault, client, number));
        await rig.RecoversAsync(path, s_recovery);

        output.WriteLine($"good: {load.Good}\nbad: {load.Bad}\n{rig.PluginLog}");
        load.Good.HasOnly(Outcome.Right);
        Assert.True(load.Bad.Sent > 0 && expected.Sum(outcome => load.Bad[outcome]) == load.Bad.Sent, load.Bad.ToString());
        Assert.Equal(before, await rig.SidecarAsync());
    }
}
