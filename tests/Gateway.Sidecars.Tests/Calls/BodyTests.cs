using Gateway.Sidecars.Calls;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

public sealed class BodyTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 1_000_000).Select(static i => (byte)(i * 31 + i / 251))];

    [Fact, Spec("GRP-115")]
    public async Task Nothing_of_a_body_is_read_or_sent_before_credit()
    {
        await using var scene = await Scene.OpenAsync();
        var source = new FedSource().Feed(s_bytes).End();
        var (call, id) = await scene.StartAsync(prepare: (c, start) => start.RequestBody = c.Announce(source, s_bytes.Length));
        await scene.SendAsync(Frame.Proceed(id));
        Assert.NotNull((await call.NextAsync()).Proceed);
        Assert.False(source.IsTaken);
        Assert.Equal(0, source.Reads);
        call.SendResult(new() { Attempt = 1 });
        await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result);
        await scene.SendAsync(Frame.Change(id, 1));
        Assert.NotNull((await call.NextAsync()).Finish);
        var ending = call.DisposeAsync();
        Assert.True(ending.IsCompletedSuccessfully, "there is nothing to wait for");
        await ending;
        Assert.Equal(0, source.Reads);
    }

    [Fact, Spec("GRP-115")]
    public async Task Credit_behind_a_Proceed_that_left_the_body_alone_takes_nothing()
    {
        await using var scene = await Scene.OpenAsync();
        var source = new FedSource().Feed([1, 2, 3]).End();
        var (call, id) = await scene.StartAsync(prepare: (c, start) => start.RequestBody = c.Announce(source, 3));
        // In one message: nobody has acted on the first when the second arrives.
        await scene.SendAsync(Frame.Proceed(id), Frame.Credit(id, 1, 100), Frame.Credit(id, 1, 100));
        var chunk = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Chunk)).Chunk;
        Assert.Equal((1u, 0, false, true), (chunk.StreamId, chunk.Data.Length, chunk.IsLast, chunk.IsBroken));
        Assert.NotNull((await call.NextAsync()).Proceed);
        Assert.False(source.IsTaken);
        Assert.Equal(0, source.Reads);
        await scene.SendAsync(Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        await call.DisposeAsync();
        Assert.False(scene.Sidecar.HasFrame);
    }

    [Fact, Spec("GRP-115")]
    public async Task A_body_that_is_replaced_can_still_be_taken()
    {
        await using var scene = await Scene.OpenAsync();
        var source = new FedSource().Feed([1, 2, 3]).End();
        var (call, id) = await scene.StartAsync(prepare: (c, start) => start.RequestBody = c.Announce(source, 3));
        await scene.SendAsync(Frame.Proceed(id, body: Frame.Streamed(1)), Frame.Credit(id, 1, 100));
        var chunk = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Chunk)).Chunk;
        Assert.Equal((3, true), (chunk.Data.Length, chunk.IsLast));
        await call.DisposeAsync();
    }

    [Theory, Spec("GRP-115")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_is_sent_as_far_as_there_is_credit(bool isLengthKnown)
    {
        await using var scene = await Scene.OpenAsync();
        var source = new FedSource().Feed(s_bytes[..400_000], s_bytes[400_000..]).End();
        CallStart start = new();
        var (call, id) = await scene.StartAsync(start, (c, s) => s.RequestBody = c.Announce(source, isLengthKnown ? s_bytes.Length : null));
        Assert.Equal((1u, isLengthKnown ? 1_000_000ul : 0), (start.RequestBody.StreamId, start.RequestBody.Length));
        var (received, credit, isLast) = (new MemoryStream(), 0L, false);
        foreach (var more in new uint[] { 1, 70_000, 5, 930_000, 100_000 })
        {
            await scene.SendAsync(Frame.Credit(id, 1, more));
            credit += more;
            while (received.Length < Math.Min(credit, s_bytes.Length) || (!isLast && credit > s_bytes.Length))
            {
                var chunk = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Chunk)).Chunk;
                Assert.InRange(chunk.Data.Length, 0, 64 << 10);
                chunk.Data.WriteTo(received);
                isLast |= chunk.IsLast;
                Assert.True(received.Length <= credit);
                Assert.Equal(1u, chunk.StreamId);
            }
        }
        Assert.True(source.IsTaken);
        Assert.Equal(s_bytes, received.ToArray());
        // Credit for a body that has ended has no effect.
        await scene.SendAsync(Frame.Credit(id, 1, 10), Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        await call.DisposeAsync();
        Assert.False(scene.Sidecar.HasFrame);
    }

    [Fact, Spec("GRP-116")]
    public async Task A_body_that_breaks_off_is_told_as_broken()
    {
        await using var scene = await Scene.OpenAsync();
        var (reset, shorter) = (new FedSource().Feed([1, 2]).End(new IOException("reset")), new FedSource().Feed([3]).End());
        var (call, id) = await scene.StartAsync(prepare: (c, start) =>
        {
            start.RequestBody = c.Announce(reset, null);
            start.Response = new() { Body = c.Announce(shorter, 2) };
        });
        foreach (var (stream, data) in new[] { (1u, new byte[] { 1, 2 }), (2u, [3]) })
        {
            await scene.SendAsync(Frame.Credit(id, stream, 100));
            var first = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Chunk)).Chunk;
            Assert.Equal((stream, false, false), (first.StreamId, first.IsLast, first.IsBroken));
            Assert.Equal(data, first.Data.ToByteArray());
            var second = (await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Chunk)).Chunk;
            Assert.Equal((stream, 0, false, true), (second.StreamId, second.Data.Length, second.IsLast, second.IsBroken));
        }
        await call.DisposeAsync();
    }

    [Fact, Spec("GRP-116")]
    public async Task A_call_that_ends_stops_reading_its_bodies()
    {
        await using var scene = await Scene.OpenAsync();
        var source = new FedSource();
        var (call, id) = await scene.StartAsync(prepare: (c, start) => start.RequestBody = c.Announce(source, null));
        await scene.SendAsync(Frame.Credit(id, 1, 100));
        await Wait.UntilAsync(() => source.Reads == 1, static () => "not read");
        await scene.SendAsync(Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        await call.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        source.Feed([1]).End();
        Assert.Equal(1, source.Reads);
        Assert.False(scene.Sidecar.HasFrame);
    }

    [Fact, Spec("GRP-120")]
    public async Task Who_waits_for_a_slow_client_owes_nothing()
    {
        var time = new ShiftedTime();
        await using var scene = await Scene.OpenAsync(calls: s => s with { Time = time });
        var source = new FedSource();
        var (call, id) = await scene.StartAsync(prepare: (c, start) => start.RequestBody = c.Announce(source, null));
        await scene.SendAsync(Frame.Credit(id, 1, 100));
        await Wait.UntilAsync(() => source.Reads == 1, static () => "not read");
        time.Advance(TimeSpan.FromSeconds(11));
        // A call that is lost shows that the sweeper has been there.
        var (other, _) = await scene.StartAsync();
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(LossReason.Late, (await other.LossAsync()).Reason);
        Assert.Equal(1, scene.Link.OpenCalls);
        source.Feed([1]).End();
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(LossReason.Late, (await call.LossAsync()).Reason);
    }

    [Fact, Spec("GRP-117")]
    public async Task A_body_of_the_sidecars_gets_credit_as_it_is_read()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        var sent = SendAllAsync(scene, id);
        var finish = (await call.NextAsync()).Finish!;
        using var body = call.Open(finish.Response.Body);
        Assert.Equal((1_000_000L, null), (body.Length, body.Whole));
        Assert.Equal(s_bytes, await body.AllAsync());
        Assert.Equal(0, await Soon.Get(body.ReadAsync(new byte[1], CancellationToken.None)));
        await sent.WaitAsync(TimeSpan.FromSeconds(10));
        await call.DisposeAsync();
        Assert.Equal(0, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-117")]
    public async Task A_body_that_nobody_reads_holds_nobody_else_up()
    {
        await using var scene = await Scene.OpenAsync();
        var (slow, slowId) = await scene.StartAsync();
        var sent = SendAllAsync(scene, slowId);
        var finish = (await slow.NextAsync()).Finish!;
        using var body = slow.Open(finish.Response.Body);
        await Wait.UntilAsync(() => scene.Sidecar.Messages.Count == 1, static () => "");
        for (var i = 0; i < 100; i++)
        {
            var call = scene.Link.NewCall();
            Assert.Null(await call.StartAsync(new() { PlaceId = 5 }, CancellationToken.None));
            await using (call)
            {
                await scene.SendAsync(Frame.Finish(slowId + 1 + (ulong)i));
                Assert.NotNull((await call.NextAsync()).Finish);
            }
        }
        Assert.False(sent.IsCompleted);
        Assert.Equal(s_bytes, await body.AllAsync());
        await sent.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("GRP-117")]
    public async Task Many_small_chunks_cost_little_more_than_their_bytes()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        var chunks = Enumerable.Range(0, 100_000).Select(i => Frame.Chunk(id, 1, [s_bytes[i]], i == 99_999)).Prepend(Frame.Finish(id, 200, Frame.Streamed(1))).ToArray();
        await scene.SendAsync(chunks);
        using var body = call.Open((await call.NextAsync()).Finish!.Response.Body);
        await Wait.UntilAsync(() => scene.Link.OpenCalls == 0, static () => "not ended");
        await call.DisposeAsync();
        Assert.Equal(s_bytes[..100_000], await body.AllAsync());
    }

    [Fact, Spec("GRP-118")]
    public async Task A_body_breaks_off_with_its_chunk_or_its_call()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id, 1, body: Frame.Streamed(1)), Frame.Chunk(id, 1, [1, 2, 3]), Frame.Chunk(id, 1, [], isBroken: true), Frame.Proceed(id, 2, body: Frame.Streamed(2)));
        using var broken = call.Open((await call.NextAsync()).Proceed!.Change.Body);
        Assert.Equal(3, await Soon.Get(broken.ReadAsync(new byte[10], CancellationToken.None)));
        Assert.Contains("the sidecar broke the body off", (await Assert.ThrowsAsync<IOException>(() => Soon.Get(broken.ReadAsync(new byte[10], CancellationToken.None)))).Message, StringComparison.Ordinal);
        using var cut = call.Open((await call.NextAsync()).Proceed!.Change.Body);
        var reading = Soon.Get(cut.ReadAsync(new byte[10], CancellationToken.None));
        using var cancel = new CancellationTokenSource();
        Assert.False(reading.IsCompleted);
        await scene.SendAsync(Frame.Proceed(id, 2));
        await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal(LossReason.Protocol, (await call.LossAsync()).Reason);
    }

    [Fact, Spec("GRP-118")]
    public async Task A_read_ends_with_its_token_and_the_body_goes_on()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Finish(id, 200, Frame.Streamed(4)));
        using var body = call.Open((await call.NextAsync()).Finish!.Response.Body);
        using var cancel = new CancellationTokenSource();
        var reading = body.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(10)));
        await scene.SendAsync(Frame.Chunk(id, 4, [9], isLast: true));
        Assert.Equal([9], await body.AllAsync());
        Assert.Equal(0, scene.Link.OpenCalls);
    }

    [Fact, Spec("GRP-118")]
    public async Task A_body_in_one_piece_is_there_at_once()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Finish(id, 200, new Body { Whole = ByteString.CopyFromUtf8("hello") }));
        using var body = call.Open((await call.NextAsync()).Finish!.Response.Body);
        Assert.Equal("hello"u8.ToArray(), body.Whole!.Value.ToArray());
        Assert.Equal("hello"u8.ToArray(), await body.AllAsync());
        Assert.Equal(5, body.Length);
    }

    [Fact, Spec("GRP-118")]
    public async Task A_body_that_is_dropped_gets_no_credit_and_its_bytes_are_dropped()
    {
        await using var scene = await Scene.OpenAsync();
        var (call, id) = await scene.StartAsync();
        await scene.SendAsync(Frame.Proceed(id, 1, body: Frame.Streamed(1)));
        call.Open((await call.NextAsync()).Proceed!.Change.Body).Dispose();
        for (var i = 0; i < 4; i++)
            await scene.SendAsync(Frame.Chunk(id, 1, new byte[64 << 10]));
        call.SendResult(new() { Attempt = 1 });
        await scene.Sidecar.NextAsync(GatewayFrame.FrameOneofCase.Result);
        await scene.SendAsync(Frame.Finish(id));
        Assert.NotNull((await call.NextAsync()).Finish);
        Assert.False(scene.Sidecar.HasFrame);
        Assert.Equal(0, scene.Link.OpenCalls);
    }

    // As a sidecar does that keeps to its credit.
    private static async Task SendAllAsync(Scene scene, ulong id)
    {
        await scene.SendAsync(Frame.Finish(id, 200, Frame.Streamed(1, (ulong)s_bytes.Length)));
        var (at, credit) = (0, 256 << 10);
        while (at < s_bytes.Length)
        {
            var count = Math.Min(Math.Min(credit, 64 << 10), s_bytes.Length - at);
            if (count > 0)
            {
                await scene.SendAsync(Frame.Chunk(id, 1, s_bytes[at..(at + count)], at + count == s_bytes.Length));
                (at, credit) = (at + count, credit - count);
                continue;
            }
            var frame = await scene.Sidecar.NextAsync();
            if (frame.FrameCase == GatewayFrame.FrameOneofCase.Credit && frame.CallId == id)
                credit += (int)frame.Credit.Bytes;
        }
    }
}
