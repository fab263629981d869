using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Filters;

/// <summary>What a filter asks. Immutable; serves all calls at once.</summary>
internal abstract class Condition
{
    /// <summary>Whether it holds for the message of the phase.</summary>
    public abstract bool IsTrue(ref readonly Call call);
}

/// <summary>Runs one modifier when a condition holds and, if there is one, another when it does not (MAN-160).</summary>
internal sealed class Filter : Modifier
{
    private readonly Condition _condition;
    private readonly Modifier? _then;
    private readonly Modifier? _otherwise;

    private Filter(Condition condition, Modifier? then, Modifier? otherwise)
    {
        _condition = condition;
        _then = then;
        _otherwise = otherwise;
    }

    /// <summary>The component of a filter that knows <c>else</c>.</summary>
    public static Component Compile(Definition definition, Phases supported, Condition condition) =>
        Compile(definition, supported, condition, definition.OptionalChild("else"));

    /// <summary>The component of a filter that does not; one that stands there has no effect.</summary>
    public static Component CompileWithoutElse(Definition definition, Phases supported, Condition condition)
    {
        definition.Ignore("else", "this filter has no \"else\"; it is ignored");
        return Compile(definition, supported, condition, null);
    }

    public override string? Apply(ref Call call) => (_condition.IsTrue(in call) ? _then : _otherwise)?.Apply(ref call);

    private static Component Compile(Definition definition, Phases supported, Condition condition, Component? otherwise)
    {
        var then = definition.Child("modifier");
        return definition.Scoped(supported, Of(condition, then.Request, otherwise?.Request), Of(condition, then.Response, otherwise?.Response));
    }

    private static Filter? Of(Condition condition, Modifier? then, Modifier? otherwise) =>
        then is null && otherwise is null ? null : new Filter(condition, then, otherwise);
}
