using System.Buffers.Binary;

namespace Gateway.Core.Server.Tls;

/// <summary>Reads the presentation language of TLS (RFC 8446, section 3); what goes beyond the end reads as nothing and is remembered.</summary>
internal ref struct TlsReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    /// <summary>Whether something was asked for that is not there.</summary>
    public bool IsBroken { get; private set; }

    public readonly bool IsAtEnd => _left.IsEmpty;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ushort Number() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    public void Skip(int count) => Take(count);

    /// <summary>Bytes behind a length of one byte.</summary>
    public ReadOnlySpan<byte> ShortVector() => Take(Byte());

    /// <summary>Bytes behind a length of two bytes.</summary>
    public ReadOnlySpan<byte> Vector() => Take(Number());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _left.Length)
        {
            IsBroken = true;
            _left = [];
            return [];
        }
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
