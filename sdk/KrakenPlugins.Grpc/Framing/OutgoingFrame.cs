namespace KrakenPlugins.Grpc.Framing;

/// <summary>A message with its header in a rented buffer, ready to be sent. It is filled anew for every message.</summary>
internal sealed class OutgoingFrame(int maxLength)
{
    private PooledWriter _buffer = new();
    private PooledWriter? _spare;

    /// <summary>Header and message.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.Written;

    /// <summary>Writes a message.</summary>
    /// <returns>OK, or that the message is too large to be sent.</returns>
    public GrpcStatus Fill<T>(IMarshaller<T> marshaller, T message, bool compress)
    {
        _buffer.Clear();
        if (marshaller.SizeOf(message) > maxLength)
            return TooLarge(marshaller.SizeOf(message));
        _buffer.GetSpan(FrameHeader.Size);
        _buffer.Advance(FrameHeader.Size);
        marshaller.Write(message, _buffer);
        var length = _buffer.Length - FrameHeader.Size;
        if (length > maxLength)
            return TooLarge(length);
        if (compress)
            Compress();
        new FrameHeader(compress, _buffer.Length - FrameHeader.Size).Write(_buffer.Written.Span);
        return GrpcStatus.Ok;
    }

    /// <summary>The header alone, of a message whose bytes are sent from where they lie.</summary>
    public ReadOnlyMemory<byte> HeaderOf(int length)
    {
        _buffer.Clear();
        _buffer.GetSpan(FrameHeader.Size);
        _buffer.Advance(FrameHeader.Size);
        new FrameHeader(false, length).Write(_buffer.Written.Span);
        return _buffer.Written;
    }

    /// <summary>What is said of a message that is too large to be sent.</summary>
    public GrpcStatus TooLarge(long length) => GrpcStatus.Exhausted($"a message of {length} bytes was to be sent; the limit is {maxLength}");

    /// <summary>Gives the buffers back.</summary>
    public void Release()
    {
        _buffer.Release();
        _spare?.Release();
    }

    private void Compress()
    {
        var target = _spare ?? new PooledWriter();
        target.Clear();
        target.GetSpan(FrameHeader.Size);
        target.Advance(FrameHeader.Size);
        GzipMessages.Deflate(_buffer.Written.Span[FrameHeader.Size..], target);
        (_buffer, _spare) = (target, _buffer);
    }
}
