using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Gateway.Core.Json;

/// <summary>Order and equality of member names, always by the bytes of their decoded text.</summary>
internal static unsafe class JsonKey
{
    private const int StackBytes = 256;

    /// <summary>The first eight bytes, big-endian and padded with zeros: comparing two of these decides almost every comparison.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Prefix(byte* content, int length)
    {
        var bytes = BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(content, 8));
        return length >= 8 ? bytes : bytes & ~(ulong.MaxValue >> (8 * length));
    }

    /// <summary>The prefix of a name that stands alone in its span.</summary>
    public static ulong Prefix(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 8)
            return BinaryPrimitives.ReadUInt64BigEndian(name);
        ulong prefix = 0;
        for (var i = 0; i < name.Length; i++)
            prefix |= (ulong)name[i] << (56 - (8 * i));
        return prefix;
    }

    /// <summary>The prefix of a key token, escapes decoded.</summary>
    public static ulong Prefix(ReadOnlySpan<byte> source, in JsonToken key)
    {
        var content = key.Content(source);
        if (!key.Has(JsonFlags.Escaped))
            return Prefix(content);
        using var name = new Decoded(content, stackalloc byte[StackBytes]);
        return Prefix(name.Span);
    }

    /// <summary>Compares two key tokens, possibly of different documents.</summary>
    public static int Compare(ReadOnlySpan<byte> xSource, in JsonToken x, ReadOnlySpan<byte> ySource, in JsonToken y)
    {
        var a = x.Content(xSource);
        var b = y.Content(ySource);
        if (((x.Flags | y.Flags) & JsonFlags.Escaped) == 0)
            return a.SequenceCompareTo(b);
        using var left = new Decoded(a, stackalloc byte[StackBytes]);
        using var right = new Decoded(b, stackalloc byte[StackBytes]);
        return left.Span.SequenceCompareTo(right.Span);
    }

    /// <summary>Compares a key token with a name.</summary>
    public static int Compare(ReadOnlySpan<byte> source, in JsonToken key, ReadOnlySpan<byte> name)
    {
        var content = key.Content(source);
        if (!key.Has(JsonFlags.Escaped))
            return content.SequenceCompareTo(name);
        using var decoded = new Decoded(content, stackalloc byte[StackBytes]);
        return decoded.Span.SequenceCompareTo(name);
    }

    /// <summary>Whether a key token says a name.</summary>
    public static bool Is(ReadOnlySpan<byte> source, in JsonToken key, ReadOnlySpan<byte> name) =>
        key.Has(JsonFlags.Escaped) ? Compare(source, key, name) == 0 : key.Content(source).SequenceEqual(name);

    /// <summary>Text without its escapes; never longer than with them.</summary>
    private ref struct Decoded
    {
        private byte[]? _rented;

        public Decoded(ReadOnlySpan<byte> content, Span<byte> stack)
        {
            _rented = content.Length > stack.Length ? ArrayPool<byte>.Shared.Rent(content.Length) : null;
            var target = _rented is null ? stack : _rented;
            Span = target[..JsonText.Unescape(content, target)];
        }

        public ReadOnlySpan<byte> Span { get; }

        public void Dispose()
        {
            if (_rented is not null)
                ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }
}
