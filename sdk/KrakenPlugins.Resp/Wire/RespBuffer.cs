using System.Buffers.Text;
using System.Text;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Wire;

/// <summary>Bytes of commands.</summary>
internal sealed class RespBuffer
{
    private const int Kept = 64 << 10;

    private byte[] _bytes = new byte[256];

    /// <summary>How many.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Empties it; much room is given back.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept)
            _bytes = new byte[256];
    }

    /// <summary>Begins a command of so many parts.</summary>
    public void Begin(int parts) => Header((byte)'*', parts);

    /// <summary>A part.</summary>
    public void Part(in RedisArgument argument)
    {
        if (argument.IsNumber)
            Part(argument.Number);
        else if (argument.Text is { } text)
            Part(text);
        else
            Part(argument.Bytes.Span);
    }

    /// <summary>A part.</summary>
    public void Part(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        Raw(bytes);
        Raw("\r\n"u8);
    }

    /// <summary>A part.</summary>
    public void Part(string text)
    {
        Header((byte)'$', Encoding.UTF8.GetByteCount(text));
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length));
        Raw("\r\n"u8);
    }

    /// <summary>A part.</summary>
    public void Part(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Part(digits[..length]);
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Header(byte type, int number)
    {
        Reserve(16);
        _bytes[Length] = type;
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(Length + 1), out var length);
        Length += 1 + length;
        Raw("\r\n"u8);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(checked(Length + count), _bytes.Length * 2));
    }
}
