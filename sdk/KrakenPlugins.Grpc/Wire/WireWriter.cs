using System.Buffers;
using System.Text;

namespace KrakenPlugins.Grpc.Wire;

/// <summary>Writes a message of protobuf's wire format field by field. Values that are the default are left out, as proto3 wants it.</summary>
/// <param name="output">Gets the bytes.</param>
public readonly struct WireWriter(IBufferWriter<byte> output)
{
    /// <summary>Writes a number; negative ones as 64 bits.</summary>
    public void Number(int field, long value)
    {
        if (value == 0)
            return;
        Varint((ulong)field << 3);
        Varint(unchecked((ulong)value));
    }

    /// <summary>Writes a truth value.</summary>
    public void Bool(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Writes a text.</summary>
    public void Text(int field, string value)
    {
        if (value.Length == 0)
            return;
        var length = Encoding.UTF8.GetByteCount(value);
        Head(field, length);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>Writes bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Message(field, value);
    }

    /// <summary>Writes a message that is bytes already; an empty one is written too, because its presence says something.</summary>
    public void Message(int field, ReadOnlySpan<byte> value)
    {
        Head(field, value.Length);
        output.Write(value);
    }

    /// <summary>Writes a message within this one.</summary>
    public void Message<TState>(int field, TState state, Action<WireWriter, TState> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var inner = new ArrayBufferWriter<byte>();
        write(new WireWriter(inner), state);
        Message(field, inner.WrittenSpan);
    }

    private void Head(int field, int length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
    }

    private void Varint(ulong value)
    {
        var span = output.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        output.Advance(count);
    }
}
