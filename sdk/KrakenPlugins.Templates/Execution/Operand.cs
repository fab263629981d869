using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary>A word of a command: it has a value by itself, and as the first word it may take the others as arguments.</summary>
internal abstract class Operand(int position) : Node(position)
{
    /// <summary>The value without arguments.</summary>
    public abstract TemplateValue Evaluate(Rendering run, in TemplateValue dot);

    /// <summary>The value as the first word of a command, with what comes through the pipe as last argument.</summary>
    public virtual TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        RefuseArguments(run, command, isPiped);
        return Evaluate(run, dot);
    }

    /// <summary>The value as an argument for a parameter.</summary>
    public virtual TemplateValue EvaluateAs(Rendering run, in TemplateValue dot, TemplateParameter parameter)
    {
        run.At = this;
        var value = Evaluate(run, dot);
        return run.Fit(value, parameter);
    }

    protected static void RefuseArguments(Rendering run, Command command, bool isPiped)
    {
        if (isPiped || command.Words.Length > 1) throw run.Fail($"can't give argument to non-function {command.Words[0]}");
    }
}

/// <summary><c>.</c></summary>
internal sealed class Dot(int position) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot) => dot;

    public override void Describe(StringBuilder text) => text.Append('.');
}

/// <summary><c>.a.b</c></summary>
internal sealed class Field(int position, string[] names) : Operand(position)
{
    public string[] Names => names;

    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        return run.Walk(this, names, dot, dot, null, default, false);
    }

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        return run.Walk(this, names, dot, dot, command, piped, isPiped);
    }

    public override void Describe(StringBuilder text)
    {
        foreach (var name in names) text.Append('.').Append(name);
    }
}

/// <summary><c>$x</c> or <c>$x.a.b</c>; a slot of -1 is a variable that is read before it is declared.</summary>
internal sealed class Variable(int position, string name, int slot, string[] fields) : Operand(position)
{
    public string Name => name;

    public int Slot => slot;

    public string[] Fields => fields;

    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        var value = run.GetVariable(slot, name);
        return fields.Length == 0 ? value : run.Walk(this, fields, dot, value, null, default, false);
    }

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        var value = run.GetVariable(slot, name);
        if (fields.Length > 0) return run.Walk(this, fields, dot, value, command, piped, isPiped);
        RefuseArguments(run, command, isPiped);
        return value;
    }

    public override void Describe(StringBuilder text)
    {
        text.Append(name);
        foreach (var field in fields) text.Append('.').Append(field);
    }
}

/// <summary>Fields of something else: <c>(index .l 0).a.b</c>, <c>now.Year</c>.</summary>
internal sealed class Chain(int position, Operand start, string[] fields) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot) =>
        run.Walk(this, fields, dot, Start(run, dot), null, default, false);

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped) =>
        run.Walk(this, fields, dot, Start(run, dot), command, piped, isPiped);

    public override void Describe(StringBuilder text)
    {
        if (start is Pipe) text.Append('(');
        start.Describe(text);
        if (start is Pipe) text.Append(')');
        foreach (var field in fields) text.Append('.').Append(field);
    }

    private TemplateValue Start(Rendering run, in TemplateValue dot)
    {
        run.At = start;
        var value = start.Evaluate(run, dot);
        return value;
    }
}
