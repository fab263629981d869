using Gateway.Sidecars.Calls;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

public sealed class CallTests
{
    private const int Callers = 64;

    [Fact, Spec("GRP-110")]
    public async Task A_frame_leaves_at_once_and_what_collects_leaves_together()
    {
        var reading = new TaskCompletionSource();
        await using var scene = await Scene.OpenAsync(sidecar => sidecar.Reading = reading.Task);
        // More than the windows of HTTP/2 hold, so that the writer has to wait.
        var calls = Enumerable.Range(0, 900).Select(_ => scene.Link.NewCall()).ToArray();
        foreach (var call in calls)
            Assert.Null(await Soon.Get(call.StartAsync(new() { Request = new() { Target = new string('x', 4_000) } }, CancellationToken.None)));
        reading.SetResult();
        for (var i = 0; i < calls.Length; i++)
            await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Start);
        Assert.Equal(calls.Length, scene.Sidecar.Messages.Sum());
        Assert.True(scene.Sidecar.Messages.Count < calls.Length / 4, $"{scene.Sidecar.Messages.Count} messages");
        Assert.InRange(scene.Sidecar.Messages.Max(), 2, (64 << 10) / 4_000);
        var (_, id) = await scene.StartAsync();
        Assert.Equal((ulong)calls.Length + 1, id);
        Assert.Equal(1, scene.Sidecar.Messages.Last());
    }

    [Fact, Spec("GRP-111")]
    public async Task Of_64_callers_each_gets_its_own_answers()
    {
        // Answers to a message's frames in another order than they came in.
        var random = new Random(7);
        await using var scene = await Scene.OpenAsync(sidecar => sidecar.OnMessage = async (stream, frames) =>
        {
            var answers = frames.Select(static frame => frame.FrameCase == GatewayFrame.FrameOneofCase.Start
                ? new PluginFrame { CallId = frame.CallId, Proceed = new() { Attempt = 7, Change = new() { Target = frame.Start.Request.Target } } }
                : new PluginFrame { CallId = frame.CallId, Finish = new() { Change = new() { Attempt = 7, Status = frame.Result.Response.Status } } }).ToArray();
            random.Shuffle(answers);
            await stream.SendAsync(answers);
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(scene, (uint)caller))));
        Assert.Equal(Callers * 200, answers.Sum());
        Assert.Equal(0, scene.Link.OpenCalls);
        Assert.Equal(0, scene.Link.DroppedFrames);
    }

    private static async Task<int> CallAsync(Scene scene, uint caller)
    {
        var answers = 0;
        for (var i = 0u; i < 200; i++)
        {
            await using var call = scene.Link.NewCall();
            var mark = caller * 1_000 + i;
            Assert.Null(await Soon.Get(call.StartAsync(new() { Request = new() { Target = $"/{mark}" } }, CancellationToken.None)));
            Assert.Equal($"/{mark}", (await call.NextAsync()).Proceed!.Change.Target);
            call.SendResult(new() { Attempt = 7, Response = new() { Status = mark } });
            Assert.Equal(mark, (await call.NextAsync()).Finish!.Change.Status);
            answers++;
        }
        return answers;
    }

    [Fact, Spec("GRP-112")]
    public async Task Numbers_begin_at_1_and_grow_in_the_order_of_the_stream()
    {
        var ids = new System.Collections.Concurrent.ConcurrentQueue<ulong>();
        await using var scene = await Scene.OpenAsync(sidecar => sidecar.OnFrame = async (stream, frame) =>
        {
            ids.Enqueue(frame.CallId);
            // Some calls stay, so that numbers come round to their places in the table.
            if (frame.CallId % 100 != 1)
                await stream.SendAsync(Frame.Finish(frame.CallId));
        });
        var open = new System.Collections.Concurrent.ConcurrentBag<SidecarCall>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 600; i++)
            {
                var call = scene.Link.NewCall();
                Assert.Null(await Soon.Get(call.StartAsync(new(), CancellationToken.None)));
                open.Add(call);
            }
        })));
        await Wait.UntilAsync(() => ids.Count == 8 * 600, () => $"{ids.Count}");
        Assert.Equal(1ul, ids.First());
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.True(ids.Last() > 8 * 600, "no number was left out");
        foreach (var call in open)
            await call.DisposeAsync();
        Assert.Equal(0, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-113")]
    public async Task Calls_beyond_the_limit_wait_in_order()
    {
        await using var scene = await Scene.OpenAsync(static s => s.OnDescribe = static _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxConcurrentCalls = 2 } });
        var (first, _) = await scene.StartAsync();
        var (second, secondId) = await scene.StartAsync();
        var waiting = Enumerable.Range(0, 4).Select(_ => scene.Link.NewCall()).ToArray();
        using var cancel = new CancellationTokenSource();
        var starts = waiting.Select((call, i) => call.StartAsync(new() { PlaceId = (uint)i }, i == 1 ? cancel.Token : CancellationToken.None).AsTask()).ToArray();
        Assert.All(starts, static s => Assert.False(s.IsCompleted));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starts[1].WaitAsync(TimeSpan.FromSeconds(10)));
        await waiting[1].DisposeAsync();
        await scene.SendAsync(Frame.Finish(secondId));
        Assert.NotNull((await second.NextAsync()).Finish);
        Assert.Null(await starts[0].WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0u, (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Start)).Start.PlaceId);
        await first.DisposeAsync();
        Assert.Null(await starts[2].WaitAsync(TimeSpan.FromSeconds(10)));
        await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel);
        Assert.Equal(2u, (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Start)).Start.PlaceId);
        Assert.False(starts[3].IsCompleted);
        Assert.Equal(2, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-113")]
    public async Task Calls_that_wait_too_long_or_are_too_many_are_lost()
    {
        var time = new ShiftedTime();
        await using var scene = await Scene.OpenAsync(
            static s => s.OnDescribe = static _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxConcurrentCalls = 1 } }, s => s with { MaxWaitingCalls = 2, Time = time });
        var (open, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id));
        Assert.NotNull((await open.NextAsync()).Proceed);
        var waiting = Enumerable.Range(0, 2).Select(_ => scene.Link.NewCall().StartAsync(new(), CancellationToken.None).AsTask()).ToArray();
        var refused = await Soon.Get(scene.Link.NewCall().StartAsync(new(), CancellationToken.None));
        Assert.Equal(new CallLoss(LossReason.Overloaded, "1 calls are under way and 2 wait"), refused);
        time.Advance(TimeSpan.FromSeconds(11));
        foreach (var start in waiting)
            Assert.Equal(LossReason.Overloaded, (await start.WaitAsync(TimeSpan.FromSeconds(10)))!.Reason);
    }

    [Fact, Spec("GRP-113")]
    public async Task A_place_that_was_given_to_a_call_that_gave_up_goes_to_the_next()
    {
        await using var scene = await Scene.OpenAsync(
            static s => (s.OnDescribe, s.OnFrame) = (static _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxConcurrentCalls = 3 } }, static async (stream, frame) => await stream.SendAsync(Frame.Finish(frame.CallId))));
        var random = new Random(3);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await using var call = scene.Link.NewCall();
                using var cancel = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(2_000)));
                try
                {
                    Assert.Null(await Soon.Get(call.StartAsync(new(), cancel.Token)));
                    Assert.NotNull((await call.NextAsync(cancel.Token)).Finish);
                }
                catch (OperationCanceledException)
                {
                    // As meant.
                }
            }
        })));
        Assert.Equal((0, 0), (scene.Link.OpenCalls, scene.Link.WaitingCalls));
        await Wait.UntilAsync(() => scene.Link.QueuedBytes == 0, () => $"{scene.Link.QueuedBytes} bytes wait");
        await using var last = scene.Link.NewCall();
        Assert.Null(await Soon.Get(last.StartAsync(new(), CancellationToken.None)));
        Assert.NotNull((await last.NextAsync()).Finish);
    }

    [Fact, Spec("GRP-114")]
    public async Task Attempts_run_beside_each_other_and_their_results_come_in_any_order()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id, 1), Frame.Proceed(id, 2), Frame.Proceed(id, 9));
        foreach (var attempt in new[] { 1u, 2u, 9u })
            Assert.Equal(attempt, (await call.NextAsync()).Proceed!.Attempt);
        foreach (var attempt in new[] { 9u, 1u, 2u })
        {
            call.SendResult(new() { Attempt = attempt, Response = new() { Status = 200 + attempt } });
            var result = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result)).Result;
            Assert.Equal((attempt, 200 + attempt), (result.Attempt, result.Response.Status));
        }
        Assert.Throws<ArgumentException>(() => call.SendResult(new() { Attempt = 9 }));
        await scene.SendAsync(Frame.Change(id, 2));
        Assert.Equal(2u, (await call.NextAsync()).Finish!.Change.Attempt);
        call.SendResult(new() { Attempt = 33 });
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.NextAsync());
        Assert.Equal(0, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-119")]
    public async Task A_call_that_is_given_up_is_cancelled_once_with_its_reason()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        call.Cancel(CancelReason.Lost);
        call.Cancel(CancelReason.Deadline);
        await call.DisposeAsync();
        var (left, _) = await scene.StartAsyncAfterCancel(id, CancelReason.Lost);
        await left.DisposeAsync();
        Assert.Equal(CancelReason.Unspecified, (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel)).Cancel.Reason);
        var (done, doneId) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(doneId, isLast: true));
        Assert.True((await done.NextAsync()).Proceed!.IsLast);
        done.SendResult(new() { Attempt = 1 });
        done.Cancel(CancelReason.ClientGone);
        await done.DisposeAsync();
        await scene.StartAsync();
        Assert.False(scene.Sidecar.HasFrame);
        Assert.Equal(1, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-119")]
    public async Task Waiting_ends_with_its_token_and_the_call_can_go_on()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        using var cancel = new CancellationTokenSource();
        var next = call.NextAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(10)));
        await scene.SendAsync(Frame.Finish(id, 204));
        Assert.Equal(204u, (await call.NextAsync()).Finish!.Response.Status);
    }

    [Fact, Spec("GRP-120")]
    public async Task An_answer_that_is_owed_too_long_ends_the_call()
    {
        var time = new ShiftedTime();
        await using var scene = await Scene.OpenAsync(calls: s => s with { Time = time });
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id));
        Assert.NotNull((await call.NextAsync()).Proceed);
        // The attempt is under way: the sidecar owes nothing.
        time.Advance(TimeSpan.FromSeconds(100));
        var (other, otherId) = await scene.StartAsync();
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(new CallLoss(LossReason.Late, "the sidecar owed an answer for 10 s"), await other.LossAsync());
        var cancel = await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel);
        Assert.Equal((otherId, CancelReason.Deadline), (cancel.CallId, cancel.Cancel.Reason));
        call.SendResult(new() { Attempt = 1 });
        await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result);
        Assert.Equal(1, scene.Link.OpenCalls);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(LossReason.Late, (await call.LossAsync()).Reason);
    }

    [Fact, Spec("GRP-122")]
    public async Task Frames_without_a_call_are_dropped_counted_and_told_once_a_minute()
    {
        var time = new ShiftedTime();
        await using var scene = await Scene.OpenAsync(calls: s => s with { Time = time, CallTimeout = TimeSpan.FromHours(1) });
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Finish(77), Frame.Proceed(0), Frame.Chunk(78, 1, [1]), Frame.Credit(79, 1, 1), new PluginFrame { CallId = id, GoingAway = new() });
        await scene.SendAsync(Frame.Finish(id), Frame.Finish(id), Frame.Proceed(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        await Wait.UntilAsync(() => scene.Link.DroppedFrames == 7 && scene.Log.Count == 1, () => $"{scene.Link.DroppedFrames} {string.Join('\n', scene.Log)}");
        Assert.Equal("Warning [PLUGIN: acme.fake] 7 frames of the sidecar were dropped: their calls have ended, or never began", Assert.Single(scene.Log));
        await scene.SendAsync(Frame.Finish(80));
        await Wait.UntilAsync(() => scene.Link.DroppedFrames == 8, static () => "no eighth");
        var (last, lastId) = await scene.StartAsync();
        await scene.SendAsync(Frame.Finish(lastId));
        Assert.NotNull((await last.NextAsync()).Finish);
        Assert.Single(scene.Log);
        time.Advance(TimeSpan.FromSeconds(61));
        await Wait.UntilAsync(() => scene.Log.Count == 2, static () => "no second line");
        Assert.StartsWith("Warning [PLUGIN: acme.fake] 1 frames", scene.Log.Last(), StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-123")]
    public async Task What_is_not_known_is_passed_over()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        // An unknown frame (field 7), an unknown field of the message (9) and of a frame (12).
        await (await scene.Sidecar.Stream).SendBytesAsync([0x0A, 4, 0x08, (byte)id, 0x3A, 0]);
        await (await scene.Sidecar.Stream).SendBytesAsync([0x48, 5, 0x0A, 8, 0x08, (byte)id, 0x60, 1, 0x12, 2, 0x08, 1]);
        Assert.Equal(1u, (await call.NextAsync()).Proceed!.Attempt);
        Assert.Equal(0, scene.Link.DroppedFrames);
    }
}

internal static class CancelFrames
{
    public static async Task<(SidecarCall Call, ulong Id)> StartAsyncAfterCancel(this Scene scene, ulong id, CancelReason reason)
    {
        var cancel = await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Cancel);
        Assert.Equal((id, reason), (cancel.CallId, cancel.Cancel.Reason));
        return await scene.StartAsync();
    }
}
