using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace Gateway.Core.Encodings;

/// <summary>
/// Opens XML bytes in the character set they declare (MAN-067): a byte order mark first, then the XML declaration, then UTF-8.
/// </summary>
internal static class XmlSource
{
    private const int DeclarationBytes = 256;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings s_settings = new()
    {
        // A document type declaration is passed over unread: no entity exists, so nothing expands and nothing is fetched.
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = true,
        CloseInput = false,
        Async = false,
    };

    /// <summary>A hardened reader over the document.</summary>
    /// <param name="body">The document.</param>
    /// <param name="names">The names the reader meets, which the caller tells when a new tag begins.</param>
    /// <exception cref="DecodeException">The document is empty or its character set is unknown.</exception>
    public static XmlReader Open(ReadOnlyMemory<byte> body, XmlNames names)
    {
        var hasMark = body.Span.StartsWith("\uFEFF"u8);
        if (hasMark)
            body = body[3..];
        body = WithoutLeadingSpace(body);
        if (body.IsEmpty)
            throw new DecodeException("xml: the document is empty");

        var context = new XmlParserContext(null, new LenientNamespaces(names), null, XmlSpace.None);
        var encoding = hasMark ? s_strictUtf8 : Declared(body.Span);
        if (encoding is null)
            return XmlReader.Create(Stream(body), s_settings, context);
        return XmlReader.Create(new StreamReader(Stream(body), encoding, detectEncodingFromByteOrderMarks: false), s_settings, context);
    }

    // Servers do send a line break before the declaration, which the standard forbids and the reference accepts.
    private static ReadOnlyMemory<byte> WithoutLeadingSpace(ReadOnlyMemory<byte> body)
    {
        var trimmed = body.Span.TrimStart(" \t\r\n"u8);
        return trimmed.IsEmpty || trimmed[0] == '<' ? body[(body.Length - trimmed.Length)..] : body;
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false);

    /// <summary>The declared character set, or null where the reader finds out by itself (UTF-8, UTF-16).</summary>
    private static Encoding? Declared(ReadOnlySpan<byte> body)
    {
        var label = Label(body[..Math.Min(body.Length, DeclarationBytes)]);
        if (label.IsEmpty || IsLabel(label, "utf-8"u8) || IsLabel(label, "utf-16"u8))
            return null;
        if (IsLabel(label, "utf8"u8))
            return s_strictUtf8;
        var name = Encoding.ASCII.GetString(label);
        // As in browsers and in the reference, the Latin-1 and ASCII labels mean their superset windows-1252.
        if (IsLabel(label, "iso-8859-1"u8) || IsLabel(label, "latin1"u8) || IsLabel(label, "us-ascii"u8) || IsLabel(label, "ascii"u8))
            name = "windows-1252";
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"))
                ?? Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new DecodeException($"xml: unknown character set \"{name}\" in the XML declaration", e);
        }
    }

    private static bool IsLabel(ReadOnlySpan<byte> label, ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(label, name);

    private static ReadOnlySpan<byte> Label(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("<?xml"u8))
            return default;
        var end = head.IndexOf("?>"u8);
        if (end < 0)
            return default;
        head = head[..end];
        var at = head.IndexOf("encoding"u8);
        if (at < 0)
            return default;
        head = head[(at + "encoding".Length)..].TrimStart(" \t\r\n"u8);
        if (head.IsEmpty || head[0] != '=')
            return default;
        head = head[1..].TrimStart(" \t\r\n"u8);
        if (head.IsEmpty || (head[0] != '"' && head[0] != '\''))
            return default;
        var length = head[1..].IndexOf(head[0]);
        return length <= 0 ? default : head.Slice(1, length);
    }

    /// <summary>Prefixes are dropped from names anyway, so one that was never declared does no harm.</summary>
    private sealed class LenientNamespaces(XmlNames names) : XmlNamespaceManager(names)
    {
        public override string? LookupNamespace(string prefix) => base.LookupNamespace(prefix) ?? prefix;
    }
}
