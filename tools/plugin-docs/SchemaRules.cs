using System.Text.Json;

namespace PluginDocs;

/// <summary>What holds between the attributes of an object, in sentences. A keyword that has none is named, never left out.</summary>
internal sealed class SchemaRules(SchemaFiles files, ValueCells cells)
{
    private static readonly string[] s_silent = ["if", "then", "else"];

    /// <summary>The sentences for an object.</summary>
    public IEnumerable<string> Of(SchemaNode schema, string path)
    {
        foreach (var rule in Counts(schema).Concat(Choices(schema, "oneOf", "exactly", path)).Concat(Choices(schema, "anyOf", "at least", path)).Concat(Needs(schema)))
            yield return rule;
        foreach (var condition in Condition(schema))
            yield return condition;
        foreach (var (_, part) in schema.Children("allOf"))
        {
            foreach (var rule in Of(files.Resolve(part), path))
                yield return rule;
        }
        foreach (var keyword in (string[])["not", "dependencies", "propertyNames", "dependentSchemas", "unevaluatedProperties"])
        {
            if (schema.Get(keyword) is { } value && !(keyword == "dependencies" && IsNeeds(value)))
                yield return $"The schema file has a rule more: {Markdown.Code($"\"{keyword}\": {Compact(value)}")}.";
        }
    }

    private static IEnumerable<string> Counts(SchemaNode schema)
    {
        var least = Number(schema, "minProperties");
        var most = Number(schema, "maxProperties");
        if (least is not null && least == most)
            yield return $"Exactly {Attributes(least.Value)}.";
        else if (least is not null || most is not null)
            yield return (least, most) switch
            {
                ({ } low, null) => $"At least {Attributes(low)}.",
                (null, { } high) => $"At most {Attributes(high)}.",
                _ => $"{least} to {most} attributes.",
            };
    }

    private IEnumerable<string> Choices(SchemaNode schema, string keyword, string quantity, string path)
    {
        var forms = schema.Children(keyword).Select(static f => f.Schema).ToArray();
        if (forms.Length == 0 || (schema.Get("properties") is null && !forms.Any(cells.HasMembers) && !forms.All(IsRequirement)))
            return [];
        if (forms.All(IsRequirement))
            return [$"Of these {quantity} one is there: {string.Join("; ", forms.Select(static f => Markdown.List(f.Texts("required"))))}."];
        // Without attributes of its own the forms are the type already.
        return schema.Get("properties") is null
            ? []
            : [$"It has {quantity} one of these forms: {string.Join("; ", forms.Select((f, i) => cells.HasMembers(f) ? cells.Type(f, $"{(path.Length == 0 ? "form" : path)} ({i + 1})") : Markdown.Code(Compact(f.Value))))}."];
    }

    private static IEnumerable<string> Needs(SchemaNode schema) =>
        new[] { "dependentRequired", "dependencies" }.Select(k => schema.Get(k)).Where(static v => v is { } found && IsNeeds(found))
            .SelectMany(static v => v!.Value.EnumerateObject()).Select(static n => $"{Markdown.Code(n.Name)} needs {Markdown.List([.. n.Value.EnumerateArray().Select(static t => t.GetString()!)])}.");

    private static bool IsNeeds(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(static n => n.Value.ValueKind == JsonValueKind.Array);

    private IEnumerable<string> Condition(SchemaNode schema)
    {
        if (schema.Child("if") is not { } condition)
            yield break;
        var when = Values(condition);
        foreach (var (branch, word) in new[] { (schema.Child("then"), "With"), (schema.Child("else"), "Without") })
        {
            if (branch is not { } then)
                continue;
            if (when is null || !then.HasOnly("required", "properties", "description", "$comment"))
                yield return $"The schema file has a rule more: {Markdown.Code(string.Join(", ", s_silent.Where(k => schema.Get(k) is not null).Select(k => $"\"{k}\": {Compact(schema.Get(k)!.Value)}")))}.";
            else
                yield return $"{word} {when}: {string.Join("; ", Demands(then))}.";
        }
    }

    // "format": "custom", when a condition asks for values of attributes and nothing else.
    private static string? Values(SchemaNode condition)
    {
        if (!condition.HasOnly("properties", "required"))
            return null;
        var asked = new List<string>();
        foreach (var (name, value) in condition.Children("properties"))
        {
            if (value.Get("const") is { } only && value.HasOnly("const"))
                asked.Add(Markdown.Code($"\"{name}\": {only.GetRawText()}"));
            else if (value.Get("enum") is { ValueKind: JsonValueKind.Array } any && value.HasOnly("enum"))
                asked.Add($"{Markdown.Code($"\"{name}\"")} out of {string.Join(", ", any.EnumerateArray().Select(static v => Markdown.Code(v.GetRawText())))}");
            else
                return null;
        }
        var named = condition.Children("properties").Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        asked.AddRange(condition.Texts("required").Where(r => !named.Contains(r)).Select(Markdown.Code));
        return asked.Count == 0 ? null : string.Join(" and ", asked);
    }

    private IEnumerable<string> Demands(SchemaNode then)
    {
        if (then.Texts("required") is { Count: > 0 } required)
            yield return $"{Markdown.List(required)} {(required.Count == 1 ? "is" : "are")} required";
        foreach (var (name, value) in then.Children("properties"))
        {
            var allowed = value.Value.ValueKind == JsonValueKind.False ? "not allowed" : cells.Allowed(value);
            yield return $"{Markdown.Code(name)}: {(allowed.Length == 0 ? Markdown.Code(Compact(value.Value)) : allowed)}";
        }
    }

    private static bool IsRequirement(SchemaNode form) => form.HasOnly("required") && form.Texts("required").Count > 0;

    private static long? Number(SchemaNode schema, string keyword) => schema.Get(keyword) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    private static string Attributes(long count) => count == 1 ? "one attribute" : $"{count} attributes";

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value);
}
