using System.Collections.Concurrent;
using System.Threading.Channels;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sidecars.Calls;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

/// <summary>Many calls beside each other, of every shape, some of them given up at some point; small limits, so that everything has to wait for something.</summary>
public sealed class ScheduleTests
{
    /// <summary>A call.</summary>
    /// <param name="Attempts">Attempts that the sidecar makes, all at once.</param>
    /// <param name="Upload">Bytes that the sidecar takes of the request's body; negative when it takes none.</param>
    /// <param name="Download">Bytes of the body that it answers with; negative for none.</param>
    /// <param name="GivesUp">The step of the caller before which he gives up; negative for never.</param>
    public sealed record Walk(int Attempts, int Upload, int Download, int GivesUp);

    [Fact, Spec("GRP-124")]
    public void Calls_of_every_shape_keep_apart_whatever_happens_to_others()
    {
        var walks = from attempts in Gen.Choose(0, 3)
                    from upload in Gen.Choose(-3_000, 9_000)
                    from download in Gen.Choose(-3_000, 9_000)
                    from givesUp in Gen.Choose(-8, 8)
                    select new Walk(attempts, upload, download, givesUp);
        Schedules.Check(40, Gen.Choose(1, 8), walks, 40, static (most, walks) => RunAsync(most, walks).WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult());
    }

    private static async Task RunAsync(int most, Walk[] walks)
    {
        var sidecar = new ScriptedSidecar(walks);
        await using var scene = await Scene.OpenAsync(
            fake => fake.OnFrame = sidecar.TakeAsync, static s => s with { QueueBytes = 3_000 }, new() { MaxCalls = most, InitialCredit = 2_000, MaxChunk = 700, MaxMessage = 20_000 });
        await Task.WhenAll(walks.Select((walk, number) => Task.Run(() => CallAsync(scene, walk, number))));
        await sidecar.EndAsync();
        Assert.Empty(sidecar.Faults);
        Assert.Equal(0, scene.Link.OpenCalls);
        await Wait.UntilAsync(() => scene.Link.QueuedBytes == 0, () => $"{scene.Link.QueuedBytes} bytes wait");
        Assert.False(scene.Link.Broken.IsCompleted);
    }

    private static async Task CallAsync(Scene scene, Walk walk, int number)
    {
        var step = 0;
        bool GivesUp() => step++ == walk.GivesUp;
        await using var call = scene.Link.NewCall();
        var start = new CallStart { PlaceId = (uint)number };
        if (walk.Upload >= 0)
            start.RequestBody = call.Announce(new FedSource().Feed(BytesOf(number, walk.Upload)).End(), number % 2 == 0 ? walk.Upload : null);
        if (GivesUp())
            return;
        Assert.Null(await Soon.Get(call.StartAsync(start, CancellationToken.None)));
        for (var i = 0; i < walk.Attempts; i++)
        {
            if (GivesUp())
                return;
            var proceed = (await call.NextAsync()).Proceed!;
            Assert.Equal($"/{number}/{proceed.Attempt}", proceed.Change.Target);
            call.SendResult(new() { Attempt = proceed.Attempt, Response = new() { Status = (uint)(number * 10) + proceed.Attempt } });
        }
        if (GivesUp())
        {
            call.Cancel(CancelReason.ClientGone);
            return;
        }
        var finish = (await call.NextAsync()).Finish!;
        Assert.Equal((uint)number, finish.Response.Status);
        if (walk.Download < 0)
            return;
        using var body = call.Open(finish.Response.Body);
        if (GivesUp())
            return;
        Assert.Equal(BytesOf(number, walk.Download), await body.AllAsync());
    }

    private static byte[] BytesOf(int number, int length)
    {
        var bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        return bytes;
    }

    private sealed class ScriptedSidecar(Walk[] walks)
    {
        private readonly Dictionary<ulong, Channel<GatewayFrame>> _calls = [];
        private readonly ConcurrentBag<Task> _running = [];

        public ConcurrentQueue<string> Faults { get; } = [];

