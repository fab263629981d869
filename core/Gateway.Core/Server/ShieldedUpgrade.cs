using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// An upgrade whose stream survives the beginning of a stop. Kestrel cancels the read that every HTTP/1.1 connection waits in, so that no
/// further request is taken; on an upgraded connection that would break a conversation which wants to end with words of its own.
/// </summary>
/// <param name="inner">The server's.</param>
/// <param name="aborted">Fires when the connection is gone.</param>
internal sealed class ShieldedUpgrade(IHttpUpgradeFeature inner, CancellationToken aborted) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => new ShieldedStream(await inner.UpgradeAsync().ConfigureAwait(false), aborted);

    private sealed class ShieldedStream(Stream inner, CancellationToken aborted) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException exception) when (IsOfStop(exception) && !cancellationToken.IsCancellationRequested && !aborted.IsCancellationRequested)
                {
                    // Nothing was read; the next read goes on.
                }
            }
        }

        // A connection that broke is told as a TaskCanceledException, for good.
        private static bool IsOfStop(OperationCanceledException exception) => exception is not TaskCanceledException && exception.InnerException is null;

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
