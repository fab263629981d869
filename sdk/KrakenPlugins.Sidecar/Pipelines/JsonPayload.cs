using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>Data as the gateway sent it, canonical JSON, until somebody asks for the tree.</summary>
internal sealed class JsonPayload(ReadOnlyMemory<byte> json) : Payload
{
    private ReadOnlyMemory<byte> _json = json;

    /// <inheritdoc/>
    protected override bool IsEmptyBytes => _json.Length <= 2;

    /// <inheritdoc/>
    public override void WriteJson(IBufferWriter<byte> output)
    {
        ThrowIfDisposed();
        if (HasTree)
            DataJson.Write(output, Tree);
        else
            output.Write(_json.Span);
    }

    /// <inheritdoc/>
    protected override DataObject Materialise()
    {
        if (!DataJson.TryParse(_json.Span, DataJson.MaxDepth, out var node, out var error))
            throw new InvalidDataException($"the gateway's data is no JSON: {error}");
        return node as DataObject ?? throw new InvalidDataException($"the gateway's data is a JSON {node.Kind}; expected an object");
    }

    /// <inheritdoc/>
    protected override void ReleaseBytes() => _json = default;
}
