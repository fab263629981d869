using System.Text;

namespace KrakenPlugins.Grpc.Wire;

/// <summary>
/// Reads a message of protobuf's wire format field by field, for the few messages that the protocols here consist of:
/// <c>while (reader.Next()) switch (reader.Field) …</c>. Every field has to be taken or skipped. What is broken ends the loop.
/// </summary>
public ref struct WireReader
{
    private const int MaxVarint = 10;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _type;

    /// <summary>Reads these bytes.</summary>
    public WireReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The number of the field.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the bytes are no message, or a field is not of the type that it was taken as.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Moves to the next field; <see langword="false"/> at the end and when the message is broken.</summary>
    public bool Next()
    {
        if (IsBroken || _at == _bytes.Length)
            return false;
        var tag = Varint();
        (Field, _type) = ((int)(tag >> 3), (int)(tag & 7));
        // Groups (3 and 4) are not used by any message here.
        if (tag > uint.MaxValue || Field == 0 || _type is 3 or 4 or 6 or 7)
            IsBroken = true;
        return !IsBroken;
    }

    /// <summary>Takes a number, as its 64 bits.</summary>
    public ulong Number() => Expect(0) ? Varint() : 0;

    /// <summary>Takes a number of 32 bits.</summary>
    public int Int32() => unchecked((int)Number());

    /// <summary>Takes a truth value.</summary>
    public bool Bool() => Number() != 0;

    /// <summary>Takes bytes, where they lie.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        if (!Expect(2))
            return default;
        var length = Varint();
        if (IsBroken || length > (ulong)(_bytes.Length - _at))
        {
            IsBroken = true;
            return default;
        }
        var bytes = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return bytes;
    }

    /// <summary>Takes a text.</summary>
    public string Text()
    {
        try
        {
            return s_strict.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            IsBroken = true;
            return "";
        }
    }

    /// <summary>Passes the field by.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case 0:
                Varint();
                break;
            case 1:
                Move(sizeof(ulong));
                break;
            case 2:
                Bytes();
                break;
            default:
                Move(sizeof(uint));
                break;
        }
    }

    private bool Expect(int type)
    {
        IsBroken |= _type != type;
        return !IsBroken;
    }

    private void Move(int count)
    {
        IsBroken |= _bytes.Length - _at < count;
        _at = IsBroken ? _at : _at + count;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < MaxVarint && _at < _bytes.Length; i++)
        {
            var octet = _bytes[_at++];
            value |= (ulong)(octet & 0x7f) << (7 * i);
            if (octet < 0x80)
                return value;
        }
        IsBroken = true;
        return 0;
    }
}
