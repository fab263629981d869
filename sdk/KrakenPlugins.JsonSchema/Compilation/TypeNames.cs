using System.Text.Json;
using KrakenPlugins.JsonSchema.Evaluation;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>The types of JSON Schema by name, for schemas and for people.</summary>
internal static class TypeNames
{
    internal const string All = "array, boolean, integer, null, number, object, string";

    internal static TypeSet? Parse(string name) => name switch
    {
        "null" => TypeSet.Null,
        "boolean" => TypeSet.Boolean,
        "integer" => TypeSet.Integer,
        "number" => TypeSet.Number | TypeSet.Integer,
        "string" => TypeSet.String,
        "array" => TypeSet.Array,
        "object" => TypeSet.Object,
        _ => null,
    };

    /// <summary><c>a string, an array or null</c>.</summary>
    internal static string Of(TypeSet types)
    {
        var names = new List<string>();
        if (types.HasFlag(TypeSet.String))
            names.Add("a string");
        if (types.HasFlag(TypeSet.Number))
            names.Add("a number");
        else if (types.HasFlag(TypeSet.Integer))
            names.Add("an integer");
        if (types.HasFlag(TypeSet.Boolean))
            names.Add("a boolean");
        if (types.HasFlag(TypeSet.Array))
            names.Add("an array");
        if (types.HasFlag(TypeSet.Object))
            names.Add("an object");
        if (types.HasFlag(TypeSet.Null))
            names.Add("null");
        return names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";
    }

    internal static string Of(JsonInstanceKind kind) => kind switch
    {
        JsonInstanceKind.Null => "null",
        JsonInstanceKind.True or JsonInstanceKind.False => "a boolean",
        JsonInstanceKind.Number => "a number",
        JsonInstanceKind.String => "a string",
        JsonInstanceKind.Array => "an array",
        _ => "an object",
    };

    internal static string Of(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };
}
