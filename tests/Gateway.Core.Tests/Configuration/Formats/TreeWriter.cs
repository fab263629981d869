using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Core.Tests.Configuration.Formats;

/// <summary>A random tree, without null because TOML has none, in the words of several formats.</summary>
internal sealed class TreeWriter
{
    private static readonly string[] s_texts =
        ["", "x", "true", "yes", "1", "0x1", "~", "null", "a b", " a ", "a: b", "a #b", "- a", "'", "\"", "\\", "\n", "a\nb\n", "\t", "é😀", "{", "[x]", "&a", "*a", "!t", "%", "@", "2001-01-01", "<<", "=", ".", "a.b", "\u0001", "\u2028", "$5", "?", "---"];

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Random _random;
    private readonly JsonObject _root;

    public TreeWriter(Random random)
    {
        _random = random;
        _root = Object(4);
    }

    public string Json => _root.ToJsonString(s_plain);

    public string Yaml
    {
        get
        {
            var text = new StringBuilder();
            WriteYaml(_root, 0, text);
            return text.ToString();
        }
    }

    public string Toml
    {
        get
        {
            var text = new StringBuilder();
            WriteToml(_root, "", text);
            return text.ToString();
        }
    }

    public string Hcl
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, value) in _root)
                text.Append(Quoted(name)).Append(" = ").Append(Inline(value!, " = ", Quoted)).Append('\n');
            return text.ToString();
        }
    }

    private JsonNode Value(int depth) => _random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => JsonValue.Create(_random.Next(2) == 0)!,
        1 => JsonValue.Create(_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64))!,
        2 => JsonNode.Parse(Math.Round(_random.NextDouble() * 1000, 3).ToString("0.0##", CultureInfo.InvariantCulture))!,
        3 or 4 => JsonValue.Create(s_texts[_random.Next(s_texts.Length)])!,
        5 => new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1))]),
        _ => Object(depth - 1),
    };

    private JsonObject Object(int depth)
    {
        var node = new JsonObject();
        for (var i = _random.Next(depth > 3 ? 6 : 4); i >= 0; i--)
            node[_random.Next(2) == 0 ? $"k{i}" : s_texts[_random.Next(s_texts.Length)]] = Value(depth);
        return node;
    }

    private void WriteYaml(JsonNode node, int indent, StringBuilder text)
    {
        var blanks = new string(' ', indent);
        foreach (var (name, value) in node is JsonObject members ? members.Select(static m => ((string?)m.Key, m.Value!)) : node.AsArray().Select(static i => ((string?)null, i!)))
        {
            text.Append(blanks).Append(name is null ? "-" : Quoted(name) + ":");
            if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                WriteYaml(value, indent + 2, text.Append('\n'));
            else
                text.Append(' ').Append(Inline(value, ": ", Quoted)).Append('\n');
        }
    }

    /// <summary>Values first, because a header ends them, then tables with headers, or in braces where the coin says so.</summary>
    private void WriteToml(JsonObject table, string path, StringBuilder text)
    {
        var tables = new List<(string Path, JsonNode Node)>();
        foreach (var (name, value) in table)
        {
            var isTable = value is JsonObject || (value is JsonArray { Count: > 0 } list && list.All(static i => i is JsonObject));
            if (isTable && _random.Next(3) > 0)
                tables.Add((path.Length == 0 ? Quoted(name) : $"{path}.{Quoted(name)}", value!));
            else
                text.Append(Quoted(name)).Append(" = ").Append(Inline(value!, " = ", Quoted)).Append('\n');
        }
        foreach (var (name, node) in tables)
        {
            foreach (var child in node is JsonArray list ? list.Select(static i => i!.AsObject()) : [node.AsObject()])
            {
                text.Append(node is JsonArray ? $"[[{name}]]\n" : $"[{name}]\n");
                WriteToml(child, name, text);
            }
        }
    }

    private static string Inline(JsonNode node, string assign, Func<string, string> quote) => node switch
    {
        JsonObject members => "{" + string.Join(", ", members.Select(m => Quoted(m.Key) + assign + Inline(m.Value!, assign, quote))) + "}",
        JsonArray items => "[" + string.Join(", ", items.Select(i => Inline(i!, assign, quote))) + "]",
        _ when node.GetValueKind() == JsonValueKind.String => quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>A quoting that JSON, YAML, TOML and HCL share: no pairs of escapes for what lies beyond 16 bits.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ' || c == '\u2028')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
