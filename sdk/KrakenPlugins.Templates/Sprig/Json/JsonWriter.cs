using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Templates.Formatting;

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
    private static readonly SearchValues<char> AlwaysSpecial = SearchValues.Create(SpecialCharacters(""));
    private static readonly SearchValues<char> Special = SearchValues.Create(SpecialCharacters("<>&"));

    private const int KeptLength = 64 * 1024;

    [ThreadStatic]
    private static TextBuffer? t_buffer;

    private readonly TextBuffer _text;
    private readonly JsonStyle _style;
    private string? _error;

    private JsonWriter(TextBuffer text, JsonStyle style) => (_text, _style) = (text, style);

    /// <summary>The JSON of a value; false when a part of it has none.</summary>
    /// <exception cref="TemplateFunctionException">The text grows beyond its limit.</exception>
    public static bool TryWrite(TemplateValue value, JsonStyle style, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        var buffer = t_buffer ?? new TextBuffer(SprigLimits.Characters);
        t_buffer = null;
        var writer = new JsonWriter(buffer, style);
        try
        {
            writer.Write(value, 0);
        }
        catch (TextLimitException e)
        {
            throw new TemplateFunctionException($"toJson: {e.Message}", e);
        }
        (text, error) = (writer._error is null ? buffer.ToString() : null, writer._error);
        if (buffer.Length > KeptLength) return error is null;
        buffer.Truncate(0);
        t_buffer = buffer;
        return error is null;
    }

    private static string SpecialCharacters(string more)
    {
        var surrogates = Enumerable.Range(0xD800, 0x800).Select(static code => (char)code);
        var controls = Enumerable.Range(0, 0x20).Select(static code => (char)code);
        return string.Concat(controls.Concat(surrogates).Concat("\"\\\u2028\u2029" + more));
    }

    private void Write(TemplateValue value, int depth)
    {
        switch (value.Kind)
        {
            case TemplateKind.Bool:
                _text.Append(value.AsBool ? "true" : "false");
                break;
            case TemplateKind.Int:
                _text.Append(value.AsInt);
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
        if (SprigLimits.IsTooDeep(depth)) _error ??= "json: unsupported value: the value is nested too deep";
        return _error is not null;
    }

    private readonly void NewLine(int depth)
    {
        if (_style != JsonStyle.Pretty) return;
        _text.Append('\n');
        _text.Fill(' ', 2 * depth);
    }

    private readonly void WriteText(string text)
    {
        _text.Append('"');
        var rest = text.AsSpan();
        while (true)
        {
            var plain = rest.IndexOfAny(_style == JsonStyle.Raw ? AlwaysSpecial : Special);
            _text.Append(plain < 0 ? rest : rest[..plain]);
            if (plain < 0) break;
            rest = rest[plain..];
            rest = rest[WriteSpecial(rest)..];
        }
        _text.Append('"');
    }

    // Writes the first character of a text, and tells how many code units it has.
    private readonly int WriteSpecial(ReadOnlySpan<char> text)
    {
        var c = text[0];
        if (char.IsSurrogate(c))
        {
            var isPair = text.Length > 1 && char.IsSurrogatePair(c, text[1]);
            _text.Append(isPair ? text[..2] : "\uFFFD");
            return isPair ? 2 : 1;
        }
        _text.Append('\\');
        var at = "\"\\\b\f\n\r\t".IndexOf(c, StringComparison.Ordinal);
        if (at >= 0)
        {
            _text.Append("\"\\bfnrt"[at]);
            return 1;
        }
        _text.Append('u');
        for (var shift = 12; shift >= 0; shift -= 4) _text.Append("0123456789abcdef"[c >> shift & 15]);
        return 1;
    }
}
