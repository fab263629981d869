using System.Buffers;
using System.Text;

namespace Gateway.Core.Encodings;

/// <summary>Writes markup and escaped text as UTF-8; nothing reaches the output before <see cref="Flush"/> or a full buffer.</summary>
internal ref struct XmlSink(IBufferWriter<byte> output)
{
    private const int Chunk = 512;

    private const string Controls =
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\uFFFE\uFFFF";

    private static readonly SearchValues<char> s_inText = SearchValues.Create("&<>\"'\r" + Controls);
    private static readonly SearchValues<char> s_inAttribute = SearchValues.Create("&<>\"'\r\n\t" + Controls);

    private Span<byte> _free = output.GetSpan(Chunk);
    private int _used;

    public void Write(byte value)
    {
        Reserve(1);
        _free[_used++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_free[_used..]);
        _used += bytes.Length;
    }

    /// <summary>Text without escapes.</summary>
    public void WriteRaw(ReadOnlySpan<char> text)
    {
        while (text.Length > Chunk)
        {
            var length = char.IsHighSurrogate(text[Chunk - 1]) ? Chunk - 1 : Chunk;
            WriteChunk(text[..length]);
            text = text[length..];
        }
        WriteChunk(text);
    }

    /// <summary>Character data of an element.</summary>
    public void WriteText(ReadOnlySpan<char> text) => WriteEscaped(text, s_inText);

    /// <summary>The value of an attribute, in which a reader would turn bare line breaks and tabs into spaces.</summary>
    public void WriteAttribute(ReadOnlySpan<char> text) => WriteEscaped(text, s_inAttribute);

    /// <summary>Hands what was written to the output; the sink is unusable afterwards.</summary>
    public void Flush()
    {
        output.Advance(_used);
        _free = default;
        _used = 0;
    }

    private void WriteEscaped(ReadOnlySpan<char> text, SearchValues<char> special)
    {
        while (true)
        {
            var at = text.IndexOfAny(special);
            if (at < 0)
            {
                WriteRaw(text);
                return;
            }
            WriteRaw(text[..at]);
            Write(Escape(text[at]));
            text = text[(at + 1)..];
        }
    }

    // A character that XML 1.0 cannot express at all, not even as a reference, becomes U+FFFD: one stray control character in
    // one backend's text must not cost the client the whole response.
    private static ReadOnlySpan<byte> Escape(char c) => c switch
    {
        '&' => "&amp;"u8,
        '<' => "&lt;"u8,
        '>' => "&gt;"u8,
        '"' => "&quot;"u8,
        '\'' => "&apos;"u8,
        '\r' => "&#xD;"u8,
        '\n' => "&#xA;"u8,
        '\t' => "&#x9;"u8,
        _ => "\uFFFD"u8,
    };

    private void WriteChunk(ReadOnlySpan<char> text)
    {
        Reserve(text.Length * 3);
        _used += Encoding.UTF8.GetBytes(text, _free[_used..]);
    }

    private void Reserve(int length)
    {
        if (_free.Length - _used >= length)
            return;
        output.Advance(_used);
        _used = 0;
        _free = output.GetSpan(Math.Max(length, Chunk));
    }
}
