using System.Threading.Channels;

namespace KrakenPlugins.Logging.Sinks;

/// <summary>A way out of the process for records, used by one <see cref="DeliveryQueue"/>.</summary>
internal interface IDelivery : IDisposable
{
    /// <summary>Sends one record; <see langword="false"/> when it could not be delivered and is given up.</summary>
    ValueTask<bool> TrySendAsync(byte[] record, CancellationToken cancellationToken);
}

/// <summary>
/// The queue in front of a sink that may be slow or gone: writers never wait, one worker delivers in order. What does not fit and what
/// cannot be delivered is dropped and counted; the number is reported when the next record gets through (OBS-012).
/// </summary>
internal sealed class DeliveryQueue : IAsyncDisposable
{
    private readonly Channel<byte[]> _records = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly IDelivery _delivery;
    private readonly Action<long> _reportDropped;
    private readonly long _capacity;
    private readonly TimeSpan _flushTime;
    private readonly Task _worker;
    private long _waiting;
    private long _dropped;
    private int _isDisposed;

    /// <summary>Starts the worker.</summary>
    /// <param name="delivery">Sends records; disposed with the queue.</param>
    /// <param name="reportDropped">Told how many records were lost, when delivery works again.</param>
    /// <param name="capacity">Bytes that may wait.</param>
    /// <param name="flushTime">How long the end waits for what is queued.</param>
    public DeliveryQueue(IDelivery delivery, Action<long> reportDropped, long capacity, TimeSpan flushTime)
    {
        _delivery = delivery;
        _reportDropped = reportDropped;
        _capacity = capacity;
        _flushTime = flushTime;
        _worker = Task.Run(WorkAsync);
    }

    /// <summary>Queues a record, or drops it when the queue is full.</summary>
    public void Enqueue(byte[] record)
    {
        if (Interlocked.Add(ref _waiting, record.Length) <= _capacity && _records.Writer.TryWrite(record))
            return;
        Interlocked.Add(ref _waiting, -record.Length);
        Interlocked.Increment(ref _dropped);
    }

    /// <summary>Counts a record that was lost before it could be queued.</summary>
    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <summary>Delivers what waits, within the flush time, and closes the way out.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _records.Writer.TryComplete();
        _stop.CancelAfter(_flushTime);
        await _worker.ConfigureAwait(false);
        _delivery.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await _records.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_records.Reader.TryRead(out var record))
                    await DeliverAsync(record).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The flush time is over.
        }
    }

    private async ValueTask DeliverAsync(byte[] record)
    {
        var delivered = false;
        try
        {
            delivered = await _delivery.TrySendAsync(record, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever a record or the network does, the next record gets its chance.
            delivered = false;
        }
        Interlocked.Add(ref _waiting, -record.Length);
        if (!delivered)
            Interlocked.Increment(ref _dropped);
        else if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var lost)
            _reportDropped(lost);
    }
}
