using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>
/// An answer that goes to its client while it is collected, and is kept once it was read to its end (MAN-134). What is collected counts
/// against the memory of all caches from the beginning; where there is no room it goes on without being kept.
/// </summary>
internal sealed class StoringResponse : DelegatingResponse
{
    private const int Step = 64 << 10;

    private readonly CacheCall _call;
    private readonly Freshness _freshness;
    private readonly Exception? _fault;
    private readonly int _prefix;
    private PooledBytes? _bytes;
    private long _taken;
    private int _served;
    private bool _isKept;

    /// <param name="inner">The answer, read up to the end of the bytes.</param>
    /// <param name="call">Its call.</param>
    /// <param name="bytes">What was read of its body; the response disposes it.</param>
    /// <param name="freshness">How long it is fresh.</param>
    /// <param name="fault">Why nothing could be read behind these bytes: the reader sees it there.</param>
    public StoringResponse(ClientResponse inner, CacheCall call, PooledBytes bytes, Freshness freshness, Exception? fault = null)
        : base(inner)
    {
        _call = call;
        _bytes = bytes;
        _prefix = bytes.Length;
        _freshness = freshness;
        _fault = fault;
        _isKept = fault is null && TryTake(bytes.Length);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, typeof(ClientResponse));
        if (_served < _prefix)
        {
            var count = Math.Min(buffer.Length, _prefix - _served);
            _bytes.Memory.Slice(_served, count).CopyTo(buffer);
            _served += count;
            return count;
        }
        if (_fault is not null)
            throw new IOException(_fault.Message, _fault);
        var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0)
            Collect(buffer.Span[..read]);
        else if (buffer.Length > 0)
            Keep();
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        _bytes?.Dispose();
        _bytes = null;
        GiveBack();
        base.Dispose(disposing);
    }

    private void Collect(ReadOnlySpan<byte> bytes)
    {
        if (!_isKept)
            return;
        var length = _bytes!.Length + bytes.Length;
        if (length > CacheCore.MostBytes || !_call.Core.Bucket.Fits(length) || !TryTake(length))
        {
            _isKept = false;
            // All of it has been served: it must not lie about, uncounted, for as long as a slow client needs for the rest.
            _bytes.Dispose();
            _bytes = new PooledBytes();
            GiveBack();
            return;
        }
        _bytes.Write(bytes);
    }

    private void Keep()
    {
        if (!_isKept || (ContentLength is { } announced && announced != _bytes!.Length))
            return;
        _isKept = false;
        GiveBack();
        _call.Core.Store(_call, _call.Entry(this, _bytes!.Span.ToArray(), _freshness));
    }

    private bool TryTake(long bytes)
    {
        if (bytes <= _taken)
            return true;
        var more = ((bytes - _taken) / Step * Step) + Step;
        if (!_call.Core.Ceiling.TryTake(more))
            return false;
        _taken += more;
        return true;
    }

    private void GiveBack()
    {
        _call.Core.Ceiling.Add(-_taken);
        _taken = 0;
    }
}
