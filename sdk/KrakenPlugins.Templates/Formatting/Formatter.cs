using System.Runtime.CompilerServices;
using System.Text;

namespace KrakenPlugins.Templates.Formatting;

/// <summary>Formats values by a verb and its flags, as Go's <c>fmt</c> does.</summary>
internal ref partial struct Formatter(TextBuffer buffer)
{
    /// <summary>Lists in lists beyond this are taken for a value that contains itself.</summary>
    private const int MaxDepth = 10_000;

    private readonly TextBuffer _buffer = buffer;
    private bool _plus, _minus, _sharp, _space, _zero, _goSyntax, _goodIndex, _reordered;
    private int? _width, _precision;

    /// <summary>Appends a value as an action prints it, without flags.</summary>
    public static void Print(TextBuffer buffer, in TemplateValue value)
    {
        switch (value.Kind)
        {
            case TemplateKind.String:
                buffer.Append(value.AsString);
                return;
            case TemplateKind.Int:
                buffer.Append(value.AsInt);
                return;
            case TemplateKind.Bool:
                buffer.Append(value.AsBool ? "true" : "false");
                return;
            case TemplateKind.Float:
                if (value.NumberText is { } text) buffer.Append(text);
                else FloatText.AppendValue(buffer, value.AsFloat);
                return;
            default:
                new Formatter(buffer).Format(value, 'v');
                return;
        }
    }

    /// <summary>Appends a value by a verb, with the flags that are set.</summary>
    private void Format(in TemplateValue value, int verb)
    {
        if (value.IsNothing)
        {
            if (verb is 'T' or 'v') Pad("<nil>");
            else BadVerb(value, verb);
            return;
        }
        switch (verb)
        {
            case 'T':
                PadTruncated(value.TypeName);
                return;
            case 'p':
                BadVerb(value, verb);
                return;
            default:
                FormatDeep(value, verb, 0);
                return;
        }
    }

    private void FormatDeep(in TemplateValue value, int verb, int depth)
    {
        switch (value.Kind)
        {
            case TemplateKind.Bool:
                if (verb is 't' or 'v') Pad(value.AsBool ? "true" : "false");
                else BadVerb(value, verb);
                return;
            case TemplateKind.Int:
                FormatInteger(value, value.AsInt, verb);
                return;
            case TemplateKind.Float:
                FormatFloat(value, verb);
                return;
            case TemplateKind.String:
                FormatText(value, value.AsString, verb);
                return;
            case TemplateKind.List:
                FormatList(value.AsList, verb, depth);
                return;
            case TemplateKind.Map:
                FormatMap(value.AsMap, verb, depth);
                return;
            case TemplateKind.Object:
                FormatText(value, ObjectText(value.AsObject), verb);
                return;
            default:
                _buffer.Append(_goSyntax ? "interface {}(nil)" : "<nil>");
                return;
        }
    }

    private static string ObjectText(object value) => value switch
    {
        ITemplateObject described => described.Text,
        TemplateFunction function => function.Name,
        IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private void FormatList(ITemplateList list, int verb, int depth)
    {
        EnterDepth(depth);
        if (_goSyntax) _buffer.Append(list.TypeName);
        _buffer.Append(_goSyntax ? '{' : '[');
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0) _buffer.Append(_goSyntax ? ", " : " ");
            FormatDeep(list[i], verb, depth + 1);
        }
        _buffer.Append(_goSyntax ? '}' : ']');
    }

    private void FormatMap(ITemplateMap map, int verb, int depth)
    {
        EnterDepth(depth);
        _buffer.Append(_goSyntax ? map.TypeName : "map");
        _buffer.Append(_goSyntax ? '{' : '[');
        var keys = map.SortedKeys;
        for (var i = 0; i < keys.Count; i++)
        {
            if (i > 0) _buffer.Append(_goSyntax ? ", " : " ");
            FormatText(TemplateValue.From(keys[i]), keys[i], verb);
            _buffer.Append(':');
            map.TryGet(keys[i], out var value);
            FormatDeep(value, verb, depth + 1);
        }
        _buffer.Append(_goSyntax ? '}' : ']');
    }

    private static void EnterDepth(int depth)
    {
        if (depth >= MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateFunctionException("a list or map is nested too deeply to print, or contains itself");
    }

    private void FormatText(in TemplateValue value, string text, int verb)
    {
        switch (verb)
        {
            case 'v' when !_goSyntax:
            case 's':
                PadTruncated(text);
                return;
            case 'v':
            case 'q':
                FormatQuoted(Truncated(text));
                return;
            case 'x':
            case 'X':
                FormatBytes(text, verb == 'X');
                return;
            default:
                BadVerb(value, verb);
                return;
        }
    }

    private void FormatQuoted(ReadOnlySpan<char> text)
    {
        var start = _buffer.Length;
        if (_sharp && GoQuote.CanBackquote(text))
        {
            _buffer.Append('`');
            _buffer.Append(text);
            _buffer.Append('`');
        }
        else
        {
            GoQuote.Append(_buffer, text, '"', _plus);
        }
        PadFrom(start);
    }

    private void FormatBytes(string text, bool upper)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = Math.Min(bytes.Length, _precision ?? int.MaxValue);
        if (length == 0)
        {
            Padding(_width ?? 0);
            return;
        }
        var start = _buffer.Length;
        var digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
        for (var i = 0; i < length; i++)
        {
            if (_space && i > 0) _buffer.Append(' ');
            if (_sharp && (_space || i == 0)) _buffer.Append(upper ? "0X" : "0x");
            _buffer.Append(digits[bytes[i] >> 4]);
            _buffer.Append(digits[bytes[i] & 15]);
        }
        PadFrom(start);
    }

    /// <summary>Writes <c>%!verb(type=value)</c>.</summary>
    private void BadVerb(in TemplateValue value, int verb)
    {
        _buffer.Append("%!");
        AppendVerb(verb);
        _buffer.Append('(');
        if (value.IsNothing)
        {
            _buffer.Append("<nil>");
        }
        else
        {
            _buffer.Append(value.TypeName);
            _buffer.Append('=');
            Format(value, 'v');
        }
        _buffer.Append(')');
    }

    private readonly void AppendVerb(int verb) => _buffer.Append(Rune.IsValid(verb) ? new Rune(verb) : Rune.ReplacementChar);

    private readonly ReadOnlySpan<char> Truncated(string text)
    {
        if (_precision is not { } most || text.Length <= most) return text;
        var end = 0;
        for (var count = 0; end < text.Length && count < most; count++) end += char.IsSurrogatePair(text, end) ? 2 : 1;
        return text.AsSpan(0, end);
    }

    private void PadTruncated(string text) => Pad(Truncated(text));

    private void Pad(ReadOnlySpan<char> text)
    {
        var start = _buffer.Length;
        _buffer.Append(text);
        PadFrom(start);
    }

    /// <summary>Brings what was appended since a start to the width: on the left with spaces or zeros, with <c>-</c> on the right.</summary>
    private void PadFrom(int start)
    {
        if (_width is not { } width) return;
        var written = _buffer.Text[start..];
        var missing = width - written.Length;
        foreach (var c in written)
        {
            if (char.IsLowSurrogate(c)) missing++;
        }
        if (missing <= 0) return;
        Padding(missing);
        if (!_minus) _buffer.MovePaddingBefore(start, missing);
    }

    private readonly void Padding(int count) => _buffer.Fill(_zero && !_minus ? '0' : ' ', count);
}
