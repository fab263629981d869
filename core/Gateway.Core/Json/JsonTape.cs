using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>
/// The tokens of a document in an array from the shared pool. A mutable struct, to be held in a field and passed by reference,
/// so that a document costs no object for it.
/// </summary>
internal struct JsonTape : IDisposable
{
    // Dense documents have a token per 6 to 10 bytes; a short guess costs one copy, a long one only address space of the pool.
    private const int BytesPerToken = 8;

    private JsonToken[]? _tokens;

    /// <summary>Index behind the last token.</summary>
    public int Count;

    /// <summary>The backing array; valid up to <see cref="Count"/>.</summary>
    public readonly JsonToken[] Tokens => _tokens ?? [];

    /// <summary>Takes storage for a document of so many bytes.</summary>
    public void Reserve(int documentLength) =>
        _tokens ??= BufferPool<JsonToken>.Shared.Rent(Math.Max(64, (documentLength / BytesPerToken) + 8));

    /// <summary>Doubles the storage, keeping the first <paramref name="used"/> tokens.</summary>
    public JsonToken[] Grow(int used)
    {
        var old = Tokens;
        var grown = BufferPool<JsonToken>.Shared.Rent(Math.Max(64, old.Length * 2));
        old.AsSpan(0, used).CopyTo(grown);
        _tokens = grown;
        if (old.Length > 0)
            BufferPool<JsonToken>.Shared.Return(old);
        return grown;
    }

    /// <summary>Returns the storage; repeating it does nothing.</summary>
    public void Dispose()
    {
        var tokens = _tokens;
        _tokens = null;
        Count = 0;
        if (tokens is not null)
            BufferPool<JsonToken>.Shared.Return(tokens);
    }
}
