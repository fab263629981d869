using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>The data of a JSON body as its bytes and an index of them.</summary>
internal sealed class JsonPayload(JsonShape shape, PooledBytes body, JsonTape tape, int root) : Payload
{
    // About what escaping adds to text with some markup in it; more only means that the output grows.
    private const int EscapeRoom = 64;

    private static readonly JsonLimits Unlimited = new() { MaxDepth = int.MaxValue, MaxTokens = int.MaxValue };

    private PooledBytes? _body = body;
    private JsonTape _tape = tape;

    /// <summary>The wrapper around the data, or <see langword="null"/>.</summary>
    public JsonGroup? Group => shape.Group;

    /// <summary>The token of the data inside the group, or <see cref="JsonShape.EmptyRoot"/>.</summary>
    public int Root { get; } = root;

    /// <summary>The document and what lies behind it.</summary>
    public byte[] Source
    {
        get
        {
            ThrowIfDisposed();
            return _body!.Array;
        }
    }

    /// <summary>The tokens.</summary>
    public JsonToken[] Tokens
    {
        get
        {
            ThrowIfDisposed();
            return _tape.Tokens;
        }
    }

    /// <summary>Bytes of the document.</summary>
    public int Length => _body?.Length ?? 0;

    /// <inheritdoc/>
    protected override bool IsEmptyBytes
    {
        get
        {
            if (Group is not null || Root < 0)
                return Group is null;
            var tokens = _tape.Tokens;
            var end = tokens[Root].Next;
            for (var key = Root + 1; key < end; key = tokens[key + 1].Next)
            {
                if (!tokens[key].Has(JsonFlags.Dropped))
                    return false;
            }
            return true;
        }
    }

    /// <inheritdoc/>
    public override void WriteJson(IBufferWriter<byte> output)
    {
        ThrowIfDisposed();
        if (HasTree)
        {
            DataJson.Write(output, Tree);
            return;
        }
        var to = new JsonOutput(output, _body!.Array, Length + EscapeRoom);
        if (Group is null)
        {
            WriteData(ref to);
        }
        else
        {
            to.Text("{"u8);
            to.Text(Group.Key);
            WriteData(ref to);
            to.Text("}"u8);
        }
        to.Complete();
        JsonScratch.Current.Trim();
    }

    /// <summary>Writes what is inside the group.</summary>
    public void WriteData(ref JsonOutput to, int entries = 0)
    {
        if (Root < 0)
            to.Text("{}"u8);
        else
            JsonTapeWriter.Write(ref to, _body!.Array, _tape.Tokens, Root, entries);
    }

    /// <summary>The tree of one value of the tape, whose elements may have no tokens.</summary>
    public DataNode BuildValue(int token)
    {
        var span = Tokens[token];
        var whole = default(JsonTape);
        try
        {
            whole.Reserve(span.Length);
            // The value was read before; its depth is within the limits, and it is one value that somebody asked for.
            JsonTokenizer.Read(_body!.Array, span.Start, ref whole, 0, Unlimited, keepElements: true);
            return JsonTree.Build(_body.Array, whole.Tokens, 0);
        }
        finally
        {
            whole.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override DataObject Materialise()
    {
        ThrowIfDisposed();
        var whole = default(JsonTape);
        try
        {
            var error = shape.Read(_body!, ref whole, keepElements: true, out var again);
            if (error is not null)
                throw new InvalidOperationException(error);
            var data = again < 0 ? new DataObject() : JsonTree.Build(_body!.Array, whole.Tokens, again);
            return Group is null ? (DataObject)data : new DataObject { [Group.Name] = data };
        }
        finally
        {
            whole.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseBytes()
    {
        _tape.Dispose();
        _body?.Dispose();
        _body = null;
    }
}
