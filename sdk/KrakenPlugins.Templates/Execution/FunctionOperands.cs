using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary>The name of a function, bound when the template was parsed.</summary>
internal sealed class FunctionName(int position, TemplateFunction function) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        return run.Call(this, function, [], dot, default, false);
    }

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        return run.Call(command, function, command.Arguments, dot, piped, isPiped);
    }

    public override void Describe(StringBuilder text) => text.Append(function.Name);
}

/// <summary>The built-in <c>and</c> and <c>or</c>, which evaluate no more arguments than they need.</summary>
internal sealed class LogicName(int position, bool isOr) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        throw WithoutArguments(run);
    }

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        if (command.Words.Length == 1 && !isPiped) throw WithoutArguments(run);
        TemplateValue value = default;
        foreach (var argument in command.Arguments)
        {
            run.Step();
            value = argument.EvaluateAs(run, dot, TemplateParameter.Raw);
            if (value.IsTrue == isOr) return value;
        }
        return isPiped ? piped : value;
    }

    public override void Describe(StringBuilder text) => text.Append(isOr ? "or" : "and");

    private TemplateException WithoutArguments(Rendering run) => run.Fail($"wrong number of args for {this}: want at least 1 got 0");
}

/// <summary>The built-in <c>call</c>, which calls a function that is a value.</summary>
internal sealed class CallName(int position) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        throw run.Fail("wrong number of args for call: want at least 1 got 0");
    }

    public override TemplateValue Invoke(Rendering run, in TemplateValue dot, Command command, in TemplateValue piped, bool isPiped)
    {
        run.At = this;
        var arguments = command.Arguments;
        if (arguments.Length == 0 && !isPiped) return Evaluate(run, dot);
        var called = arguments.Length > 0 ? arguments[0].EvaluateAs(run, dot, TemplateParameter.Raw) : piped;
        var name = arguments.Length > 0 ? arguments[0].ToString() : GoFormat.Print(piped);
        var rest = arguments.Length > 0 ? arguments[1..] : arguments;
        return run.CallValue(command, called, name, rest, dot, piped, isPiped && arguments.Length > 0);
    }

    public override void Describe(StringBuilder text) => text.Append("call");
}
