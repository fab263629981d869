using System.Runtime.CompilerServices;
using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary>A function or value with its arguments.</summary>
internal sealed class Command(int position, Operand[] words) : Node(position)
{
    public Operand[] Words => words;

    public ReadOnlySpan<Operand> Arguments => words.AsSpan(1);

    public override void Describe(StringBuilder text)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (i > 0) text.Append(' ');
            if (words[i] is Pipe) text.Append('(');
            words[i].Describe(text);
            if (words[i] is Pipe) text.Append(')');
        }
    }
}

/// <summary>Commands of which each gets the value of the one before, and the variables that get the last value.</summary>
internal sealed class Pipe(int position, Command[] commands, Variable[] variables, bool isAssignment) : Operand(position)
{
    public Variable[] Variables => variables;

    /// <summary>A pipe in an action.</summary>
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return FreshStack.Evaluate(this, run, dot);
        run.At = this;
        var first = commands[0];
        var value = first.Words[0].Invoke(run, dot, first, default, false).Unboxed();
        for (var i = 1; i < commands.Length; i++)
        {
            var command = commands[i];
            var piped = value;
            value = command.Words[0].Invoke(run, dot, command, piped, true).Unboxed();
        }
        foreach (var variable in variables) run.SetVariable(variable.Slot, variable.Name, value);
        return value;
    }

    /// <summary>A pipe in parentheses.</summary>
    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        RefuseArguments(run, command, isPiped);
        return Evaluate(run, dot);
    }

    public override void Describe(StringBuilder text)
    {
        for (var i = 0; i < variables.Length; i++)
        {
            if (i > 0) text.Append(", ");
            variables[i].Describe(text);
        }
        if (variables.Length > 0) text.Append(isAssignment ? " = " : " := ");
        for (var i = 0; i < commands.Length; i++)
        {
            if (i > 0) text.Append(" | ");
            commands[i].Describe(text);
        }
    }
}
