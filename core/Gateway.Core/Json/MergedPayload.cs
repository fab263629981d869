using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>
/// The union of the root members of several payloads; of members with the same key the whole value of the later one counts
/// (MAN-002, MAN-003). Nothing is copied before it is written.
/// </summary>
public sealed class MergedPayload : Payload
{
    private Payload[] _parts;

    private MergedPayload(Payload[] parts) => _parts = parts;

    /// <summary>The parts, in order of arrival; none of them merged itself unless it became a tree.</summary>
    internal ReadOnlySpan<Payload> Parts
    {
        get
        {
            ThrowIfDisposed();
            return _parts;
        }
    }

    /// <inheritdoc/>
    protected override bool IsEmptyBytes
    {
        get
        {
            foreach (var part in _parts)
            {
                if (!part.IsEmpty)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Merges payloads and takes ownership of them; a single one is returned as it is.</summary>
    public static Payload Merge(ReadOnlySpan<Payload> inArrivalOrder)
    {
        if (inArrivalOrder.Length == 1)
            return inArrivalOrder[0];
        var count = 0;
        foreach (var payload in inArrivalOrder)
            count += payload is MergedPayload { HasTree: false } merged ? merged.Parts.Length : 1;
        var parts = new Payload[count];
        var at = 0;
        foreach (var payload in inArrivalOrder)
        {
            if (payload is MergedPayload { HasTree: false } merged)
            {
                merged.Parts.CopyTo(parts.AsSpan(at));
                at += merged._parts.Length;
                merged._parts = [];
                merged.Dispose();
            }
            else
            {
                parts[at++] = payload;
            }
        }
        return new MergedPayload(parts);
    }

    /// <inheritdoc/>
    public override void WriteJson(IBufferWriter<byte> output)
    {
        ThrowIfDisposed();
        if (HasTree)
            DataJson.Write(output, Tree);
        else
            new MergeWriter(_parts).Write(output);
    }

    /// <inheritdoc/>
    protected override DataObject Materialise()
    {
        ThrowIfDisposed();
        var all = new DataObject();
        foreach (var part in _parts)
        {
            foreach (var (name, value) in part.Tree.Members)
                all[name] = value;
        }
        return all;
    }

    /// <inheritdoc/>
    protected override void ReleaseBytes()
    {
        var parts = _parts;
        _parts = [];
        foreach (var part in parts)
            part.Dispose();
    }
}
