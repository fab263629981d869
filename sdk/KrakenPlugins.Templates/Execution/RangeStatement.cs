using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary><c>range</c> over a list, a map in the order of its keys, or the integers below a number.</summary>
internal sealed class RangeStatement(int position, Pipe pipe, StatementList body, StatementList? otherwise) : Statement(position)
{
    public override Flow Execute(Rendering run, in TemplateValue dot)
    {
        var value = pipe.Evaluate(run, dot);
        var any = value.Kind switch
        {
            TemplateKind.Missing or TemplateKind.Nil => false,
            TemplateKind.List => OverList(run, value.AsList),
            TemplateKind.Map => OverMap(run, value.AsMap),
            _ when value.TryGetInteger(out var count) => OverIntegers(run, value, count),
            _ => throw run.Fail($"range can't iterate over {GoFormat.Print(value)}"),
        };
        return any || otherwise is null ? Flow.Next : otherwise.Execute(run, dot);
    }

    public override void Describe(StringBuilder text)
    {
        text.Append("{{range ");
        pipe.Describe(text);
        text.Append("}}");
    }

    private bool OverList(Rendering run, ITemplateList list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (Iterate(run, TemplateValue.From(i), list[i].Boxed()) == Flow.Break) break;
        }
        return list.Count > 0;
    }

    private bool OverMap(Rendering run, ITemplateMap map)
    {
        var keys = map.SortedKeys;
        for (var i = 0; i < keys.Count; i++)
        {
            if (!map.TryGet(keys[i], out var value)) value = TemplateValue.Nil;
            if (Iterate(run, TemplateValue.From(keys[i]), value.Boxed()) == Flow.Break) break;
        }
        return keys.Count > 0;
    }

    private bool OverIntegers(Rendering run, in TemplateValue value, long count)
    {
        if (pipe.Variables.Length > 1) throw run.Fail($"can't use {GoFormat.Print(value)} to iterate over more than one variable");
        for (long i = 0; i < count; i++)
        {
            if (Iterate(run, default, TemplateValue.From(i)) == Flow.Break) break;
        }
        return count > 0;
    }

    private Flow Iterate(Rendering run, in TemplateValue key, in TemplateValue element)
    {
        run.At = this;
        run.Step();
        var variables = pipe.Variables;
        if (variables.Length > 0) run.SetVariable(variables[^1].Slot, variables[^1].Name, element);
        if (variables.Length > 1) run.SetVariable(variables[0].Slot, variables[0].Name, key);
        return body.Execute(run, element);
    }
}
