using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Lists;

/// <summary>Lists made and put together. A list never changes: every function gives a new one.</summary>
internal static class ListFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddVariadic("list", static a => TemplateValue.From(new TemplateList(a)), Kind.Any);
        table.AddVariadic("tuple", static a => TemplateValue.From(new TemplateList(a)), Kind.Any);
        table.AddWithMust("append", static a => Append(a[0], a[1]), Kind.Any, Kind.Any);
        table.AddWithMust("push", static a => Append(a[0], a[1]), Kind.Any, Kind.Any);
        table.AddWithMust("prepend", static a => Prepend(a[0], a[1]), Kind.Any, Kind.Any);
        table.AddVariadic("concat", Concatenate, Kind.Any);
        table.AddWithMust("reverse", static a => Reverse(ListArgument.Require(a[0], "find reverse on")), Kind.Any);
        table.AddWithMust("chunk", static a => Chunk(a[0].AsInt, ListArgument.Require(a[1], "chunk")), Kind.Int, Kind.Any);
    }

    private static TemplateValue Append(TemplateValue value, TemplateValue element)
    {
        var list = ListArgument.Require(value, "push on");
        var result = WithRoom("append", list.Count + 1L);
        ListArgument.AddAll(result, list);
        result.Add(element);
        return TemplateValue.From(result);
    }

    private static TemplateValue Prepend(TemplateValue value, TemplateValue element)
    {
        var list = ListArgument.Require(value, "prepend on");
        var result = WithRoom("prepend", list.Count + 1L);
        result.Add(element);
        ListArgument.AddAll(result, list);
        return TemplateValue.From(result);
    }

    private static TemplateValue Concatenate(ReadOnlySpan<TemplateValue> arguments)
    {
        var count = 0L;
        foreach (var argument in arguments)
        {
            if (argument.Kind != TemplateKind.List) throw new TemplateFunctionException($"Cannot concat type {argument.TypeName} as list");
            count += argument.AsList.Count;
        }
        var result = WithRoom("concat", count);
        foreach (var argument in arguments) ListArgument.AddAll(result, argument.AsList);
        return TemplateValue.From(result);
    }

    private static TemplateList WithRoom(string function, long count)
    {
        SprigLimits.CheckElements(function, count);
        return new TemplateList((int)count);
    }

    private static TemplateValue Reverse(ITemplateList list)
    {
        var result = new TemplateList(list.Count);
        for (var i = list.Count - 1; i >= 0; i--) result.Add(list[i]);
        return TemplateValue.From(result);
    }

    private static TemplateValue Chunk(long size, ITemplateList list)
    {
        if (size < 1) throw new TemplateFunctionException("chunk: the size must be at least 1");
        var result = new TemplateList();
        for (var at = 0L; at < list.Count; at += Math.Min(size, list.Count))
            result.Add(TemplateValue.From(ListArgument.Range(list, (int)at, (int)Math.Min(list.Count, at + size))));
        return TemplateValue.From(result);
    }
}
