using System.Buffers;
using System.Text;

namespace Gateway.Core.Json;

/// <summary>The text of strings whose grammar the tokenizer has checked.</summary>
internal static unsafe class JsonText
{
    /// <summary>Decodes escapes; <paramref name="to"/> needs room for the length of <paramref name="content"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> content, Span<byte> to)
    {
        var read = 0;
        var written = 0;
        fixed (byte* p = content)
        {
            while (read < content.Length)
            {
                var plain = content[read..].IndexOf((byte)'\\');
                if (plain < 0)
                    plain = content.Length - read;
                content.Slice(read, plain).CopyTo(to[written..]);
                read += plain;
                written += plain;
                if (read == content.Length)
                    break;
                written += new Rune(JsonEscape.Decode(p + read, out var length)).EncodeToUtf8(to[written..]);
                read += length;
            }
        }
        return written;
    }

    /// <summary>The text of a string or key token.</summary>
    public static string Decode(ReadOnlySpan<byte> source, in JsonToken token)
    {
        var content = token.Content(source);
        if (!token.Has(JsonFlags.Escaped))
            return Encoding.UTF8.GetString(content);
        var buffer = ArrayPool<byte>.Shared.Rent(content.Length);
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, Unescape(content, buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
