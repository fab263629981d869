using System.Buffers;
using System.Text;

namespace Gateway.Core.Routing;

/// <summary>Why a text cannot be decoded.</summary>
internal enum DecodeFault : byte
{
    /// <summary>It can.</summary>
    None,
    /// <summary>A <c>%</c> without two hexadecimal digits.</summary>
    Escape,
    /// <summary>Bytes that are no UTF-8, or a lone surrogate.</summary>
    Utf8,
    /// <summary>A control character that is not escaped.</summary>
    Control,
}

/// <summary>
/// Percent-decoding of paths and query parts (RFC 3986 section 2.1) into text. Escapes must spell valid UTF-8: a value that could not
/// be sent on byte for byte is a fault, never a replacement character.
/// </summary>
internal static class PercentDecoder
{
    // Visible ASCII without '%' decodes to itself; everything else takes the slow road.
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        "!\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Whether decoding a path would change nothing and find no fault.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_plain);

    /// <summary>Decodes a text. The output is never longer than the input.</summary>
    /// <param name="text">Encoded text.</param>
    /// <param name="plusIsSpace">Whether <c>+</c> is a space (query) or itself (path).</param>
    /// <param name="output">At least as long as the text; may be the text's own memory.</param>
    /// <param name="written">Characters written.</param>
    /// <param name="faultAt">Where the fault is in the text.</param>
    public static DecodeFault Decode(ReadOnlySpan<char> text, bool plusIsSpace, Span<char> output, out int written, out int faultAt)
    {
        written = 0;
        faultAt = 0;
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c == '%')
            {
                var fault = DecodeRune(text, ref i, output, ref written);
                if (fault == DecodeFault.None)
                    continue;
                faultAt = i;
                return fault;
            }
            if (c < ' ' || c == '\x7f' || char.IsSurrogate(c))
            {
                if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    output[written++] = c;
                    output[written++] = text[i + 1];
                    i += 2;
                    continue;
                }
                faultAt = i;
                return char.IsSurrogate(c) ? DecodeFault.Utf8 : DecodeFault.Control;
            }
            output[written++] = plusIsSpace && c == '+' ? ' ' : c;
            i++;
        }
        return DecodeFault.None;
    }

    /// <summary>The byte of the escape at a position, or -1 when there is none.</summary>
    public static int ByteAt(ReadOnlySpan<char> text, int index) => text[index] == '%' ? HexPair(text, index + 1) : -1;

    /// <summary>The byte that two hexadecimal digits spell, or -1.</summary>
    public static int HexPair(ReadOnlySpan<char> text, int index)
    {
        if (index + 1 >= text.Length || !char.IsAsciiHexDigit(text[index]) || !char.IsAsciiHexDigit(text[index + 1]))
            return -1;
        return (HexValue(text[index]) << 4) | HexValue(text[index + 1]);

        static int HexValue(char digit) => (digit & 15) + (digit > '9' ? 9 : 0);
    }

    // One character of one to four escaped bytes. On a fault the index stays at the escape that is to blame.
    private static DecodeFault DecodeRune(ReadOnlySpan<char> text, ref int index, Span<char> output, ref int written)
    {
        var first = ByteAt(text, index);
        if (first < 0)
            return DecodeFault.Escape;
        if (first < 0x80)
        {
            output[written++] = (char)first;
            index += 3;
            return DecodeFault.None;
        }
        Span<byte> bytes = stackalloc byte[4];
        bytes[0] = (byte)first;
        var length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        for (var i = 1; i < length; i++)
        {
            var at = index + (3 * i);
            var next = at < text.Length ? ByteAt(text, at) : -1;
            if (next < 0)
                return DecodeFault.Utf8;
            bytes[i] = (byte)next;
        }
        if (Rune.DecodeFromUtf8(bytes[..length], out var rune, out var consumed) != OperationStatus.Done || consumed != length)
            return DecodeFault.Utf8;
        written += rune.EncodeToUtf16(output[written..]);
        index += 3 * length;
        return DecodeFault.None;
    }
}
