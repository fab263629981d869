using Gateway.Sidecars.Calls;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

public sealed class ViolationTests
{
    public static TheoryData<string, string> Violations => new()
    {
        { "proceed after last", "a Proceed after the end" },
        { "finish after last", "a Finish after the end" },
        { "second finish", "a Finish after the end" },
        { "attempt twice", "a second attempt 1, or one without a number" },
        { "attempt zero", "a second attempt 0, or one without a number" },
        { "attempt unknown", "the outcome of attempt 5, which has none" },
        { "attempt without result", "the outcome of attempt 1, which has none" },
        { "chunk unknown", "a chunk of body 3, which it did not announce" },
        { "chunk after last", "a chunk of body 1 after its end" },
        { "chunk too large", "a chunk of 65537 bytes; the limit is 65536" },
        { "beyond credit", "65536 bytes of body 1, with credit for 0" },
        { "credit unknown", "credit for body 1, which there is not" },
        { "body twice", "a second body 1, or one without a number" },
        { "body zero", "a second body 0, or one without a number" },
        { "whole too large", "a body of 8388609 bytes as a whole; the limit is 8388608" },
        { "too many at a time", "more than 64 attempts at a time" },
        { "too much unread", "more than the gateway keeps of what it has not acted on yet" },
    };

    [Theory, Spec("GRP-222", "GRP-224")]
    [MemberData(nameof(Violations))]
    public async Task A_call_that_breaks_the_protocol_fails_alone(string violation, string fault)
    {
        await using var scene = await Scene.OpenAsync();
        var (other, otherId) = await scene.StartAsync();
        var (call, id) = await scene.StartAsync();
        foreach (var frame in FramesOf(violation, id))
            await scene.SendAsync(frame);
        var cancel = await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel);
        Assert.Equal((id, CancelReason.ProtocolError), (cancel.CallId, cancel.Cancel.Reason));
        Assert.Equal(new CallLoss(LossReason.Protocol, $"the sidecar broke the protocol: {fault}"), await call.LossAsync());
        call.SendResult(new() { Attempt = 1 });
        await call.DisposeAsync();
        await scene.SendAsync(Frame.Finish(otherId));
        Assert.NotNull((await other.NextAsync()).Finish);
        Assert.Equal(0, scene.Link.OpenCalls);
        Assert.False(scene.Link.Broken.IsCompleted);
    }

    private static IEnumerable<PluginFrame> FramesOf(string violation, ulong id) => violation switch
    {
        "proceed after last" => [Frame.Proceed(id, 1, true, Frame.Streamed(1)), Frame.Proceed(id, 2)],
        "finish after last" => [Frame.Proceed(id, 1, true, Frame.Streamed(1)), Frame.Finish(id)],
        "second finish" => [Frame.Finish(id, 200, Frame.Streamed(1)), Frame.Finish(id)],
        "attempt twice" => [Frame.Proceed(id), Frame.Proceed(id)],
        "attempt zero" => [Frame.Proceed(id, 0)],
        "attempt unknown" => [Frame.Proceed(id), Frame.Change(id, 5)],
        "attempt without result" => [Frame.Proceed(id), Frame.Change(id, 1)],
        "chunk unknown" => [Frame.Chunk(id, 3, [1])],
        "chunk after last" => [Frame.Proceed(id, 1, body: Frame.Streamed(1)), Frame.Chunk(id, 1, [1], isLast: true), Frame.Chunk(id, 1, [1])],
        "chunk too large" => [Frame.Finish(id, 200, Frame.Streamed(1)), Frame.Chunk(id, 1, new byte[(64 << 10) + 1])],
        "beyond credit" => Enumerable.Range(0, 5).Select(_ => Frame.Chunk(id, 1, new byte[64 << 10])).Prepend(Frame.Proceed(id, 1, body: Frame.Streamed(1))),
        "credit unknown" => [Frame.Credit(id, 1, 10)],
        "body twice" => [Frame.Proceed(id, 1, body: Frame.Streamed(1)), Frame.Proceed(id, 2, body: Frame.Streamed(1))],
        "body zero" => [Frame.Proceed(id, 1, body: Frame.Streamed(0))],
        "whole too large" => [Frame.Finish(id, 200, new Body { Whole = ByteString.CopyFrom(new byte[(8 << 20) + 1]) })],
        "too many at a time" => Enumerable.Range(1, 65).Select(i => Frame.Proceed(id, (uint)i)),
        "too much unread" => Enumerable.Range(1, 5).Select(i => Frame.Proceed(id, (uint)i, body: new Body { Whole = ByteString.CopyFrom(new byte[8 << 20]) })),
        _ => throw new ArgumentOutOfRangeException(nameof(violation)),
    };

    [Fact, Spec("GRP-224")]
    public async Task A_call_has_a_thousand_attempts()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        for (var attempt = 1u; attempt <= 1_000; attempt++)
        {
            await scene.SendAsync(Frame.Proceed(id, attempt));
            Assert.Equal(attempt, (await call.NextAsync()).Proceed!.Attempt);
            call.SendResult(new() { Attempt = attempt });
            await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result);
        }
        await scene.SendAsync(Frame.Proceed(id, 1_001));
        Assert.Equal("the sidecar broke the protocol: more than 1000 attempts", (await call.LossAsync()).Message);
    }

    public static TheoryData<string, string> Breaks => new()
    {
        { "0A05", "sent a message that cannot be read" },
        { "FF", "sent a message that cannot be read" },
        { "0A0108", "sent a frame that cannot be read" },
        { "0A0508011201FF", "sent a frame that cannot be read" },
        { "0A060801120208FF", "sent a frame that cannot be read" },
        { "0A0508012201FF", "sent a chunk that cannot be read" },
        { "0A0508012A01FF", "sent credit that cannot be read" },
        { "0A0408013201FF", "sent a frame that cannot be read" },
    };

    [Theory, Spec("GRP-223")]
    [MemberData(nameof(Breaks))]
    public async Task What_cannot_be_read_breaks_the_link(string message, string fault)
    {
        await using var scene = await Scene.OpenAsync();
        var (call, _) = await scene.StartAsync();
        await (await scene.Sidecar.Stream).SendBytesAsync(Convert.FromHexString(message));
        Assert.StartsWith($"the sidecar {fault}", (await call.LossAsync()).Message, StringComparison.Ordinal);
        await scene.Link.Broken.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("GRP-223")]
    public async Task A_message_beyond_its_limit_breaks_the_link()
    {
        await using var messages = await Scene.OpenAsync();
        var (call, _) = await messages.StartAsync();
        await (await messages.Sidecar.Stream).SendBytesAsync(new byte[100 << 20]);
        Assert.Equal("the sidecar broke the stream of calls: ResourceExhausted: a message of 104857600 bytes was received; the limit is 16777216", (await call.LossAsync()).Message);
    }

    [Fact, Spec("GRP-224")]
    public async Task What_waits_for_a_sidecar_that_does_not_read_is_bounded()
    {
        var time = new ShiftedTime();
        var reading = new TaskCompletionSource();
        await using var scene = await Scene.OpenAsync(sidecar => sidecar.Reading = reading.Task, s => s with { Time = time, QueueBytes = 8 << 20 });
        var large = new CallStart { RequestBody = new() { Whole = ByteString.CopyFrom(new byte[1 << 20]) } };
        var before = GC.GetTotalMemory(true);
        var starts = Enumerable.Range(0, 200).Select(_ => scene.Link.NewCall().StartAsync(large, CancellationToken.None).AsTask()).ToArray();
        Assert.InRange(starts.Count(static s => s.IsCompleted), 7, 12);
        Assert.InRange(GC.GetTotalMemory(true) - before, 0, 40 << 20);
        time.Advance(TimeSpan.FromSeconds(11));
        var losses = await Task.WhenAll(starts).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(losses.Count(static l => l is { Reason: LossReason.Overloaded }) >= 180);
        reading.SetResult();
        await Wait.UntilAsync(() => scene.Link.OpenCalls == 0, static () => "calls are left");
        var (call, id) = await StartedAsync(scene);
        await scene.SendAsync(Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
    }

    [Fact, Spec("GRP-224")]
    public async Task A_result_that_a_sidecar_does_not_read_ends_its_call()
    {
        await using var scene = await Scene.OpenAsync(calls: static s => s with { QueueBytes = 1 << 20, MostQueueBytes = 8 << 20 });
        var (call, id) = await scene.StartAsync();
        var stop = new TaskCompletionSource();
        scene.Sidecar.OnFrame = async (_, _) => await stop.Task;
        for (var attempt = 1u; attempt <= 20; attempt++)
        {
            await scene.SendAsync(Frame.Proceed(id, attempt));
            var step = await call.NextAsync();
            if (step.Loss is { } loss)
            {
                Assert.Equal(LossReason.Overloaded, loss.Reason);
                Assert.InRange(attempt, 8u, 14u);
                stop.SetResult();
                return;
            }
            call.SendResult(new() { Attempt = attempt, Response = new() { Body = new() { Whole = ByteString.CopyFrom(new byte[1 << 20]) } } });
        }
        Assert.Fail("everything was kept");
    }

    [Fact, Spec("GRP-224")]
    public async Task What_no_message_can_carry_is_not_sent()
    {
        await using var scene = await Scene.OpenAsync(limits: new() { MaxMessage = 64 << 10 });
        var start = new CallStart { Request = new() { Target = new string('x', 64 << 10) } };
        Assert.Equal(LossReason.Overloaded, (await Soon.Get(scene.Link.NewCall().StartAsync(start, CancellationToken.None)))!.Reason);
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id));
        Assert.NotNull((await call.NextAsync()).Proceed);
        call.SendResult(new() { Attempt = 1, Response = new() { Body = new() { Whole = ByteString.CopyFrom(new byte[64 << 10]) } } });
        Assert.Equal(LossReason.Overloaded, (await call.LossAsync()).Reason);
        Assert.Equal(id, (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel)).CallId);
    }

    // What was sent to the sidecar while it did not read comes first.
    private static async Task<(SidecarCall Call, ulong Id)> StartedAsync(Scene scene)
    {
        var call = scene.Link.NewCall();
        Assert.Null(await Soon.Get(call.StartAsync(new() { PlaceId = 99 }, CancellationToken.None)));
        while (true)
        {
            var frame = await scene.Sidecar.NextAsync();
            if (frame.Start?.PlaceId == 99)
                return (call, frame.CallId);
        }
    }
}
