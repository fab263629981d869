using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Gateway.Core;
using Gateway.Testing;
using KrakenPlugins.Logging.Sinks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>What happens when nobody takes the records.</summary>
public sealed class QueueTests
{
    [Fact, Spec("OBS-012")]
    public async Task A_stuck_standard_output_holds_no_request_up_and_the_loss_is_reported_once()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        using var output = new StuckStream();
        await using var gateway = await Logged.StartAsync(
            "\"telemetry/logging\":{\"level\":\"ERROR\",\"stdout\":true,\"access_log_format\":\"httpdCommon\",\"backend\":{\"prefix\":\"B\"}}", upstream.Host,
            options: new TestGatewayOptions { Output = output, Limits = new Limits { LogQueue = 8192 } });
        gateway.Host.Logger.LogError("[SERVICE: Test] first");
        Assert.True(output.Entered.Wait(TimeSpan.FromSeconds(10)));

        for (var i = 0; i < 200; i++)
        {
            using var answer = await gateway.Client.GetAsync("/a");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        output.Release.Set();
        await Wait.UntilAsync(() => output.Text.Contains("log records were dropped", StringComparison.Ordinal), () => output.Text);
        gateway.Host.Logger.LogError("[SERVICE: Test] last");
        await Wait.UntilAsync(() => output.Text.Contains("[SERVICE: Test] last", StringComparison.Ordinal), () => output.Text);

        Assert.Single(output.Text.Split('\n'), static l => l.Contains("records were dropped", StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-012")]
    public async Task A_queue_takes_what_fits_drops_the_rest_and_says_how_much_once()
    {
        var delivery = new Delivery { IsStuck = true };
        var reported = new ConcurrentQueue<long>();
        await using var queue = new DeliveryQueue(delivery, reported.Enqueue, capacity: 100, TimeSpan.FromSeconds(5));

        for (var i = 0; i < 30; i++)
            queue.Enqueue(new byte[10]);
        delivery.Release();
        await Wait.UntilAsync(() => delivery.Count == 10 && !reported.IsEmpty, () => $"{delivery.Count} delivered");
        queue.Enqueue(new byte[10]);
        await Wait.UntilAsync(() => delivery.Count == 11, () => $"{delivery.Count} delivered");

        Assert.Equal([20L], reported);
    }

    [Fact, Spec("OBS-012")]
    public async Task Records_that_fail_are_counted_and_the_worker_goes_on()
    {
        var delivery = new Delivery { Fails = 3 };
        var reported = new ConcurrentQueue<long>();
        await using var queue = new DeliveryQueue(delivery, reported.Enqueue, 1000, TimeSpan.FromSeconds(5));

        for (var i = 0; i < 5; i++)
            queue.Enqueue(new byte[1]);
        await Wait.UntilAsync(() => delivery.Count == 2, () => $"{delivery.Count} delivered");

        Assert.Equal([3L], reported);
    }

    [Fact, Spec("OBS-012")]
    public async Task The_end_delivers_what_waits_but_not_for_ever()
    {
        var quick = new Delivery();
        var queue = new DeliveryQueue(quick, static _ => { }, 1000, TimeSpan.FromSeconds(5));
        for (var i = 0; i < 50; i++)
            queue.Enqueue(new byte[1]);
        await queue.DisposeAsync();
        queue.Enqueue(new byte[1]);

        var stuck = new DeliveryQueue(new Delivery { IsStuck = true }, static _ => { }, 1000, TimeSpan.FromMilliseconds(50));
        stuck.Enqueue(new byte[1]);
        await stuck.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(50, quick.Count);
        Assert.True(quick.IsDisposed);
    }

    private sealed class Delivery : IDelivery
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public bool IsStuck { get; init; }
        public int Fails { get; set; }
        public int Count => Volatile.Read(ref _count);
        public bool IsDisposed { get; private set; }

        public void Release() => _released.SetResult();

        public async ValueTask<bool> TrySendAsync(byte[] record, CancellationToken cancellationToken)
        {
            if (IsStuck)
                await _released.Task.WaitAsync(cancellationToken);
            if (Fails-- > 0)
                return Fails % 2 == 0 ? false : throw new InvalidOperationException("a fault of the sink");
            Interlocked.Increment(ref _count);
            return true;
        }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class StuckStream : MemoryStream
    {
        private readonly object _gate = new();

        public ManualResetEventSlim Entered { get; } = new();
        public ManualResetEventSlim Release { get; } = new();

        public string Text
        {
            get
            {
                lock (_gate)
                    return Encoding.UTF8.GetString(ToArray());
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Release.Wait(TimeSpan.FromSeconds(30));
            lock (_gate)
                base.Write(buffer);
        }
    }
}
