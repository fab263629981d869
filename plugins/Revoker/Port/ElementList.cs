using System.Buffers.Binary;

namespace KrakenPlugins.Revoker.Port;

/// <summary>Elements in a payload of the port's own protocol, each behind its length in two bytes. Used up by reading.</summary>
internal ref struct ElementList(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>Takes the next element. Throws <see cref="PortException"/> when it is empty, too long or not whole.</summary>
    public bool TryNext(out ReadOnlySpan<byte> element)
    {
        element = default;
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < 2)
            throw new PortException("an element without length");
        var length = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        if (length is 0 or > PortProtocol.MostElement)
            throw new PortException($"an element of {length} bytes; there may be 1 to {PortProtocol.MostElement}");
        if (_rest.Length < 2 + length)
            throw new PortException("an element that is not whole");
        element = _rest.Slice(2, length);
        _rest = _rest[(2 + length)..];
        return true;
    }
}
