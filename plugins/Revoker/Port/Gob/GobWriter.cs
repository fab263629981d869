using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace KrakenPlugins.Revoker.Port.Gob;

/// <summary>Writes one value of gob; the counterpart of <see cref="GobReader"/>.</summary>
internal sealed class GobWriter
{
    private readonly MemoryStream _bytes = new();

    /// <summary>Writes an unsigned number.</summary>
    public GobWriter UInt(ulong value)
    {
        if (value < 128)
        {
            _bytes.WriteByte((byte)value);
            return this;
        }
        var count = sizeof(ulong) - (BitOperations.LeadingZeroCount(value) / 8);
        Span<byte> all = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(all, value);
        _bytes.WriteByte((byte)-count);
        _bytes.Write(all[(sizeof(ulong) - count)..]);
        return this;
    }

    /// <summary>Writes a signed number.</summary>
    public GobWriter Int(long value) => UInt(value < 0 ? ((ulong)~value << 1) | 1 : (ulong)value << 1);

    /// <summary>Writes a float.</summary>
    public GobWriter Float(double value) => UInt(BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToUInt64Bits(value)));

    /// <summary>Writes bytes behind their length.</summary>
    public GobWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Writes a text.</summary>
    public GobWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>A message: what was written, behind its length.</summary>
    public byte[] ToMessage() => new GobWriter().Bytes(ToArray()).ToArray();

    /// <summary>The message that describes a struct.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="name">Its name, which nobody compares.</param>
    /// <param name="fields">Its fields.</param>
    public static byte[] Struct(int id, string name, params (string Name, int Type)[] fields)
    {
        var writer = new GobWriter().Int(-id).UInt(3).UInt(1).UInt(1).Text(name).UInt(1).Int(id).UInt(0);
        if (fields.Length > 0)
            writer.UInt(1).UInt((ulong)fields.Length);
        foreach (var (field, type) in fields)
            writer.UInt(1).Text(field).UInt(1).Int(type).UInt(0);
        return writer.UInt(0).UInt(0).ToMessage();
    }

    /// <summary>The message that describes a list.</summary>
    public static byte[] List(int id, string name, int element) =>
        new GobWriter().Int(-id).UInt(2).UInt(1).UInt(1).Text(name).UInt(1).Int(id).UInt(0).UInt(1).Int(element).UInt(0).UInt(0).ToMessage();
}
