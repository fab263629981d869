using System.Runtime.InteropServices;
using System.Text;
using System.Xml;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Markup;

/// <summary>
/// Reads the XML of a feed into elements. A document type declaration is passed over unread: no entity exists, nothing expands, nothing
/// is fetched. Depth and number of elements and attributes are bounded.
/// </summary>
internal static class FeedXml
{
    private const int MaxNodes = 1_000_000;

    // An extension takes three levels of data per element.
    private const int MaxDepth = DataJson.MaxDepth / 4;
    private const int DeclarationBytes = 256;

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    // What holds texts for readers may hold their markup unescaped (Atom's type "xhtml", careless RSS).
    private static readonly HashSet<string> s_texts = new(StringComparer.OrdinalIgnoreCase)
        { "title", "description", "summary", "content", "encoded", "subtitle", "tagline", "rights", "copyright", "info" };

    /// <summary>The document element.</summary>
    /// <exception cref="XmlException">Malformed XML.</exception>
    /// <exception cref="FeedException">A limit is exceeded.</exception>
    public static FeedElement Read(ReadOnlyMemory<byte> body)
    {
        using var reader = Open(body);
        var open = new Stack<FeedElement>();
        var text = new StringBuilder();
        var (nodes, rootNamespace) = (0, "");
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    EndText(open, text);
                    Count(reader, ref nodes);
                    if (open.Count == 0)
                        rootNamespace = reader.NamespaceURI;
                    var isEmpty = reader.IsEmptyElement;
                    var element = Begin(reader, open, rootNamespace);
                    if (isEmpty && open.Count == 0)
                        return element;
                    if (isEmpty)
                        break;
                    if (open.Count > 0 && element.Prefix is "" or FeedNamespaces.Content && s_texts.Contains(element.Name))
                        element.Text = ReadMarkup(reader, element.Attribute("type") == "xhtml", ref nodes);
                    else
                        open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    EndText(open, text);
                    if (open.Pop() is var ended && open.Count == 0)
                        return ended;
                    break;
                case XmlNodeType.EntityReference:
                    throw Undeclared(reader);
                default:
                    if (IsText(reader.NodeType) && open.Count > 0)
                        text.Append(reader.Value);
                    break;
            }
        }
        throw new FeedException("the document ends inside of an element");
    }

    private static FeedElement Begin(XmlReader reader, Stack<FeedElement> open, string rootNamespace)
    {
        var prefix = reader.NamespaceURI == rootNamespace ? "" : FeedNamespaces.UsualPrefix(reader.NamespaceURI, reader.Prefix);
        var element = new FeedElement(prefix, reader.LocalName);
        if (open.TryPeek(out var parent))
            parent.Children.Add(element);
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix != "xmlns" && reader.Name != "xmlns")
                element.Attributes.Add(new(reader.Prefix == "xml" ? reader.Name : reader.LocalName, reader.Value));
        }
        return element;
    }

    /// <summary>Of several runs of text, which children separate, the first counts.</summary>
    private static void EndText(Stack<FeedElement> open, StringBuilder text)
    {
        if (text.Length > 0 && open.TryPeek(out var element) && element.Text.Length == 0)
            element.Text = text.ToString().Trim();
        text.Clear();
    }

    /// <summary>Everything up to the end of the element that was begun, tags included.</summary>
    private static string ReadMarkup(XmlReader reader, bool isMarkup, ref int nodes)
    {
        var depth = reader.NodeType == XmlNodeType.Attribute ? reader.Depth - 1 : reader.Depth;
        var text = new StringBuilder();
        while (reader.Read() && !(reader.NodeType == XmlNodeType.EndElement && reader.Depth == depth))
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    Count(reader, ref nodes);
                    var isEmpty = reader.IsEmptyElement;
                    text.Append('<').Append(reader.Name);
                    while (reader.MoveToNextAttribute())
                        text.Append(' ').Append(reader.Name).Append("=\"").Append(Escaped(reader.Value).Replace("\"", "&quot;", StringComparison.Ordinal)).Append('"');
                    text.Append(isEmpty ? "/>" : ">");
                    break;
                case XmlNodeType.EndElement:
                    text.Append("</").Append(reader.Name).Append('>');
                    break;
                case XmlNodeType.EntityReference:
                    throw Undeclared(reader);
                default:
                    if (IsText(reader.NodeType))
                        text.Append(isMarkup ? Escaped(reader.Value) : reader.Value);
                    break;
            }
        }
        return text.ToString().Trim();
    }

    private static void Count(XmlReader reader, ref int nodes)
    {
        if (reader.Depth >= MaxDepth)
            throw new FeedException($"more than {MaxDepth} elements inside one another");
        nodes += 1 + reader.AttributeCount;
        if (nodes > MaxNodes)
            throw new FeedException($"more than {MaxNodes} elements and attributes");
    }

    private static bool IsText(XmlNodeType type) =>
        type is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace;

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static FeedException Undeclared(XmlReader reader) => new($"reference to the undeclared entity \"{reader.Name}\"");

    private static XmlReader Open(ReadOnlyMemory<byte> body)
    {
        // Servers do send a line break before the declaration, which the standard forbids.
        var trimmed = body.Span.TrimStart(" \t\r\n"u8);
        body = body[(body.Length - trimmed.Length)..];
        var stream = MemoryMarshal.TryGetArray(body, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false);
        var names = new NameTable();
        var context = new XmlParserContext(names, new LenientNamespaces(names), null, XmlSpace.None);
        return Declared(body.Span) is { } encoding
            ? XmlReader.Create(new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false), s_settings, context)
            : XmlReader.Create(stream, s_settings, context);
    }

    /// <summary>The character set of the declaration where it is one that the reader does not know by itself.</summary>
    private static Encoding? Declared(ReadOnlySpan<byte> body)
    {
        var head = Encoding.Latin1.GetString(body[..Math.Min(body.Length, DeclarationBytes)]);
        var end = head.IndexOf("?>", StringComparison.Ordinal);
        var at = head.IndexOf("encoding", StringComparison.Ordinal);
        if (!head.StartsWith("<?xml", StringComparison.Ordinal) || at < 0 || at > end)
            return null;
        var value = head.AsSpan(at + "encoding".Length, end - at - "encoding".Length).Trim(" \t\r\n=?");
        if (value.Length < 2 || value[0] is not ('"' or '\'') || value[1..].IndexOf(value[0]) is not (> 0 and var length))
            return null;
        var label = value.Slice(1, length).ToString();
        return label.ToLowerInvariant() switch
        {
            "utf-8" or "utf-16" => null,
            "utf8" => Encoding.UTF8,
            // As in browsers, the labels of Latin-1 and ASCII mean their superset.
            "iso-8859-1" or "latin1" or "us-ascii" or "ascii" => CodePagesEncodingProvider.Instance.GetEncoding(1252),
            _ => CodePagesEncodingProvider.Instance.GetEncoding(label) ?? Encoding.GetEncoding(label),
        };
    }

    /// <summary>A prefix that was never declared stands for itself.</summary>
    private sealed class LenientNamespaces(NameTable names) : XmlNamespaceManager(names)
    {
        public override string? LookupNamespace(string prefix) => base.LookupNamespace(prefix) ?? prefix;
    }
}
