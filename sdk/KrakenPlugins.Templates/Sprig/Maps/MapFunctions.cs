using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Maps;

/// <summary>Maps made, read and changed.</summary>
internal static class MapFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddVariadic("dict", Create, Kind.Any);
        table.Add("get", static a => Find(a[0], a[1].AsString, out var value) ? value : TemplateValue.From(""), Kind.Map, Kind.String);
        table.Add("hasKey", static a => TemplateValue.From(Find(a[0], a[1].AsString, out _)), Kind.Map, Kind.String);
        table.Add("set", Set, Kind.Map, Kind.String, Kind.Any);
        table.Add("unset", Unset, Kind.Map, Kind.String);
        table.AddVariadic("pluck", Pluck, Kind.String, Kind.Map);
        table.AddVariadic("keys", Keys, Kind.Map);
        table.Add("values", Values, Kind.Map);
        table.AddVariadic("pick", Pick, Kind.Map, Kind.String);
        table.AddVariadic("omit", Omit, Kind.Map, Kind.String);
        table.AddVariadic("dig", Dig, Kind.Any);
    }

    private static bool Find(TemplateValue map, string key, out TemplateValue value)
    {
        value = default;
        return !map.IsNothing && map.AsMap.TryGet(key, out value);
    }

    private static TemplateValue Create(ReadOnlySpan<TemplateValue> arguments)
    {
        var map = new TemplateMap((arguments.Length + 1) / 2);
        for (var i = 0; i < arguments.Length; i += 2)
            map.Set(GoFormat.Print(arguments[i]), i + 1 < arguments.Length ? arguments[i + 1] : TemplateValue.From(""));
        return TemplateValue.From(map);
    }

    private static TemplateValue Set(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments[0].IsNothing) throw new TemplateFunctionException("set: there is no map to change");
        var map = Changeable(arguments[0]);
        map.Set(arguments[1].AsString, arguments[2]);
        return TemplateValue.From(map);
    }

    private static TemplateValue Unset(ReadOnlySpan<TemplateValue> arguments)
    {
        if (!Find(arguments[0], arguments[1].AsString, out _)) return arguments[0];
        var map = Changeable(arguments[0]);
        map.Remove(arguments[1].AsString);
        return TemplateValue.From(map);
    }

    /// <summary>The map itself, or a copy of one that is a view of data, which templates must not change.</summary>
    public static TemplateMap Changeable(TemplateValue value)
    {
        if (value.AsMap is TemplateMap own) return own;
        var source = value.AsMap;
        var copy = new TemplateMap(source.Count + 1);
        foreach (var key in source.SortedKeys)
            if (source.TryGet(key, out var element)) copy.Set(key, element);
        return copy;
    }

    private static TemplateValue Pluck(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new TemplateList();
        foreach (var map in arguments[1..])
            if (Find(map, arguments[0].AsString, out var value)) result.Add(value);
        return TemplateValue.From(result);
    }

    private static TemplateValue Keys(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new TemplateList { TypeName = "[]string" };
        foreach (var argument in arguments)
        {
            if (argument.IsNothing) continue;
            foreach (var key in argument.AsMap.SortedKeys) result.Add(TemplateValue.From(key));
            SprigLimits.CheckElements("keys", result.Count);
        }
        return TemplateValue.From(result);
    }

    private static TemplateValue Values(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new TemplateList();
        if (arguments[0].IsNothing) return TemplateValue.From(result);
        var map = arguments[0].AsMap;
        foreach (var key in map.SortedKeys)
            if (map.TryGet(key, out var value)) result.Add(value);
        return TemplateValue.From(result);
    }

    private static TemplateValue Pick(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new TemplateMap();
        foreach (var key in arguments[1..])
            if (Find(arguments[0], key.AsString, out var value)) result.Set(key.AsString, value);
        return TemplateValue.From(result);
    }

    private static TemplateValue Omit(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new TemplateMap();
        if (arguments[0].IsNothing) return TemplateValue.From(result);
        var map = arguments[0].AsMap;
        foreach (var key in map.SortedKeys)
            if (map.TryGet(key, out var value)) result.Set(key, value);
        foreach (var key in arguments[1..]) result.Remove(key.AsString);
        return TemplateValue.From(result);
    }

    // The keys of the way come first, then the default, then the map.
    private static TemplateValue Dig(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments.Length < 3) throw new TemplateFunctionException("dig needs at least three arguments");
        var value = arguments[^1];
        foreach (var key in arguments[..^2])
        {
            if (value.Kind != TemplateKind.Map) throw new TemplateFunctionException($"dig: a map is needed to look up {GoFormat.Print(key)}, not {value.TypeName}");
            if (key.Kind != TemplateKind.String) throw new TemplateFunctionException($"dig: a key must be a string, not {key.TypeName}");
            if (!value.AsMap.TryGet(key.AsString, out value)) return arguments[^2];
        }
        return value;
    }
}
