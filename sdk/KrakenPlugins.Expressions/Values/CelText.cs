using System.Globalization;
using System.Text;

namespace KrakenPlugins.Expressions.Values;

/// <summary>Values as people read them in errors and logs: short, whatever they hold.</summary>
internal static class CelText
{
    private const int MaxText = 100;
    private const int MaxElements = 10;
    private const int MaxDepth = 4;

    public static string Describe(in CelValue value)
    {
        if (value.Kind == CelKind.String)
            return Quote(value.RawString);
        var text = new StringBuilder();
        Describe(text, value, 0);
        return text.ToString();
    }

    /// <summary>What a value is without what it says, which may be a secret: errors get into logs.</summary>
    public static string Kind(in CelValue value) => value.Kind == CelKind.String
        ? string.Create(CultureInfo.InvariantCulture, $"a string of {value.RawString.Length} characters")
        : $"a value of type {value.Type.Name}";

    /// <summary>The types of arguments: <c>int, string</c>.</summary>
    public static string Types(ReadOnlySpan<CelValue> values)
    {
        var text = new StringBuilder();
        foreach (ref readonly var value in values)
            text.Append(text.Length == 0 ? "" : ", ").Append(value.Type.Name);
        return text.ToString();
    }

    private static void Describe(StringBuilder text, in CelValue value, int depth)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                text.Append("null");
                return;
            case CelKind.Bool:
                text.Append(value.IsTrue ? "true" : "false");
                return;
            case CelKind.Int:
                text.Append(CultureInfo.InvariantCulture, $"{value.Bits}");
                return;
            case CelKind.Uint:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsUint}u");
                return;
            case CelKind.Double:
                text.Append(value.RawDouble.ToString("R", CultureInfo.InvariantCulture));
                return;
            case CelKind.String:
                text.Append(Quote(value.RawString));
                return;
            case CelKind.Bytes:
                text.Append(CultureInfo.InvariantCulture, $"bytes({value.AsBytes.Length})");
                return;
            case CelKind.Duration:
                text.Append("duration('").Append(CelTime.Format(value)).Append("')");
                return;
            case CelKind.Timestamp:
                text.Append("timestamp('").Append(CelTime.Format(value)).Append("')");
                return;
            case CelKind.Type:
                text.Append(value.AsType.Name);
                return;
            case CelKind.List:
                List(text, value.RawList, depth + 1);
                return;
            case CelKind.Map:
                Map(text, value.RawMap, depth + 1);
                return;
            case CelKind.Optional:
                Optional(text, value, depth + 1);
                return;
            case CelKind.Opaque:
                text.Append(value.AsOpaque.Type.Name).Append("('").Append(value.AsOpaque).Append("')");
                return;
            default:
                text.Append("error: ").Append(value.AsError.Message);
                return;
        }
    }

    private static string Quote(string text) => text.Length <= MaxText ? $"'{text}'" : $"'{text.AsSpan(0, MaxText)}…'";

    private static void List(StringBuilder text, CelList list, int depth)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (i == MaxElements || depth > MaxDepth)
            {
                text.Append('…');
                break;
            }
            Describe(text, list[i], depth);
        }
        text.Append(']');
    }

    private static void Map(StringBuilder text, CelMap map, int depth)
    {
        using var keys = new MapKeys(map);
        text.Append('{');
        for (var i = 0; i < keys.Span.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (i == MaxElements || depth > MaxDepth)
            {
                text.Append('…');
                break;
            }
            Describe(text, keys.Span[i], depth);
            text.Append(": ");
            Describe(text, map.TryGet(keys.Span[i], out var value) ? value : default, depth);
        }
        text.Append('}');
    }

    private static void Optional(StringBuilder text, in CelValue value, int depth)
    {
        if (!value.TryGetOptional(out var content))
        {
            text.Append("optional.none()");
            return;
        }
        text.Append("optional.of(");
        if (depth > MaxDepth)
            text.Append('…');
        else
            Describe(text, content, depth);
        text.Append(')');
    }
}
