using System.Buffers;
using System.IO.Compression;

namespace KrakenPlugins.Grpc.Framing;

/// <summary>Single messages to gzip and back.</summary>
internal static class GzipMessages
{
    private const int Step = 16 * 1024;

    public static void Deflate(ReadOnlySpan<byte> message, PooledWriter output)
    {
        using var target = new WriterStream(output);
        using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
        gzip.Write(message);
    }

    /// <summary>Inflates a message; stops at the limit, whatever the payload would become.</summary>
    public static GrpcStatus Inflate(in ReadOnlySequence<byte> payload, int maxLength, PooledWriter output)
    {
        try
        {
            using var source = new SequenceStream(payload);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            while (true)
            {
                // One byte beyond the limit tells a message that just fits from one that does not.
                var room = output.GetSpan(1);
                room = room[..(int)Math.Min(Math.Min(room.Length, Step), (long)maxLength + 1 - output.Length)];
                var count = gzip.Read(room);
                if (count == 0)
                    return GrpcStatus.Ok;
                output.Advance(count);
                if (output.Length > maxLength)
                    return GrpcStatus.Exhausted($"a message has more than {maxLength} bytes once it is decompressed");
            }
        }
        catch (InvalidDataException)
        {
            return GrpcStatus.Internal("a message cannot be decompressed: it is no gzip, or broken");
        }
    }

    private sealed class WriterStream(PooledWriter output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);
    }

    private sealed class SequenceStream(ReadOnlySequence<byte> rest) : Stream
    {
        private ReadOnlySequence<byte> _rest = rest;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, count).CopyTo(buffer);
            _rest = _rest.Slice(count);
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
