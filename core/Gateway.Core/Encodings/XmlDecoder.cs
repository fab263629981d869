using System.Text;
using System.Xml;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Encodings;

/// <summary>
/// Decoder of <c>encoding: xml</c>. Source: reference page "backends_supported-encodings"; the mapping is MAN-066 and MAN-067.
/// Text before the first child of an element without attributes wins over later text, otherwise the last text wins, as in the
/// reference; text that only comments or CDATA borders interrupt is one text. Attribute values are not trimmed. What follows
/// the document element is not read.
/// </summary>
public static class XmlDecoder
{
    /// <summary>The key of the whole document when the backend is a collection.</summary>
    public const string CollectionKey = "collection";

    /// <summary>Elements inside one another that are accepted when nothing else is said.</summary>
    public const int MaxDepth = 1_000;

    /// <summary>Elements and attributes of one document that are accepted.</summary>
    public const int MaxNodes = 1_000_000;

    private const int MaxMessage = 256;
    private const string TextKey = "#text";
    private const string Trimmed = " \t\r\n";

    private static readonly DataString s_empty = new("");

    /// <summary>The document as an object with the document element as its only key, wrapped for a collection.</summary>
    /// <param name="body">The document.</param>
    /// <param name="isCollection">Whether the backend is a collection.</param>
    /// <param name="maxDepth">Elements inside one another that are accepted.</param>
    /// <exception cref="DecodeException">Malformed or empty XML, an unknown character set, or a limit exceeded.</exception>
    public static DataObject Decode(ReadOnlyMemory<byte> body, bool isCollection, int maxDepth = MaxDepth)
    {
        DataObject document;
        try
        {
            var names = new XmlNames();
            using var reader = XmlSource.Open(body, names);
            document = new Builder(reader, names, maxDepth).Build();
        }
        catch (Exception e) when (e is XmlException or ArgumentException or NotSupportedException)
        {
            throw new DecodeException("xml: " + Shortened(e.Message), e);
        }
        if (!isCollection)
            return document;
        var collection = new DataObject();
        collection[CollectionKey] = document;
        return collection;
    }

    // The parser names every element left open, and the names are the backend's.
    private static string Shortened(string message) =>
        message.Length <= MaxMessage ? message : string.Concat(message.AsSpan(0, MaxMessage), "…");

    private struct Frame
    {
        public string Name;
        public DataObject? Node;
        public string? TextBeforeMembers;
    }

    /// <summary>Turns the events of a reader into the tree with a stack of its own, so that depth costs heap and not stack.</summary>
    private sealed class Builder(XmlReader reader, XmlNames names, int maxDepth)
    {
        private readonly Dictionary<string, string> _attributeKeys = new(StringComparer.Ordinal);
        private Frame[] _stack = new Frame[16];
        private int _depth;
        private int _nodes;
        private string? _text;
        private StringBuilder? _joined;

        public DataObject Build()
        {
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        EndText();
                        var isEmpty = reader.IsEmptyElement;
                        Open();
                        if (isEmpty && Close() is { } emptyDocument)
                            return emptyDocument;
                        break;
                    case XmlNodeType.EndElement:
                        EndText();
                        if (Close() is { } document)
                            return document;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        AddText();
                        break;
                    case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when _text is not null:
                        AddText();
                        break;
                    case XmlNodeType.EntityReference:
                        throw new DecodeException($"xml: reference to the undeclared entity \"{reader.Name}\"");
                }
                names.BeginTag();
            }
            throw new DecodeException("xml: the document ends inside an element");
        }

        private void Open()
        {
            if (_depth == maxDepth)
                throw new DecodeException($"xml: more than {maxDepth} elements inside one another");
            CountNode();
            if (_depth == _stack.Length)
                Array.Resize(ref _stack, _stack.Length * 2);
            ref var frame = ref _stack[_depth++];
            frame = new Frame { Name = reader.LocalName };
            if (!reader.MoveToFirstAttribute())
                return;
            frame.Node = new DataObject();
            do
            {
                CountNode();
                frame.Node[AttributeKey(reader.LocalName)] = new DataString(reader.Value);
            }
            while (reader.MoveToNextAttribute());
        }

        /// <summary>Hands the element to its parent, or returns the document when it has none.</summary>
        private DataObject? Close()
        {
            ref var frame = ref _stack[--_depth];
            if (frame.Node is not null && frame.TextBeforeMembers is not null)
                frame.Node[TextKey] = new DataString(frame.TextBeforeMembers);
            DataNode value = frame.Node is not null ? frame.Node
                : frame.TextBeforeMembers is not null ? new DataString(frame.TextBeforeMembers)
                : s_empty;
            if (_depth > 0)
            {
                AddChild(_stack[_depth - 1].Node ??= new DataObject(), frame.Name, value);
                return null;
            }
            var document = new DataObject();
            document[frame.Name] = value;
            return document;
        }

        private static void AddChild(DataObject parent, string name, DataNode value)
        {
            if (!parent.Members.TryGetValue(name, out var present))
            {
                parent.Members.Add(name, value);
                return;
            }
            if (present is not DataArray siblings)
            {
                siblings = new DataArray();
                siblings.Items.Add(present);
                parent.Members[name] = siblings;
            }
            siblings.Items.Add(value);
        }

        private void AddText()
        {
            if (_text is null)
            {
                _text = reader.Value;
                return;
            }
            _joined ??= new StringBuilder();
            if (_joined.Length == 0)
                _joined.Append(_text);
            _joined.Append(reader.Value);
        }

        private void EndText()
        {
            if (_text is null)
                return;
            var text = _text;
            _text = null;
            if (_joined is { Length: > 0 })
            {
                text = _joined.ToString();
                _joined.Clear();
            }
            text = Trim(text);
            if (text.Length == 0 || _depth == 0)
                return;
            ref var frame = ref _stack[_depth - 1];
            if (frame.Node is null)
                frame.TextBeforeMembers = text;
            else
                frame.Node[TextKey] = new DataString(text);
        }

        private static string Trim(string text)
        {
            var span = text.AsSpan().Trim(Trimmed);
            return span.Length == text.Length ? text : span.ToString();
        }

        private string AttributeKey(string name)
        {
            if (!_attributeKeys.TryGetValue(name, out var key))
                _attributeKeys.Add(name, key = "-" + name);
            return key;
        }

        private void CountNode()
        {
            if (++_nodes > MaxNodes)
                throw new DecodeException($"xml: more than {MaxNodes} elements and attributes");
        }
    }
}
