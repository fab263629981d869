using KrakenPlugins.JsonSchema.Compilation;
using KrakenPlugins.JsonSchema.Values;

namespace KrakenPlugins.JsonSchema.Evaluation;

internal sealed partial class Evaluator<T, TChildren>
{
    // A long text costs as much as many small values.
    private const int CharactersPerStep = 64;

    // With collect the frame of the value is on top, every failure is reported, and text is made; without, the first one decides.
    private bool Holds(SchemaNode node, in T value, JsonInstanceKind kind, bool collect)
    {
        if (node.AlwaysFails)
        {
            if (collect)
                Report("", "is not allowed");
            return false;
        }
        if (node.Types != TypeSet.Any && !HasType(node.Types, value, kind))
        {
            if (collect)
                ReportType(node.Types, value, kind);
            return false;
        }
        var holds = IsListed(node, value, collect);
        if (!holds && !collect)
            return false;
        switch (kind)
        {
            case JsonInstanceKind.Number when node.Number is not null:
                return NumberHolds(node.Number, value, collect) && holds;
            case JsonInstanceKind.String when node.String is not null:
                return StringHolds(node.String, value, collect) && holds;
            case JsonInstanceKind.Array when node.Array is not null:
                return ArrayHolds(node.Array, value, collect) && holds;
            case JsonInstanceKind.Object when node.Object is not null:
                return ObjectHolds(node.Object, value, collect) && holds;
            default:
                return holds;
        }
    }

    private bool HasType(TypeSet types, in T value, JsonInstanceKind kind) => kind switch
    {
        JsonInstanceKind.Null => (types & TypeSet.Null) != 0,
        JsonInstanceKind.True or JsonInstanceKind.False => (types & TypeSet.Boolean) != 0,
        JsonInstanceKind.String => (types & TypeSet.String) != 0,
        JsonInstanceKind.Array => (types & TypeSet.Array) != 0,
        JsonInstanceKind.Object => (types & TypeSet.Object) != 0,
        _ => (types & TypeSet.Number) != 0 || ((types & TypeSet.Integer) != 0 && IsInteger(value.GetText(_text))),
    };

    private static bool IsInteger(ReadOnlySpan<char> number) =>
        DecimalText.TryParseSmall(number, out _) || DecimalText.Parse(number).IsInteger;

    private bool IsListed(SchemaNode node, in T value, bool collect)
    {
        if (node.Const is null && node.Enum is null)
            return true;
        _canonical.Clear();
        var isConst = node.Const is null || node.Const.Contains<T, TChildren>(value, _text, _canonical);
        if (!isConst && !collect)
            return false;
        var isEnum = node.Enum is null || node.Enum.Contains<T, TChildren>(value, _text, _canonical);
        _steps -= _canonical.Length / CharactersPerStep;
        if (collect)
            ReportListed(node, value, isConst, isEnum);
        return isConst && isEnum;
    }

    // Reporting a failure writes names into the same buffer: where there may be one, the text is taken out of it.
    private ReadOnlySpan<char> TextOf(in T value, bool collect) => collect ? value.GetText(_text).ToString() : value.GetText(_text);

    private bool NumberHolds(NumberRules rules, in T value, bool collect)
    {
        var text = TextOf(value, collect);
        var holds = true;
        if (rules.Minimum is { } minimum && minimum.Compare(text) is var low && (low < 0 || (low == 0 && rules.MinimumIsExclusive)))
            holds = Reject(collect, "minimum", rules.MinimumIsExclusive ? "must be more than " : "must be at least ", minimum, text);
        if (holds || collect)
        {
            if (rules.Maximum is { } maximum && maximum.Compare(text) is var high && (high > 0 || (high == 0 && rules.MaximumIsExclusive)))
                holds = Reject(collect, "maximum", rules.MaximumIsExclusive ? "must be less than " : "must be at most ", maximum, text);
            if (rules.ExclusiveMinimum is { } above && above.Compare(text) <= 0)
                holds = Reject(collect, "exclusiveMinimum", "must be more than ", above, text);
            if (rules.ExclusiveMaximum is { } below && below.Compare(text) >= 0)
                holds = Reject(collect, "exclusiveMaximum", "must be less than ", below, text);
        }
        if ((holds || collect) && rules.MultipleOf is { } step && !step.Divides(text))
            holds = Reject(collect, "multipleOf", "must be a multiple of ", step, text);
        return holds;
    }

    private bool Reject(bool collect, string keyword, string expected, NumberBound bound, ReadOnlySpan<char> text)
    {
        if (collect)
            Report(keyword, $"{expected}{bound.Text}, not {Shorten(text)}");
        return false;
    }

    private bool StringHolds(StringRules rules, in T value, bool collect)
    {
        var text = TextOf(value, collect);
        var holds = true;
        if (rules.MinLength > 0 || rules.MaxLength < text.Length)
            holds = LengthHolds(rules, text, collect);
        _steps -= text.Length / CharactersPerStep;
        if ((holds || collect) && rules.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            holds = false;
            if (collect)
                Report("pattern", $"must match the pattern {pattern.Text}, not \"{Shorten(text)}\"");
        }
        if ((holds || collect) && rules.Format is { } format && !format.IsMatch(text))
        {
            holds = false;
            if (collect)
                Report("format", $"must be in the format \"{format.Name}\", not \"{Shorten(text)}\"");
        }
        return holds;
    }

    private bool LengthHolds(StringRules rules, ReadOnlySpan<char> text, bool collect)
    {
        var length = CodePoints(text);
        if (length < rules.MinLength)
        {
            if (collect)
                Report("minLength", $"must have at least {Count(rules.MinLength, "character")}, not {length}");
            return false;
        }
        if (length <= rules.MaxLength)
            return true;
        if (collect)
            Report("maxLength", $"must have at most {Count(rules.MaxLength, "character")}, not {length}");
        return false;
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (!char.IsSurrogatePair(text[i - 1], text[i]))
                continue;
            length--;
            i++;
        }
        return length;
    }

    private bool ArrayHolds(ArrayRules rules, in T value, bool collect)
    {
        var holds = true;
        if (rules.MinItems > 0 || rules.MaxItems < long.MaxValue)
            holds = CountHolds(rules.MinItems, rules.MaxItems, value.Count, "minItems", "maxItems", "item", collect);
        if (rules.UniqueItems)
            _steps -= value.Count;
        if ((holds || collect) && rules.UniqueItems
            && Values.UniqueItems.HasDuplicate<T, TChildren>(value, _text, _canonical, out var first, out var second))
        {
            holds = false;
            if (collect)
                Report("uniqueItems", $"must not repeat an item: [{first}] and [{second}] are equal");
        }
        return holds;
    }

    private bool ObjectHolds(ObjectRules rules, in T value, bool collect)
    {
        var holds = true;
        if (rules.MinProperties > 0 || rules.MaxProperties < long.MaxValue)
            holds = CountHolds(rules.MinProperties, rules.MaxProperties, value.Count, "minProperties", "maxProperties", "property", collect);
        return holds;
    }

    private bool CountHolds(long minimum, long maximum, int count, string minimumKeyword, string maximumKeyword, string what, bool collect)
    {
        if (count >= minimum && count <= maximum)
            return true;
        if (collect && count < minimum)
            Report(minimumKeyword, $"must have at least {Count(minimum, what)}, not {count}");
        else if (collect)
            Report(maximumKeyword, $"must have at most {Count(maximum, what)}, not {count}");
        return false;
    }
}
