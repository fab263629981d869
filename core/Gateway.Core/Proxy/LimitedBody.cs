using System.Buffers;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Proxy;

/// <summary>
/// A request body without declared length whose bytes are counted while they are read; the one too many throws
/// <see cref="BufferLimitException"/> (MAN-275). The server's own limit cannot be used: it counts the framing of chunks too.
/// </summary>
internal sealed class LimitedBody(PipeReader inner, long limit) : PipeReader
{
    private ReadOnlySequence<byte> _unread;
    private long _consumed;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        Count(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _unread.Slice(_unread.Start, consumed).Length;
        _unread = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Count(ReadResult result)
    {
        if (_consumed + result.Buffer.Length > limit)
        {
            inner.AdvanceTo(result.Buffer.End);
            throw new BufferLimitException(limit);
        }
        _unread = result.Buffer;
        return result;
    }
}
