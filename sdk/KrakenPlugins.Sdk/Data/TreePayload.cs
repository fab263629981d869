using System.Buffers;

namespace KrakenPlugins.Sdk.Data;

/// <summary>Data that was a tree from the beginning: what decoders, executors and components make.</summary>
public sealed class TreePayload : Payload
{
    /// <summary>Takes a tree over; who made it does not change it any more.</summary>
    public TreePayload(DataObject data) => Tree = data;

    /// <inheritdoc/>
    protected override bool IsEmptyBytes => true;

    /// <inheritdoc/>
    public override void WriteJson(IBufferWriter<byte> output) => JsonTreeWriter.Write(output, Tree);

    /// <inheritdoc/>
    protected override DataObject Materialise() => new();

    /// <inheritdoc/>
    protected override void ReleaseBytes()
    {
    }
}
