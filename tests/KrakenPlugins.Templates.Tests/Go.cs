using System.Text.Json;

namespace KrakenPlugins.Templates.Tests;

/// <summary>Renders templates as the tables of cases do: data as JSON, the output or <c>error: </c> and the message as result.</summary>
internal static class Go
{
    public static string Render(string template, string json = "null", TemplateOptions? options = null)
    {
        try
        {
            var set = new TemplateSet(options ?? new TemplateOptions { Functions = Functions() });
            set.Add("t", template);
            var output = new TemplateOutput();
            set.Render("t", Value(json), output);
            return output.ToString();
        }
        catch (TemplateException e)
        {
            return "error: " + e.Message;
        }
    }

    public static TemplateValue Value(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Value(document.RootElement);
    }

    public static TemplateValue Value(object? value) => value switch
    {
        null => TemplateValue.Nil,
        bool b => TemplateValue.From(b),
        int i => TemplateValue.From(i),
        long l => TemplateValue.From(l),
        double d => TemplateValue.From(d),
        string s => TemplateValue.From(s),
        _ => throw new ArgumentException("no value for " + value.GetType()),
    };

    /// <summary>A list whose numbers are integers.</summary>
    public static TemplateValue List(params object?[] values)
    {
        var list = new TemplateList();
        foreach (var value in values) list.Add(Value(value));
        return TemplateValue.From(list);
    }

    public static FunctionTable Functions()
    {
        var table = new FunctionTable();
        Add("add", [TemplateParameter.Int], true, a =>
        {
            var sum = 0L;
            foreach (var value in a) sum += value.AsInt;
            return TemplateValue.From(sum);
        });
        Add("echo", [TemplateParameter.Any], false, a => a[0]);
        Add("makemap", [TemplateParameter.String], true, a =>
        {
            var map = new TemplateMap();
            for (var i = 0; i + 1 < a.Length; i += 2) map.Set(a[i].AsString, a[i + 1]);
            return TemplateValue.From(map);
        });
        Add("mapOfThree", [], false, _ =>
        {
            var map = new TemplateMap();
            map.Set("three", TemplateValue.From(3));
            return TemplateValue.From(map);
        });
        Add("oneArg", [TemplateParameter.String], false, a => TemplateValue.From("oneArg=" + a[0].AsString));
        Add("twoArgs", [TemplateParameter.String, TemplateParameter.String], false, a => TemplateValue.From("twoArgs=" + a[0].AsString + a[1].AsString));
        Add("dddArg", [TemplateParameter.Int, TemplateParameter.String], true, a => TemplateValue.From(GoFormat.PrintLine(a)));
        Add("typeOf", [TemplateParameter.Any], false, a => TemplateValue.From(a[0].TypeName));
        Add("returnInt", [], false, _ => TemplateValue.From(7));
        Add("zeroArgs", [], false, _ => TemplateValue.From("zeroArgs"));
        Add("half", [TemplateParameter.Float], false, a => TemplateValue.From(a[0].AsFloat / 2));
        Add("negate", [TemplateParameter.Bool], false, a => TemplateValue.From(!a[0].AsBool));
        Add("first", [TemplateParameter.List], false, a => a[0].IsNothing ? TemplateValue.From("none") : a[0].AsList[0]);
        Add("size", [TemplateParameter.Map], false, a => TemplateValue.From(a[0].IsNothing ? -1 : a[0].AsMap.Count));
        Add("fails", [TemplateParameter.Any], true, _ => throw new TemplateFunctionException("my error"));
        Add("getTwoArgs", [], false, _ => TemplateValue.FromObject(table.TryGet("twoArgs", out var function) ? function : null));
        Add("getAdd", [], false, _ => TemplateValue.FromObject(table.TryGet("add", out var function) ? function : null));
        return table;

        void Add(string name, TemplateParameter[] parameters, bool isVariadic, TemplateFunctionBody body) =>
            table.Add(new TemplateFunction(name, parameters, isVariadic, body));
    }

    private static TemplateValue Value(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new TemplateMap();
                foreach (var property in element.EnumerateObject()) map.Set(property.Name, Value(property.Value));
                return TemplateValue.From(map);
            case JsonValueKind.Array:
                var list = new TemplateList();
                foreach (var item in element.EnumerateArray()) list.Add(Value(item));
                return TemplateValue.From(list);
            case JsonValueKind.String:
                return TemplateValue.From(element.GetString());
            case JsonValueKind.Number:
                return TemplateValue.From(element.GetDouble());
            case JsonValueKind.True or JsonValueKind.False:
                return TemplateValue.From(element.GetBoolean());
            default:
                return TemplateValue.Nil;
        }
    }
}
