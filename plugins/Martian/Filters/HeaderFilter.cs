using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Re2;

namespace KrakenPlugins.Martian.Filters;

/// <summary><c>header.Filter</c>: a header is there, or one of its values is the given one (MAN-162).</summary>
internal sealed class HeaderFilter(HeaderField field, string? value) : Condition
{
    public static Component Compile(Definition definition) =>
        Filter.Compile(definition, Phases.Both, new HeaderFilter(definition.Header("name"), definition.OptionalText("value")));

    public override bool IsTrue(ref readonly Call call) => value is null ? field.Get(in call) is not null : field.HasValue(in call, value);
}

/// <summary>
/// <c>header.RegexFilter</c>: the first value of a header of the request matches, whatever the phase; an absent or empty one does not
/// (MAN-163).
/// </summary>
internal sealed class HeaderRegexFilter(HeaderField field, Re2Regex expression) : Condition
{
    public static Component Compile(Definition definition) => Filter.CompileWithoutElse(
        definition, Phases.Both, new HeaderRegexFilter(definition.Header("header"), Expression.Of(definition, "regex")));

    public override bool IsTrue(ref readonly Call call)
    {
        var request = new Call(call.Request, 0);
        return field.Get(in request) is { Length: > 0 } value && expression.IsMatch(value);
    }
}
