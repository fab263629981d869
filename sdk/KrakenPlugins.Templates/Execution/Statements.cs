using System.Runtime.CompilerServices;
using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary>How a statement ended.</summary>
internal enum Flow : byte
{
    Next,
    Break,
    Continue,
}

/// <summary>Something that runs and has no value.</summary>
internal abstract class Statement(int position) : Node(position)
{
    public abstract Flow Execute(Rendering run, in TemplateValue dot);
}

/// <summary>The statements of a template or a block.</summary>
internal sealed class StatementList(Statement[] statements)
{
    /// <summary>Whether there is nothing but white space, so that the list does not replace another of the same name.</summary>
    public bool IsEmpty => Array.TrueForAll(statements, s => s is TextStatement text && string.IsNullOrWhiteSpace(text.Text));

    public Flow Execute(Rendering run, in TemplateValue dot)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return FreshStack.Execute(this, run, dot);
        foreach (var statement in statements)
        {
            run.At = statement;
            run.Step();
            var flow = statement.Execute(run, dot);
            if (flow != Flow.Next) return flow;
        }
        return Flow.Next;
    }
}

/// <summary>Text outside of actions.</summary>
internal sealed class TextStatement(int position, string value) : Statement(position)
{
    public string Text => value;

    public override Flow Execute(Rendering run, in TemplateValue dot)
    {
        run.Write(this, value);
        return Flow.Next;
    }

    public override void Describe(StringBuilder text)
    {
        text.Append(value.AsSpan(0, Math.Min(value.Length, 20)));
        if (value.Length > 20) text.Append("...");
    }
}

/// <summary>An action whose value is written, unless it goes to variables.</summary>
internal sealed class ActionStatement(int position, Pipe pipe) : Statement(position)
{
    public override Flow Execute(Rendering run, in TemplateValue dot)
    {
        var value = pipe.Evaluate(run, dot);
        if (pipe.Variables.Length > 0) return Flow.Next;
        run.At = this;
        run.Write(this, value);
        return Flow.Next;
    }

    public override void Describe(StringBuilder text)
    {
        text.Append("{{");
        pipe.Describe(text);
        text.Append("}}");
    }
}

/// <summary><c>if</c> and <c>with</c>: the first branch whose condition is true, or the one without a condition.</summary>
internal sealed class ConditionStatement(int position, bool setsDot, (Pipe Condition, StatementList Body)[] branches, StatementList? otherwise)
    : Statement(position)
{
    public override Flow Execute(Rendering run, in TemplateValue dot)
    {
        foreach (var (condition, body) in branches)
        {
            var value = condition.Evaluate(run, dot);
            if (value.IsTrue) return setsDot ? body.Execute(run, value) : body.Execute(run, dot);
        }
        return otherwise is null ? Flow.Next : otherwise.Execute(run, dot);
    }

    public override void Describe(StringBuilder text)
    {
        text.Append(setsDot ? "{{with " : "{{if ");
        branches[0].Condition.Describe(text);
        text.Append("}}");
    }
}

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class JumpStatement(int position, Flow flow) : Statement(position)
{
    public override Flow Execute(Rendering run, in TemplateValue dot) => flow;

    public override void Describe(StringBuilder text) => text.Append(flow == Flow.Break ? "{{break}}" : "{{continue}}");
}

/// <summary><c>{{template "name" pipe}}</c></summary>
internal sealed class TemplateStatement(int position, TemplateSlot slot, Pipe? argument) : Statement(position)
{
    public override Flow Execute(Rendering run, in TemplateValue dot)
    {
        if (slot.Body is not { } body) throw run.Fail($"template {GoFormat.Quote(slot.Name)} not defined");
        run.RefuseDeeper();
        var value = argument is null ? default : argument.Evaluate(run, dot);
        run.Run(body, value);
        return Flow.Next;
    }

    public override void Describe(StringBuilder text)
    {
        text.Append("{{template ").Append(GoFormat.Quote(slot.Name));
        if (argument is not null)
        {
            text.Append(' ');
            argument.Describe(text);
        }
        text.Append("}}");
    }
}
