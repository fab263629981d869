namespace KrakenPlugins.Templates.Execution;

internal sealed partial class Rendering
{
    /// <summary>Go's name of a parameter's type.</summary>
    public static string TypeName(TemplateParameter parameter) => parameter switch
    {
        TemplateParameter.Bool => "bool",
        TemplateParameter.Int => "int",
        TemplateParameter.Float => "float64",
        TemplateParameter.String => "string",
        TemplateParameter.List => "[]interface {}",
        TemplateParameter.Map => "map[string]interface {}",
        TemplateParameter.Raw => "reflect.Value",
        _ => "interface {}",
    };

    /// <summary>Calls a function with the values of operands and what comes through the pipe; failures of its body are reported at a node.</summary>
    public TemplateValue Call(
        Node node, TemplateFunction function, ReadOnlySpan<Operand> operands, in TemplateValue dot, in TemplateValue piped, bool isPiped)
    {
        var count = operands.Length + (isPiped ? 1 : 0);
        if (function.IsVariadic ? count < function.Required : count != function.Required) throw WrongCount(function, operands.Length, count);
        Step();
        var start = _top;
        Push(count);
        for (var i = 0; i < operands.Length; i++)
        {
            // The stack may be another array after the evaluation.
            var value = operands[i].EvaluateAs(this, dot, function.ParameterAt(i));
            _stack[start + i] = value;
        }
        if (isPiped) _stack[start + count - 1] = Fit(piped, function.ParameterAt(count - 1));
        var result = CallBody(node, function.Name, function, _stack.AsSpan(start, count));
        _top = start;
        return result;
    }

    /// <summary>The built-in <c>call</c>: calls a value, which has to be a function.</summary>
    public TemplateValue CallValue(
        Command command, in TemplateValue called, string name, ReadOnlySpan<Operand> operands, in TemplateValue dot, in TemplateValue piped, bool isPiped)
    {
        Step();
        var count = operands.Length + (isPiped ? 1 : 0);
        var start = _top;
        Push(count);
        for (var i = 0; i < operands.Length; i++)
        {
            var value = operands[i].EvaluateAs(this, dot, TemplateParameter.Raw);
            _stack[start + i] = value;
        }
        if (isPiped) _stack[start + count - 1] = piped;
        At = command;
        if (called.IsNothing) throw Fail("error calling call: call of nil");
        if (called.Kind != TemplateKind.Object || called.AsObject is not TemplateFunction function)
            throw Fail($"error calling call: non-function {name} of type {called.TypeName}");
        if (function.IsVariadic && count < function.Required)
            throw Fail($"error calling call: wrong number of args for {name}: got {count} want at least {function.Required}");
        if (!function.IsVariadic && count != function.Required)
            throw Fail($"error calling call: wrong number of args for {name}: got {count} want {function.Required}");
        for (var i = 0; i < count; i++)
        {
            if (!TryFit(_stack[start + i], function.ParameterAt(i), out var fitting))
                throw Fail($"error calling call: arg {i}: {Unfit(_stack[start + i], function.ParameterAt(i))}");
            _stack[start + i] = fitting;
        }
        var result = CallBody(command, "call", function, _stack.AsSpan(start, count));
        _top = start;
        return result;
    }

    /// <summary>A value as the argument for a parameter.</summary>
    public TemplateValue Fit(in TemplateValue value, TemplateParameter parameter)
    {
        if (TryFit(value, parameter, out var fitting)) return fitting;
        if (value.Kind == TemplateKind.Missing) throw Fail("invalid value; expected " + TypeName(parameter));
        var type = value.Kind == TemplateKind.Nil ? "interface {}" : value.TypeName;
        throw Fail($"wrong type for value; expected {TypeName(parameter)}; got {type}");
    }

    private static bool TryFit(in TemplateValue value, TemplateParameter parameter, out TemplateValue fitting)
    {
        fitting = value;
        switch (parameter)
        {
            case TemplateParameter.Raw:
                return true;
            case TemplateParameter.Any:
                if (value.Kind == TemplateKind.Missing) fitting = TemplateValue.Nil;
                return true;
            case TemplateParameter.Bool:
                return value.Kind == TemplateKind.Bool;
            case TemplateParameter.String:
                return value.Kind == TemplateKind.String;
            case TemplateParameter.Int:
                if (value.Kind == TemplateKind.Int) return true;
                if (!value.TryGetInteger(out var integer)) return false;
                fitting = TemplateValue.From(integer);
                return true;
            case TemplateParameter.Float:
                if (value.Kind == TemplateKind.Int) fitting = TemplateValue.From((double)value.AsInt);
                return value.Kind is TemplateKind.Int or TemplateKind.Float;
            default:
                if (value.Kind == TemplateKind.Missing) fitting = TemplateValue.Nil;
                return value.Kind == TemplateKind.Missing
                    || value.Kind == (parameter == TemplateParameter.List ? TemplateKind.List : TemplateKind.Map);
        }
    }

    private static string Unfit(in TemplateValue value, TemplateParameter parameter) => value.IsNothing
        ? $"value is nil; should be of type {TypeName(parameter)}"
        : $"value has type {value.TypeName}; should be {TypeName(parameter)}";

    private TemplateValue CallBody(Node node, string name, TemplateFunction function, ReadOnlySpan<TemplateValue> arguments)
    {
        try
        {
            var result = function.Body(arguments);
            // Long texts cost what they are long, or 4096 of them could pass before cancellation is looked at.
            if (result.Kind == TemplateKind.String) _stepsUntilCheck -= result.AsString.Length / CharactersPerStep;
            return result;
        }
        catch (TemplateFunctionException e)
        {
            At = node;
            throw Fail($"error calling {name}: {e.Message}", e);
        }
    }

    private TemplateException WrongCount(TemplateFunction function, int operands, int count) => Fail(function.IsVariadic
        ? $"wrong number of args for {function.Name}: want at least {function.Required} got {operands}"
        : $"wrong number of args for {function.Name}: want {function.Required} got {count}");
}
