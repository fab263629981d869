using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace KrakenPlugins.Sdk.Data;

/// <summary>
/// Writes stretches of a document and what stands between them. Adjacent stretches become one copy, also across a comma or
/// bracket that the document has at the same place, so that a canonical object of which one member is dropped is written with
/// two copies. <see cref="Complete"/> must be called at the end.
/// </summary>
internal ref struct JsonOutput
{
    private const int LongestCharacter = 4;
    private const int ShortCopy = 64;

    private readonly IBufferWriter<byte> _writer;
    private ReadOnlySpan<byte> _source;
    private Span<byte> _free;
    private int _written;
    private int _from;
    private int _to;

    /// <summary>An output that expects about so many bytes.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="source">The document with its padding.</param>
    /// <param name="sizeHint">Bytes; reserved at once when the writer is a plain buffer, whose growth copies.</param>
    public JsonOutput(IBufferWriter<byte> writer, ReadOnlySpan<byte> source, int sizeHint)
    {
        _writer = writer;
        _source = source;
        if (writer is PooledBytes bytes)
            bytes.Reserve(sizeHint);
        _free = writer.GetSpan();
    }

    /// <summary>An output for data that is no document.</summary>
    public JsonOutput(IBufferWriter<byte> writer)
        : this(writer, "\0"u8, 0)
    {
    }

    /// <summary>Goes on with another document.</summary>
    public void Use(ReadOnlySpan<byte> source)
    {
        Flush();
        _source = source;
        _from = 0;
        _to = 0;
    }

    /// <summary>Writes a stretch of the document.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Copy(int from, int to)
    {
        if (from != _to)
        {
            Flush();
            _from = from;
        }
        _to = to;
    }

    /// <summary>Writes a punctuation mark.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(byte mark)
    {
        if (_source[_to] == mark)
        {
            _to++;
            return;
        }
        Flush();
        if (_written == _free.Length)
            Refill();
        _free[_written++] = mark;
    }

    /// <summary>Writes bytes that are not of the document.</summary>
    public void Text(scoped ReadOnlySpan<byte> bytes)
    {
        Flush();
        Append(bytes);
    }

    /// <summary>Writes characters as UTF-8 without escaping; halves of surrogate pairs become U+FFFD.</summary>
    public void Text(scoped ReadOnlySpan<char> chars)
    {
        Flush();
        while (true)
        {
            var status = Utf8.FromUtf16(chars, _free[_written..], out var read, out var written);
            _written += written;
            if (status == OperationStatus.Done)
                return;
            chars = chars[read..];
            _writer.Advance(_written);
            _written = 0;
            _free = _writer.GetSpan(LongestCharacter);
        }
    }

    /// <summary>Hands everything to the writer, which others may use until this output writes again.</summary>
    public IBufferWriter<byte> Complete()
    {
        Flush();
        _writer.Advance(_written);
        _written = 0;
        _free = default;
        return _writer;
    }

    private void Flush()
    {
        var length = _to - _from;
        if (length == 0)
            return;
        var bytes = _source[_from..];
        _from = _to;
        var free = _free[_written..];
        if (length <= ShortCopy && bytes.Length >= ShortCopy && free.Length >= ShortCopy)
        {
            // Most members are short, and two vectors cost less than a call that has to find out how short.
            ref var from = ref MemoryMarshal.GetReference(bytes);
            ref var to = ref MemoryMarshal.GetReference(free);
            Vector256.LoadUnsafe(ref from).StoreUnsafe(ref to);
            if (length > Vector256<byte>.Count)
                Vector256.LoadUnsafe(ref from, (nuint)Vector256<byte>.Count).StoreUnsafe(ref to, (nuint)Vector256<byte>.Count);
            _written += length;
            return;
        }
        bytes = bytes[..length];
        if (bytes.TryCopyTo(free))
            _written += length;
        else
            Append(bytes);
    }

    private void Append(scoped ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var count = Math.Min(bytes.Length, _free.Length - _written);
            bytes[..count].CopyTo(_free[_written..]);
            _written += count;
            bytes = bytes[count..];
            if (bytes.IsEmpty)
                return;
            Refill();
        }
    }

    private void Refill()
    {
        _writer.Advance(_written);
        _written = 0;
        _free = _writer.GetSpan();
    }
}
