using System.Globalization;
using System.Text;
using Gateway.Core.Json;

namespace Gateway.Core.Tests.Json;

/// <summary>Documents and filters from a seed. Few names, so that they collide; all ways to write the same thing.</summary>
internal sealed class DocumentGenerator(int seed)
{
    private static readonly string[] Names =
        ["a", "b", "c", "id", "a.b", "name", "long_name_1", "long_name_2", "long_name_10", "<x>", "é", "\uE000", "\U0001F600", "q\"\\", "", "\u2028", "a\0", "collection", "content"];

    private static readonly string[] Numbers = ["0", "-0", "1.0", "12345678901234567890", "1e400", "1E-7", "-12.50e+3", "42"];

    private readonly Random _random = new(seed);
    private readonly bool _isCompact = seed % 3 == 0;
    private readonly bool _isPlain = seed % 4 == 0;

    public int Next(int limit) => _random.Next(limit);

    public string Document()
    {
        var text = new StringBuilder();
        Space(text);
        Object(text, 0);
        return text.ToString();
    }

    public JsonShapeOptions Options() => new()
    {
        Target = Next(5) == 0 ? Path() : "",
        Allow = Next(3) == 0 ? Paths() : [],
        Deny = Next(2) == 0 ? Paths() : [],
        Mapping = Next(3) == 0 ? [.. Enumerable.Range(0, 1 + Next(4)).Select(_ => KeyValuePair.Create(Name(), Name()))] : [],
        Group = Next(4) == 0 ? Names[Next(4)] : "",
    };

    public byte[] Mutate(byte[] document)
    {
        var bytes = document.ToList();
        for (var i = Next(4); i > 0 && bytes.Count > 0; i--)
        {
            var at = Next(bytes.Count);
            switch (Next(4))
            {
                case 0:
                    bytes.RemoveAt(at);
                    break;
                case 1:
                    bytes.Insert(at, "{}[],:\"\\ue0129.-+tfn \n\0\x80\xff"u8[Next(26)]);
                    break;
                case 2:
                    bytes[at] = (byte)Next(256);
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(Next(5), bytes.Count - at));
                    break;
            }
        }
        return [.. bytes];
    }

    private string Name() => Names[Next(Next(2) == 0 ? 3 : Names.Length)];

    private string Path() => string.Join('.', Enumerable.Range(0, 1 + Next(3)).Select(_ => Name()));

    private string[] Paths() => [.. Enumerable.Range(0, 1 + Next(5)).Select(_ => Path())];

    private void Value(StringBuilder text, int depth)
    {
        switch (Next(depth > 5 ? 5 : 8))
        {
            case 0:
                text.Append(Numbers[Next(Numbers.Length)]);
                break;
            case 1:
                text.Append(Next(2) == 0 ? "true" : "false");
                break;
            case 2:
                text.Append("null");
                break;
            case 3 or 4:
                String(text, string.Concat(Enumerable.Range(0, Next(8)).Select(_ => Name())));
                break;
            case 5:
                Array(text, depth);
                break;
            default:
                Object(text, depth);
                break;
        }
    }

    private void Array(StringBuilder text, int depth)
    {
        text.Append('[');
        Space(text);
        for (var i = Next(6); i > 0; i--)
        {
            Value(text, depth + 1);
            Space(text);
            if (i == 1)
                break;
            text.Append(',');
            Space(text);
        }
        text.Append(']');
    }

    private void Object(StringBuilder text, int depth)
    {
        text.Append('{');
        Space(text);
        for (var i = Next(8); i > 0; i--)
        {
            String(text, Name());
            Space(text);
            text.Append(':');
            Space(text);
            Value(text, depth + 1);
            Space(text);
            if (i == 1)
                break;
            text.Append(',');
            Space(text);
        }
        text.Append('}');
    }

    private void String(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            var isEscaped = rune.Value < ' ' || (!_isPlain && Next(12) == 0);
            if (!isEscaped && rune.Value is '"' or '\\')
                text.Append('\\');
            foreach (var unit in rune.ToString())
            {
                if (isEscaped)
                    text.Append("\\u").Append(((int)unit).ToString(Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
                else
                    text.Append(unit);
            }
        }
        text.Append('"');
    }

    private void Space(StringBuilder text)
    {
        if (!_isCompact && Next(6) == 0)
            text.Append(" \n\t\r "[Next(5)]).Append(' ', Next(3) == 0 ? Next(70) : 0);
    }
}
