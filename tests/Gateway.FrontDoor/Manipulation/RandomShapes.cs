using System.Text;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>
/// Documents and configurations out of a seed. Few names and shallow documents, so that filters hit and keys collide.
/// </summary>
internal sealed class RandomShapes(int seed)
{
    private static readonly string[] s_names = ["a", "b", "c", "d", "é", "<k>", "abcdefgh1", "abcdefgh2", "collection", "content", "B"];
    private static readonly string[] s_rareNames = ["", "a.b", "\u2028", "😀", "q\"\\\n", "abcdefghijklmnopqrstuvwxyz0123456789abcdefgh"];
    private static readonly string[] s_scalars =
    [
        "0", "-0", "1", "1.0", "1.50", "1e3", "1E+3", "1e400", "12345678901234567890", "-9223372036854775808", "0.1", "true", "false", "null",
        "\"\"", "\"text\"", "\"<&>\"", "\"\\u003C\\u00e9\\/\"", "\"é漢😀\"", "\"\\ud83d\\ude00\\n\\t\\u0001\"", "\"\u2028\"", "\"a \\\"quoted\\\" \\\\ text that is longer than one load of the vector unit\"",
    ];
    private static readonly string[] s_spaces = ["", "", "", " ", "\n", "  ", "\t \r\n"];

    private readonly Random _random = new(seed);

    /// <summary>The body of a backend; mostly an object.</summary>
    public string Document()
    {
        var text = new StringBuilder(Space());
        switch (_random.Next(14))
        {
            case 0:
                text.Append("null");
                break;
            case 1:
                text.Append(Pick(s_scalars));
                break;
            case 2 or 3:
                Array(text, 3);
                break;
            default:
                Object(text, 3);
                break;
        }
        return text.Append(Space()).ToString();
    }

    public NaiveBackend Backend() => new()
    {
        Encoding = _random.Next(8) switch { 0 => "safejson", 1 => "string", 2 => "fast-json", _ => "json" },
        IsCollection = _random.Next(6) == 0,
        Target = _random.Next(5) == 0 ? Path() : "",
        Allow = _random.Next(3) == 0 ? Paths(1, 6) : [],
        Deny = _random.Next(2) == 0 ? Paths(1, 5) : [],
        Mapping = _random.Next(2) == 0 ? Mapping() : [],
        Group = _random.Next(4) == 0 ? Pick(s_names) : "",
        IsTree = _random.Next(4) == 0,
    };

    public bool Coin() => _random.Next(2) == 0;

    private void Object(StringBuilder text, int depth)
    {
        text.Append('{').Append(Space());
        var count = _random.Next(7);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',').Append(Space());
            text.Append(Quote(Name())).Append(Space()).Append(':').Append(Space());
            Value(text, depth - 1);
            text.Append(Space());
        }
        text.Append('}');
    }

    private void Array(StringBuilder text, int depth)
    {
        text.Append('[').Append(Space());
        var count = _random.Next(4);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',').Append(Space());
            Value(text, depth - 1);
            text.Append(Space());
        }
        text.Append(']');
    }

    private void Value(StringBuilder text, int depth)
    {
        switch (depth > 0 ? _random.Next(5) : 4)
        {
            case 0 or 1 or 2:
                Object(text, depth);
                break;
            case 3:
                Array(text, depth);
                break;
            default:
                text.Append(Pick(s_scalars));
                break;
        }
    }

    private string Name() => _random.Next(8) == 0 ? Pick(s_rareNames) : Pick(s_names);

    // Every other way to write a key means the same key.
    private string Quote(string name)
    {
        if (name.Length > 0 && _random.Next(10) == 0)
            return "\"" + string.Concat(name.Select(static c => $"\\u{(int)c:X4}")) + "\"";
        return "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
    }

    private string Path() => string.Join('.', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(s_names)));

    private string[] Paths(int least, int most) => [.. Enumerable.Range(0, _random.Next(least, most)).Select(_ => Path())];

    private KeyValuePair<string, string>[] Mapping() =>
        [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Pick(s_names)).Distinct().Select(name => KeyValuePair.Create(name, _random.Next(6) == 0 ? Path() : Pick(s_names)))];

    private string Space() => Pick(s_spaces);

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
