using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>How JSON is written.</summary>
internal enum JsonStyle
{
    /// <summary>Compact, with <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> as escapes.</summary>
    Escaped,

    /// <summary>Compact, with only the escapes that JSON needs.</summary>
    Raw,

    /// <summary>Indented by two spaces, with the escapes of <see cref="Escaped"/>.</summary>
    Pretty,
}

/// <summary>Values as Go's <c>encoding/json</c> writes them: keys ascending, the shortest numbers.</summary>
internal struct JsonWriter
{
    private static readonly SearchValues<char> AlwaysEscaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u2028\u2029");

    private readonly StringBuilder _text = new();
    private readonly JsonStyle _style;
    private string? _error;

    private JsonWriter(JsonStyle style) => _style = style;

    /// <summary>The JSON of a value; false when a part of it has none.</summary>
    /// <exception cref="TemplateFunctionException">The text grows beyond its limit.</exception>
    public static bool TryWrite(TemplateValue value, JsonStyle style, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        var writer = new JsonWriter(style);
        writer.Write(value, 0);
        (text, error) = (writer._error is null ? writer._text.ToString() : null, writer._error);
        return error is null;
    }

    private void Write(TemplateValue value, int depth)
    {
        SprigLimits.CheckCharacters("toJson", _text.Length);
        switch (value.Kind)
        {
            case TemplateKind.Bool:
                _text.Append(value.AsBool ? "true" : "false");
                break;
            case TemplateKind.Int:
                _text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value.AsInt}");
                break;
            case TemplateKind.Float:
                WriteNumber(value);
                break;
            case TemplateKind.String:
                WriteText(value.AsString);
                break;
            case TemplateKind.List:
                WriteList(value.AsList, depth);
                break;
            case TemplateKind.Map:
                WriteMap(value.AsMap, depth);
                break;
            case TemplateKind.Object:
                WriteObject(value, depth);
                break;
            default:
                _text.Append("null");
                break;
        }
    }

    private void WriteNumber(TemplateValue value)
    {
        if (value.NumberText is { } written && IsPlainInteger(written)) _text.Append(written);
        else if (double.IsFinite(value.AsFloat)) JsonNumber.Append(_text, value.AsFloat);
        else _error ??= $"json: unsupported value: {(double.IsNaN(value.AsFloat) ? "NaN" : value.AsFloat > 0 ? "+Inf" : "-Inf")}";
    }

    private static bool IsPlainInteger(string text) => text.AsSpan(text.StartsWith('-') ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0;

    private void WriteList(ITemplateList list, int depth)
    {
        if (IsTooDeep(depth)) return;
        _text.Append('[');
        for (var i = 0; i < list.Count && _error is null; i++)
        {
            if (i > 0) _text.Append(',');
            NewLine(depth + 1);
            Write(list[i], depth + 1);
        }
        if (list.Count > 0) NewLine(depth);
        _text.Append(']');
    }

    private void WriteMap(ITemplateMap map, int depth)
    {
        if (IsTooDeep(depth)) return;
        _text.Append('{');
        var isFirst = true;
        foreach (var key in map.SortedKeys)
        {
            if (_error is not null || !map.TryGet(key, out var value)) continue;
            if (!isFirst) _text.Append(',');
            isFirst = false;
            NewLine(depth + 1);
            WriteText(key);
            _text.Append(_style == JsonStyle.Pretty ? ": " : ":");
            Write(value, depth + 1);
        }
        if (!isFirst) NewLine(depth);
        _text.Append('}');
    }

    private void WriteObject(TemplateValue value, int depth)
    {
        if (value.AsObject is IJsonForm form) Write(form.JsonForm, depth);
        else _error ??= $"json: unsupported type: {value.TypeName}";
    }

    // A map that holds itself has no end.
    private bool IsTooDeep(int depth)
    {
        if (depth >= SprigLimits.Depth) _error ??= "json: unsupported value: the value is nested too deep";
        return _error is not null;
    }

    private readonly void NewLine(int depth)
    {
        if (_style == JsonStyle.Pretty) _text.Append('\n').Append(' ', 2 * depth);
    }

    private readonly void WriteText(string text)
    {
        SprigLimits.CheckCharacters("toJson", (long)_text.Length + text.Length);
        _text.Append('"');
        if (!text.AsSpan().ContainsAny(AlwaysEscaped) && !text.AsSpan().ContainsAny('<', '>', '&') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            _text.Append(text).Append('"');
            return;
        }
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) _text.Append(c).Append(text[++i]);
            else if (char.IsSurrogate(c)) _text.Append('\uFFFD');
            else WriteCharacter(c);
        }
        _text.Append('"');
    }

    private readonly void WriteCharacter(char c)
    {
        switch (c)
        {
            case '"' or '\\':
                _text.Append('\\').Append(c);
                return;
            case '\b':
                _text.Append("\\b");
                return;
            case '\f':
                _text.Append("\\f");
                return;
            case '\n':
                _text.Append("\\n");
                return;
            case '\r':
                _text.Append("\\r");
                return;
            case '\t':
                _text.Append("\\t");
                return;
        }
        if (c is < ' ' or '\u2028' or '\u2029' || (c is '<' or '>' or '&' && _style != JsonStyle.Raw))
            _text.Append("\\u").Append(Convert.ToHexStringLower([(byte)(c >> 8), (byte)c]));
        else
            _text.Append(c);
    }
}
