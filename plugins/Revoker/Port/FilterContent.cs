using System.Buffers.Binary;
using System.IO.Compression;
using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Port;

/// <summary>The bytes of the three filters one after the other, compressed with gzip: on the port in chunks, in a snapshot as they are.</summary>
internal static class FilterContent
{
    private const int Step = 64 << 10;

    /// <summary>Writes the filters.</summary>
    public static async Task WriteAsync(FilterTrio filters, Stream destination, CancellationToken cancellationToken)
    {
        var gzip = new GZipStream(destination, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            var buffer = new byte[Step];
            foreach (var filter in filters.All)
            {
                for (long offset = 0; filter.CopyTo(offset, buffer) is > 0 and var count; offset += count)
                    await gzip.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Adds what the source holds to the filters. Throws <see cref="PortException"/> when it is not exactly their size, or no gzip.</summary>
    public static async Task MergeAsync(Stream source, FilterTrio filters, CancellationToken cancellationToken)
    {
        var gzip = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            try
            {
                var buffer = new byte[Step];
                foreach (var filter in filters.All)
                {
                    for (long offset = 0; offset < filter.ByteCount;)
                    {
                        var wanted = (int)Math.Min(Step, filter.ByteCount - offset);
                        await gzip.ReadExactlyAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                        filter.Merge(offset, buffer.AsSpan(0, wanted));
                        offset += wanted;
                    }
                }
                if (await gzip.ReadAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
                    throw new PortException("there is more content than three filters of these settings have");
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                throw new PortException("the content is no gzip of three filters of these settings");
            }
        }
    }
}

/// <summary>Content in chunks, each with its length in front; one of length 0 ends it. Not thread-safe.</summary>
internal sealed class ChunkStream(PortStream port) : Stream
{
    private readonly byte[] _head = new byte[4];
    private int _left;
    private bool _hasEnded;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 && !_hasEnded)
        {
            var length = await port.ReadUInt32Async().ConfigureAwait(false);
            if (length > PortProtocol.MostChunk)
                throw new PortException($"a chunk of {length} bytes; {PortProtocol.MostChunk} is the limit");
            _left = (int)length;
            _hasEnded = length == 0;
        }
        if (_hasEnded || buffer.Length == 0)
            return 0;
        var count = Math.Min(_left, buffer.Length);
        await port.ReadAsync(buffer[..count]).ConfigureAwait(false);
        _left -= count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, PortProtocol.MostChunk);
            BinaryPrimitives.WriteInt32BigEndian(_head, count);
            await port.WriteAsync(_head).ConfigureAwait(false);
            await port.WriteAsync(buffer[..count]).ConfigureAwait(false);
            buffer = buffer[count..];
        }
    }

    /// <summary>Reads what is left of the content.</summary>
    public async ValueTask SkipAsync()
    {
        var buffer = new byte[4096];
        while (await ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Says that the content has ended.</summary>
    public ValueTask EndAsync() => port.WriteAsync(new byte[4]);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
