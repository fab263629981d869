using System.Globalization;

namespace Gateway.Core.Json;

/// <summary>What the tokenizer did not accept.</summary>
internal enum JsonFaultKind
{
    None,
    ValueExpected,
    KeyExpected,
    AfterKey,
    AfterMember,
    AfterElement,
    InString,
    InEscape,
    InHexEscape,
    InNumber,
    AfterPoint,
    InExponent,
    InTrue,
    InFalse,
    InNull,
    TooDeep,
    TooMany,
}

/// <summary>A fault and the offset of the byte that caused it; worded as Go's <c>encoding/json</c> does.</summary>
internal readonly record struct JsonFault(JsonFaultKind Kind, int Position)
{
    /// <summary>The text for the log and the client.</summary>
    public string Describe(ReadOnlySpan<byte> document)
    {
        if (Kind == JsonFaultKind.TooDeep)
            return "exceeded max depth";
        if (Kind == JsonFaultKind.TooMany)
            return "exceeded max number of values";
        if (Position >= document.Length)
            return document.IndexOfAnyExcept(" \t\r\n"u8) < 0 ? "EOF" : "unexpected EOF";
        return $"invalid character {Quote(document[Position])} {Where(document)}";
    }

    private string Where(ReadOnlySpan<byte> document) => Kind switch
    {
        JsonFaultKind.KeyExpected => "looking for beginning of object key string",
        JsonFaultKind.AfterKey => "after object key",
        JsonFaultKind.AfterMember => "after object key:value pair",
        JsonFaultKind.AfterElement => "after array element",
        JsonFaultKind.InString => "in string literal",
        JsonFaultKind.InEscape => "in string escape code",
        JsonFaultKind.InHexEscape => "in \\u hexadecimal character escape",
        JsonFaultKind.InNumber => "in numeric literal",
        JsonFaultKind.AfterPoint => "after decimal point in numeric literal",
        JsonFaultKind.InExponent => "in exponent of numeric literal",
        JsonFaultKind.InTrue => InLiteral(document, "true"),
        JsonFaultKind.InFalse => InLiteral(document, "false"),
        JsonFaultKind.InNull => InLiteral(document, "null"),
        _ => "looking for beginning of value",
    };

    private string InLiteral(ReadOnlySpan<byte> document, string literal)
    {
        var matched = 1;
        while (matched < literal.Length - 1 && Position - matched > 0 && document[Position - matched] != literal[0])
            matched++;
        return $"in literal {literal} (expecting '{literal[matched]}')";
    }

    private static string Quote(byte value) => value switch
    {
        (byte)'\'' => "'\\''",
        (byte)'\n' => "'\\n'",
        (byte)'\r' => "'\\r'",
        (byte)'\t' => "'\\t'",
        (byte)'\b' => "'\\b'",
        (byte)'\f' => "'\\f'",
        (byte)'\a' => "'\\a'",
        (byte)'\v' => "'\\v'",
        (byte)'\\' => "'\\\\'",
        < 0x20 or 0x7F => string.Create(CultureInfo.InvariantCulture, $"'\\x{value:x2}'"),
        (>= 0x80 and <= 0xA0) or 0xAD => string.Create(CultureInfo.InvariantCulture, $"'\\u{(int)value:x4}'"),
        _ => $"'{(char)value}'",
    };
}
