using System.Buffers;
using System.Text;
using System.Text.Unicode;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Encodings;

/// <summary>
/// Decoder of <c>encoding: string</c>: the whole body is one text. Source: reference page "backends_supported-encodings", MAN-065.
/// </summary>
public static class StringDecoder
{
    /// <summary>The key that holds the text.</summary>
    public const string Key = "content";

    /// <summary><c>{"content":"…"}</c>; never fails. Each byte that is no part of valid UTF-8 becomes one U+FFFD.</summary>
    public static DataObject Decode(ReadOnlySpan<byte> body)
    {
        var data = new DataObject();
        data[Key] = new DataString(Text(body));
        return data;
    }

    /// <summary>Bytes as text, with the same replacement.</summary>
    internal static string Text(ReadOnlySpan<byte> body) => Utf8.IsValid(body) ? Encoding.UTF8.GetString(body) : Repair(body);

    // The framework replaces a whole truncated sequence by one U+FFFD, the reference replaces it byte by byte.
    private static string Repair(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(body.Length);
        Span<char> units = stackalloc char[2];
        while (!body.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(body, out var rune, out var length) != OperationStatus.Done)
                length = 1;
            text.Append(units[..rune.EncodeToUtf16(units)]);
            body = body[length..];
        }
        return text.ToString();
    }
}
