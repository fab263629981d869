using System.Buffers.Binary;
using System.Text;

namespace KrakenPlugins.Revoker.Port.Gob;

/// <summary>
/// The basic values of gob (package documentation of Go's encoding/gob, "Encoding Details"): an unsigned number below 128 is one byte, a larger one its
/// bytes in network order behind their negated count; a signed one has its sign in the lowest bit; a float is its bits, byte-reversed, as a number.
/// </summary>
internal ref struct GobReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes that are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Reads an unsigned number. Throws <see cref="PortException"/>.</summary>
    public ulong ReadUInt()
    {
        var first = ReadByte();
        if (first < 128)
            return first;
        var count = 256 - first;
        if (count > sizeof(ulong))
            throw new PortException($"gob: a number of {count} bytes");
        var bytes = Take(count);
        ulong value = 0;
        foreach (var next in bytes)
            value = (value << 8) | next;
        return value;
    }

    /// <summary>Reads a signed number.</summary>
    public long ReadInt()
    {
        var value = ReadUInt();
        return (value & 1) != 0 ? ~(long)(value >> 1) : (long)(value >> 1);
    }

    /// <summary>Reads a float.</summary>
    public double ReadFloat() => BitConverter.UInt64BitsToDouble(BinaryPrimitives.ReverseEndianness(ReadUInt()));

    /// <summary>Reads bytes behind their length.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadUInt();
        return length <= (ulong)_rest.Length ? Take((int)length) : throw new PortException("gob: bytes that are not whole");
    }

    /// <summary>Reads a text.</summary>
    public string ReadText(int most)
    {
        var bytes = ReadBytes();
        return bytes.Length <= most ? Encoding.UTF8.GetString(bytes) : throw new PortException($"gob: a text of {bytes.Length} bytes; {most} are the limit");
    }

    /// <summary>Reads a number of elements, none of which takes less than a byte.</summary>
    public int ReadCount()
    {
        var count = ReadUInt();
        return count <= (ulong)_rest.Length ? (int)count : throw new PortException("gob: more elements than bytes");
    }

    /// <summary>Reads the number of the next field that a struct has; 0 at its end.</summary>
    /// <param name="last">The field before, 0 at the beginning.</param>
    public int ReadField(int last)
    {
        var delta = ReadUInt();
        if (delta == 0)
            return 0;
        return delta <= GobTypes.MostFields ? last + (int)delta : throw new PortException("gob: a field that no struct has");
    }

    private byte ReadByte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new PortException("gob: a message that is not whole");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