        public ValueTask TakeAsync(FakeStream stream, GatewayFrame frame)
        {
            if (frame.FrameCase == GatewayFrame.FrameOneofCase.Start)
            {
                if (!_calls.TryAdd(frame.CallId, Channel.CreateUnbounded<GatewayFrame>()))
                    Faults.Enqueue($"call {frame.CallId} began twice");
                _running.Add(Task.Run(() => WalkAsync(stream, frame.CallId, frame.Start, _calls[frame.CallId].Reader)));
                return default;
            }
            if (!_calls.TryGetValue(frame.CallId, out var call))
                Faults.Enqueue($"{frame.FrameCase} of call {frame.CallId}, which has not begun");
            else if (frame.FrameCase == GatewayFrame.FrameOneofCase.Cancel)
                call.Writer.TryComplete(new OperationCanceledException());
            else
                call.Writer.TryWrite(frame);
            return default;
        }

        public async Task EndAsync()
        {
            foreach (var call in _calls.Values)
                call.Writer.TryComplete(new OperationCanceledException());
            await Task.WhenAll(_running);
        }

        private async Task WalkAsync(FakeStream stream, ulong id, CallStart start, ChannelReader<GatewayFrame> frames)
        {
            var number = (int)start.PlaceId;
            var walk = walks[number];
            try
            {
                if (walk.Upload >= 0)
                    await UploadAsync(stream, id, BytesOf(number, walk.Upload), frames);
                for (var attempt = 1u; attempt <= walk.Attempts; attempt++)
                    await stream.SendAsync(new PluginFrame { CallId = id, Proceed = new() { Attempt = attempt, Change = new() { Target = $"/{number}/{attempt}" } } });
                for (var i = 0; i < walk.Attempts; i++)
                {
                    var result = (await frames.ReadAsync()).Result;
                    if (result.Response.Status != (uint)(number * 10) + result.Attempt)
                        Faults.Enqueue($"call {number}: attempt {result.Attempt} has status {result.Response.Status}");
                }
                await stream.SendAsync(Frame.Finish(id, (uint)number, walk.Download >= 0 ? Frame.Streamed(3) : null));
                if (walk.Download >= 0)
                    await DownloadAsync(stream, id, BytesOf(number, walk.Download), frames);
            }
            catch (Exception end) when (end is OperationCanceledException or ChannelClosedException)
            {
                // The caller gave up.
            }
        }

        private async Task UploadAsync(FakeStream stream, ulong id, byte[] expected, ChannelReader<GatewayFrame> frames)
        {
            var (received, credit) = (new List<byte>(), 0);
            while (true)
            {
                if (credit == 0)
                {
                    credit = Random.Shared.Next(1, 2_500);
                    await stream.SendAsync(Frame.Credit(id, 1, (uint)credit));
                }
                var chunk = (await frames.ReadAsync()).Chunk;
                received.AddRange(chunk.Data);
                credit -= chunk.Data.Length;
                if (credit < 0 || chunk.IsBroken)
                    Faults.Enqueue($"call {id}: a chunk of {chunk.Data.Length} bytes leaves credit {credit}, broken {chunk.IsBroken}");
                if (!chunk.IsLast)
                    continue;
                if (!received.SequenceEqual(expected))
                    Faults.Enqueue($"call {id}: other bytes");
                return;
            }
        }

        private static async Task DownloadAsync(FakeStream stream, ulong id, byte[] bytes, ChannelReader<GatewayFrame> frames)
        {
            var (at, credit) = (0, 2_000);
            do
            {
                var count = Math.Min(Math.Min(credit, Random.Shared.Next(0, 700)), bytes.Length - at);
                await stream.SendAsync(Frame.Chunk(id, 3, bytes[at..(at + count)], at + count == bytes.Length));
                (at, credit) = (at + count, credit - count);
                while (credit == 0 && at < bytes.Length)
                {
                    if (await frames.ReadAsync() is { FrameCase: GatewayFrame.FrameOneofCase.Credit } more)
                        credit += (int)more.Credit.Bytes;
                }
            }
            while (at < bytes.Length);
        }
    }
}
