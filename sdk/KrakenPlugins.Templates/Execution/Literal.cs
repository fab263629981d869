using System.Text;
using KrakenPlugins.Templates.Syntax;

namespace KrakenPlugins.Templates.Execution;

/// <summary>A constant of which its spelling says what it is: a text, <c>true</c>, <c>false</c>.</summary>
internal sealed class Literal(int position, string spelling, TemplateValue value) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot) => value;

    public override TemplateValue EvaluateAs(Rendering run, in TemplateValue dot, TemplateParameter parameter)
    {
        run.At = this;
        var fits = parameter switch
        {
            TemplateParameter.Any or TemplateParameter.Raw => true,
            TemplateParameter.Bool => value.Kind == TemplateKind.Bool,
            TemplateParameter.String => value.Kind == TemplateKind.String,
            _ => false,
        };
        return fits ? value : throw run.Fail(Mismatch(this, parameter));
    }

    public override void Describe(StringBuilder text) => text.Append(spelling);

    /// <summary>What Go says of a constant that a parameter does not take.</summary>
    public static string Mismatch(Operand literal, TemplateParameter parameter) => parameter switch
    {
        TemplateParameter.Bool => $"expected bool; found {literal}",
        TemplateParameter.String => $"expected string; found {literal}",
        TemplateParameter.Int => $"expected integer; found {literal}",
        TemplateParameter.Float => $"expected float; found {literal}",
        _ => $"can't handle {literal} for arg of type {Rendering.TypeName(parameter)}",
    };
}

/// <summary>A number, whose type depends on what it is used for.</summary>
internal sealed class NumberConstant(int position, string spelling, NumberLiteral number) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot)
    {
        run.At = this;
        if (number.IsFloatSyntax) return TemplateValue.From(number.Float);
        return number.Integer is { } integer ? TemplateValue.From(integer) : throw run.Fail($"{spelling} overflows int");
    }

    public override TemplateValue EvaluateAs(Rendering run, in TemplateValue dot, TemplateParameter parameter)
    {
        run.At = this;
        return parameter switch
        {
            TemplateParameter.Any or TemplateParameter.Raw => Evaluate(run, dot),
            TemplateParameter.Int when number.Integer is { } integer => TemplateValue.From(integer),
            TemplateParameter.Float => TemplateValue.From(number.Float),
            _ => throw run.Fail(Literal.Mismatch(this, parameter)),
        };
    }

    public override void Describe(StringBuilder text) => text.Append(spelling);
}

/// <summary><c>nil</c>, which is an argument only.</summary>
internal sealed class NilLiteral(int position) : Operand(position)
{
    public override TemplateValue Evaluate(Rendering run, in TemplateValue dot) => throw run.Fail("nil is not a command");

    public override TemplateValue EvaluateAs(Rendering run, in TemplateValue dot, TemplateParameter parameter)
    {
        run.At = this;
        return parameter switch
        {
            TemplateParameter.Raw => TemplateValue.Missing,
            TemplateParameter.Any or TemplateParameter.List or TemplateParameter.Map => TemplateValue.Nil,
            _ => throw run.Fail($"cannot assign nil to {Rendering.TypeName(parameter)}"),
        };
    }

    public override void Describe(StringBuilder text) => text.Append("nil");
}
