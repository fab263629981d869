using System.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>The extension library of texts. Positions count code points.</summary>
internal static class StringExtensions
{
    private static readonly CelType s_texts = CelType.List(CelType.String);

    public static IEnumerable<CelFunction> Create() =>
    [
        new("charAt", CelOverload.Member("string_char_at_int", CelType.String, CelType.String, CelType.Int, CharAt) with { IsPure = true }),
        new("lowerAscii", CelOverload.Member("string_lower_ascii", CelType.String, CelType.String, static (ref context, in a) => Change(ref context, a, ToLower)) with { IsPure = true }),
        new("upperAscii", CelOverload.Member("string_upper_ascii", CelType.String, CelType.String, static (ref context, in a) => Change(ref context, a, ToUpper)) with { IsPure = true }),
        new("trim", CelOverload.Member("string_trim", CelType.String, CelType.String, Trim) with { IsPure = true }),
        new("reverse", CelOverload.Member("string_reverse", CelType.String, CelType.String, Reverse) with { IsPure = true }),
        new("substring",
            CelOverload.Member("string_substring_int", CelType.String, CelType.String, CelType.Int, static (ref context, in a, in start) =>
                Substring(ref context, a.RawString, start.Bits, null)) with { IsPure = true },
            CelOverload.Member("string_substring_int_int", CelType.String, CelType.String, CelType.Int, CelType.Int, static (ref context, in a, in start, in end) =>
                Substring(ref context, a.RawString, start.Bits, end.Bits)) with { IsPure = true }),
        new("replace",
            CelOverload.Member("string_replace_string_string", CelType.String, CelType.String, CelType.String, CelType.String, static (ref context, in a, in old, in with) =>
                TextSplitting.Replace(ref context, a.RawString, old.RawString, with.RawString, -1)) with { IsPure = true },
            CelOverload.Member("string_replace_string_string_int", CelType.String, [CelType.String, CelType.String, CelType.String, CelType.Int], static (ref context, scoped a) =>
                TextSplitting.Replace(ref context, a[0].RawString, a[1].RawString, a[2].RawString, a[3].Bits)) with { IsPure = true }),
        new("split",
            CelOverload.Member("string_split_string", s_texts, CelType.String, CelType.String, static (ref context, in a, in by) =>
                TextSplitting.Split(ref context, a.RawString, by.RawString, -1)) with { IsPure = true },
            CelOverload.Member("string_split_string_int", s_texts, CelType.String, CelType.String, CelType.Int, static (ref context, in a, in by, in limit) =>
                TextSplitting.Split(ref context, a.RawString, by.RawString, limit.Bits)) with { IsPure = true }),
        new("join",
            CelOverload.Member("list_join", CelType.String, s_texts, static (ref context, in a) => TextSplitting.Join(ref context, a.RawList, "")) with { IsPure = true },
            CelOverload.Member("list_join_string", CelType.String, s_texts, CelType.String, static (ref context, in a, in by) =>
                TextSplitting.Join(ref context, a.RawList, by.RawString)) with { IsPure = true }),
        new("format", CelOverload.Member("string_format", CelType.String, CelType.String, CelType.List(CelType.Dyn), TextFormat.Format) with { IsPure = true }),
        new("strings.quote", CelOverload.Global("strings_quote", CelType.String, CelType.String, Quote) with { IsPure = true }),
        .. TextSearch.Create(),
    ];

    private static CelValue CharAt(ref CelContext context, in CelValue a, in CelValue position)
    {
        var text = a.RawString;
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        var at = CodePoints.Offset(text, position.Bits);
        if (at < 0)
            return CelErrors.IndexOutOfRange(position.Bits);
        return CelValue.Of(at == text.Length ? "" : text.Substring(at, CodePoints.Length(text, at)));
    }

    // What is not ASCII stays as it is.
    private static char ToLower(char character) => char.IsAsciiLetterUpper(character) ? (char)(character | 0x20) : character;

    private static char ToUpper(char character) => char.IsAsciiLetterLower(character) ? (char)(character & ~0x20) : character;

    private static CelValue Change(ref CelContext context, in CelValue a, Func<char, char> change)
    {
        var text = a.RawString;
        if (!context.TryChargeText(text.Length * 4L))
            return CelContext.CostExceeded;
        var at = 0;
        while (at < text.Length && change(text[at]) == text[at])
            at++;
        if (at == text.Length)
            return a;
        return CelValue.Of(string.Create(text.Length, (text, change), static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source.change(source.text[i]);
        }));
    }

    private static CelValue Trim(ref CelContext context, in CelValue a)
    {
        var text = a.RawString;
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        var trimmed = text.AsSpan().Trim();
        return trimmed.Length == text.Length ? a : CelValue.Of(trimmed.ToString());
    }

    private static CelValue Reverse(ref CelContext context, in CelValue a)
    {
        var text = a.RawString;
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        return CelValue.Of(string.Create(text.Length, text, static (span, source) =>
        {
            for (var at = 0; at < source.Length;)
            {
                var length = CodePoints.Length(source, at);
                source.AsSpan(at, length).CopyTo(span[(source.Length - at - length)..]);
                at += length;
            }
        }));
    }

    private static CelValue Substring(ref CelContext context, string text, long start, long? end)
    {
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        var from = CodePoints.Offset(text, start);
        if (from < 0)
            return CelErrors.IndexOutOfRange(start);
        var to = end is null ? text.Length : CodePoints.Offset(text, end.Value);
        if (to < 0)
            return CelErrors.IndexOutOfRange(end!.Value);
        return from <= to
            ? CelValue.Of(text[from..to])
            : CelValue.Error(CelErrorCode.IndexOutOfRange, $"invalid substring range. start: {start}, end: {end}");
    }

    private static CelValue Quote(ref CelContext context, in CelValue a)
    {
        var text = a.RawString;
        if (!context.TryChargeText(text.Length * 2L))
            return CelContext.CostExceeded;
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            switch (character)
            {
                case '\a': quoted.Append("\\a"); break;
                case '\b': quoted.Append("\\b"); break;
                case '\f': quoted.Append("\\f"); break;
                case '\n': quoted.Append("\\n"); break;
                case '\r': quoted.Append("\\r"); break;
                case '\t': quoted.Append("\\t"); break;
                case '\v': quoted.Append("\\v"); break;
                case '\\': quoted.Append("\\\\"); break;
                case '"': quoted.Append("\\\""); break;
                default: quoted.Append(character); break;
            }
        }
        return CelValue.Of(quoted.Append('"').ToString());
    }
}
