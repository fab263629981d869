using System.Text;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// Reads strict JSON (RFC 8259) into a <see cref="ConfigNode"/> tree with positions, duplicates kept. Needs no stack for nested
/// documents; nesting is limited to <see cref="DeepestNesting"/> levels. A UTF-8 byte-order mark is accepted.
/// </summary>
public sealed class JsonConfigReader
{
    /// <summary>Levels of nesting that a document may have.</summary>
    public const int DeepestNesting = 10_000;

    private readonly Stack<Container> _open = new();
    private JsonTokens _tokens;

    private JsonConfigReader(string file, string text) => _tokens = new JsonTokens(file, text);

    /// <summary>Reads a document; reports one error and returns <see langword="null"/> when it is not JSON.</summary>
    /// <param name="file">Name for positions.</param>
    /// <param name="content">The bytes of the document, UTF-8.</param>
    /// <param name="diagnostics">Receives the error.</param>
    public static ConfigNode? Read(string file, ReadOnlySpan<byte> content, ConfigDiagnostics diagnostics)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            diagnostics.Error(new(file, 1, 1), "", "the file is UTF-16; save it as UTF-8");
            return null;
        }
        return Read(file, Encoding.UTF8.GetString(content), diagnostics);
    }

    /// <summary>Reads a document; reports one error and returns <see langword="null"/> when it is not JSON.</summary>
    /// <param name="file">Name for positions.</param>
    /// <param name="text">The document.</param>
    /// <param name="diagnostics">Receives the error.</param>
    public static ConfigNode? Read(string file, string text, ConfigDiagnostics diagnostics)
    {
        try
        {
            return new JsonConfigReader(file, text).ReadDocument();
        }
        catch (JsonSyntaxException e)
        {
            diagnostics.Add(new(ConfigSeverity.Error, e.Position, "", e.Message) { Rule = ConfigRules.Syntax });
            return null;
        }
    }

    private ConfigNode ReadDocument()
    {
        if (_tokens.AtEnd())
            throw _tokens.Failure("the document is empty");
        var root = ReadValue();
        if (!_tokens.AtEnd())
            throw _tokens.Failure(root.Kind is ConfigKind.Object or ConfigKind.Array
                ? "unexpected text behind the end of the document"
                : "the document does not start with \"{\"");
        return root;
    }

    /// <summary>One value with everything in it: containers wait on a stack of our own until their end is found.</summary>
    private ConfigNode ReadValue()
    {
        while (true)
        {
            var value = BeginValue();
            while (value is not null)
            {
                if (_open.Count == 0)
                    return value;
                value = Continue(value);
            }
        }
    }

    /// <summary>A scalar or an empty container; <see langword="null"/> when a container was opened and its first value comes next.</summary>
    private ConfigNode? BeginValue()
    {
        var position = _tokens.Position();
        switch (_tokens.Peek())
        {
            case '{' or '[':
                return Open(position, _tokens.Take() == '{');
            case '"':
                return ConfigNode.String(position, _tokens.ReadString());
            case '-' or (>= '0' and <= '9'):
                return ConfigNode.Number(position, _tokens.ReadNumber());
            default:
                return _tokens.ReadWord() switch
                {
                    "true" => ConfigNode.Boolean(position, true),
                    "false" => ConfigNode.Boolean(position, false),
                    "null" => ConfigNode.Null(position),
                    _ => throw _tokens.UnexpectedAt(position, "a value"),
                };
        }
    }

    private ConfigNode? Open(SourcePosition position, bool isObject)
    {
        if (_open.Count >= DeepestNesting)
            throw new JsonSyntaxException(position, $"more than {DeepestNesting} levels of nesting");
        var container = new Container(position, isObject);
        if (_tokens.TryTake(isObject ? '}' : ']'))
            return container.ToNode();
        if (isObject)
            ReadName(container);
        _open.Push(container);
        return null;
    }

    /// <summary>Puts a finished value into the innermost container; returns that container when it ends here.</summary>
    private ConfigNode? Continue(ConfigNode value)
    {
        var container = _open.Peek();
        container.Add(value);
        var end = container.IsObject ? '}' : ']';
        if (_tokens.TryTake(','))
        {
            if (_tokens.Peek() == end)
                throw _tokens.Failure($"trailing comma before \"{end}\"");
            if (container.IsObject)
                ReadName(container);
            return null;
        }
        if (!_tokens.TryTake(end))
            throw _tokens.Unexpected($"\",\" or \"{end}\"");
        _open.Pop();
        return container.ToNode();
    }

    private void ReadName(Container container)
    {
        if (_tokens.Peek() != '"')
            throw _tokens.Unexpected("a name in double quotes");
        container.NamePosition = _tokens.Position();
        container.Name = _tokens.ReadName();
        if (!_tokens.TryTake(':'))
            throw _tokens.Unexpected("\":\"");
    }

    private sealed class Container(SourcePosition position, bool isObject)
    {
        private readonly List<ConfigMember>? _members = isObject ? [] : null;
        private readonly List<ConfigNode>? _items = isObject ? null : [];

        public bool IsObject => isObject;

        public string Name { get; set; } = "";

        public SourcePosition NamePosition { get; set; }

        public void Add(ConfigNode value)
        {
            _members?.Add(new(Name, NamePosition, value));
            _items?.Add(value);
        }

        public ConfigNode ToNode() =>
            isObject ? ConfigNode.Object(position, _members!.ToArray()) : ConfigNode.Array(position, _items!.ToArray());
    }
}
