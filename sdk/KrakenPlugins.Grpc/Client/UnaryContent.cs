using System.Net;
using KrakenPlugins.Grpc.Framing;

namespace KrakenPlugins.Grpc.Client;

/// <summary>
/// The one message of a request. The transport may still be sending it when the answer is there, and may send it again on another connection;
/// hence its buffer goes back once neither the call nor the transport holds it.
/// </summary>
internal sealed class UnaryContent(int maxLength) : HttpContent
{
    private readonly OutgoingFrame _frame = new(maxLength);
    private int _holders = 1;
    private int _isDisposed;

    public GrpcStatus Fill<T>(IMarshaller<T> marshaller, T message, bool compress) => _frame.Fill(marshaller, message, compress);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!TryHold())
            throw new IOException("the call has ended");
        try
        {
            await stream.WriteAsync(_frame.Bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Drop();
        }
    }

    // A length would go out as content-length, which is of no use to gRPC.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
            Drop();
        base.Dispose(disposing);
    }

    private bool TryHold()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return true;
            holders = seen;
        }
        return false;
    }

    private void Drop()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _frame.Release();
    }
}
