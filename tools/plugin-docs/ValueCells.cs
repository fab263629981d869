using System.Text.Json;

namespace PluginDocs;

/// <summary>The cells of an attribute's row: type, default and what is allowed.</summary>
internal sealed class ValueCells(SchemaFiles files, Sections sections, string prefix)
{
    /// <summary>The type, with links to the sections of objects.</summary>
    /// <param name="schema">The value's schema.</param>
    /// <param name="path">Path of the value, for the heading of an object's section.</param>
    public string Type(SchemaNode schema, string path) => Type(schema, path, []);

    private string Type(SchemaNode schema, string path, HashSet<string> open)
    {
        var value = files.Resolve(schema);
        var isNamed = value.Key != schema.Key;
        if (value.IsAnything)
            return "anything";
        if (value.Value.ValueKind == JsonValueKind.False)
            return "not allowed";
        if (isNamed && value.Pointer.Length > 0)
            path = value.Name;
        // A list of itself has no end.
        if (HasMembers(value) || !open.Add(value.Key))
            return sections.Of(value, prefix, path).Link(isNamed && value.Pointer.Length > 0 ? Markdown.Code(path) : "object");
        var text = TypeOfValue(value, path, open);
        open.Remove(value.Key);
        return text;
    }

    private string TypeOfValue(SchemaNode value, string path, HashSet<string> open)
    {
        var forms = value.Children("oneOf").Concat(value.Children("anyOf")).ToArray();
        if (forms.Length > 0 && value.Get("type") is null)
            return string.Join(" or ", forms.Select((f, i) => Type(f.Schema, IsObject(f.Schema) && forms.Length > 1 ? $"{path} ({i + 1})" : path, open)).Distinct());
        return string.Join(" or ", TypesOf(value).Select(t => t == "array" ? $"list of {Items(value, path, open)}" : t));
    }

    /// <summary>The value that stands for an absent one, as code; empty without.</summary>
    public string Default(SchemaNode schema)
    {
        var value = schema.Get("default") ?? files.Resolve(schema).Get("default");
        return value is { } found ? Markdown.Code(found.GetRawText()) : "";
    }

    /// <summary>The description, or that of what it refers to.</summary>
    public string Description(SchemaNode schema)
    {
        var target = files.Resolve(schema);
        var text = Markdown.Text(schema.Text("description") ?? target.Text("description") ?? target.Text("title") ?? "");
        var deprecated = (schema.Get("deprecated") ?? target.Get("deprecated")) is { ValueKind: JsonValueKind.True };
        return deprecated ? $"Deprecated. {text}".TrimEnd() : text;
    }

    /// <summary>The values that are allowed; empty when the type says it all.</summary>
    public string Allowed(SchemaNode schema) => Allowed(schema, []);

    private string Allowed(SchemaNode schema, HashSet<string> open)
    {
        var value = files.Resolve(schema);
        if (HasMembers(value) || !open.Add(value.Key))
            return "";
        var parts = new List<string>();
        if (value.Get("enum") is { ValueKind: JsonValueKind.Array } values)
            parts.Add(string.Join(", ", values.EnumerateArray().Select(static v => Markdown.Code(v.GetRawText()))));
        if (value.Get("const") is { } only)
            parts.Add(Markdown.Code(only.GetRawText()));
        Range(value, parts, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "");
        Range(value, parts, "minLength", "maxLength", "", "", " characters");
        Range(value, parts, "minItems", "maxItems", "", "", " members");
        if (value.Get("multipleOf") is { } step)
            parts.Add($"a multiple of {step.GetRawText()}");
        if (value.Text("pattern") is { } pattern)
            parts.Add($"matches {Markdown.Code(pattern)}");
        if (value.Text("format") is { } format)
            parts.Add($"format {Markdown.Code(format)}");
        if (value.Text("contentEncoding") is { } encoding)
            parts.Add(Markdown.Text(encoding));
        if (value.Get("uniqueItems") is { ValueKind: JsonValueKind.True })
            parts.Add("no member twice");
        if (value.Child("items") is { } items && Allowed(items, open) is { Length: > 0 } each)
            parts.Add($"each {each}");
        var forms = value.Children("oneOf").Concat(value.Children("anyOf")).Select(f => Allowed(f.Schema, open)).Where(static f => f.Length > 0);
        if (string.Join(" or ", forms.Distinct()) is { Length: > 0 } choice)
            parts.Add(choice);
        open.Remove(value.Key);
        return string.Join("; ", parts);
    }

    /// <summary>Whether a value has attributes of its own, so that it needs a section.</summary>
    public bool HasMembers(SchemaNode schema)
    {
        var value = files.Resolve(schema);
        return value.Get("properties") is not null
            || value.Children("patternProperties").Any(static p => !IsComment(p.Name))
            || value.Get("additionalProperties") is { ValueKind: JsonValueKind.Object }
            || value.Children("allOf").Any(part => HasMembers(part.Schema));
    }

    /// <summary>Whether a pattern of names is that of comments, which every object allows.</summary>
    public static bool IsComment(string pattern) => pattern == "^[@$_#]";

    private bool IsObject(SchemaNode schema) => HasMembers(schema) && files.Resolve(schema).Key == schema.Key;

    private string Items(SchemaNode list, string path, HashSet<string> open) =>
        list.Child("items") is { } items ? Type(items, $"{path}[]", open) : "anything";

    private static IEnumerable<string> TypesOf(SchemaNode value)
    {
        if (value.Text("type") is { } type)
            return [type];
        if (value.Texts("type") is { Count: > 0 } types)
            return types;
        if (value.Get("enum") is { ValueKind: JsonValueKind.Array } values)
            return values.EnumerateArray().Select(KindOf).Distinct();
        if (value.Get("const") is { } only)
            return [KindOf(only)];
        return value.Get("items") is null ? ["anything"] : ["array"];
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private static void Range(SchemaNode value, List<string> parts, string min, string max, string above, string below, string unit)
    {
        var low = value.Get(min) is { ValueKind: JsonValueKind.Number } least ? $"at least {least.GetRawText()}"
            : value.Get(above) is { ValueKind: JsonValueKind.Number } open ? $"more than {open.GetRawText()}" : null;
        var high = value.Get(max) is { ValueKind: JsonValueKind.Number } most ? $"at most {most.GetRawText()}"
            : value.Get(below) is { ValueKind: JsonValueKind.Number } end ? $"less than {end.GetRawText()}" : null;
        if (low is not null || high is not null)
            parts.Add($"{string.Join(", ", new[] { low, high }.OfType<string>())}{((high ?? low)!.EndsWith(" 1", StringComparison.Ordinal) ? unit.TrimEnd('s') : unit)}");
    }
}
