namespace Gateway.Sidecars.Calls;

/// <summary>A body that came in one piece.</summary>
internal sealed class WholeBody(ReadOnlyMemory<byte> bytes) : SidecarBody
{
    private int _read;

    /// <inheritdoc/>
    public override long? Length => bytes.Length;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? Whole => bytes;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = Math.Min(buffer.Length, bytes.Length - _read);
        bytes.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return new(count);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
