using System.Text.Json;

namespace Gateway.Inspection;

/// <summary>Judges whether a document is a JSON Schema.</summary>
internal static class SchemaValidity
{
    private static readonly HashSet<string> s_types = new(["array", "boolean", "integer", "null", "number", "object", "string"], StringComparer.Ordinal);
    private const int Deepest = 64;

    /// <summary>What is wrong with it, in words; nothing when it is a schema.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="content">The document, JSON in UTF-8.</param>
    public static IEnumerable<string> Faults(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (content.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        var faults = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(content);
            Judge(document.RootElement, "#", faults, 0);
        }
        catch (JsonException exception)
        {
            faults.Add(exception.Message);
        }
        return faults;
    }

    private static void Judge(JsonElement schema, string at, List<string> faults, int depth)
    {
        if (depth > Deepest || schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (schema.ValueKind != JsonValueKind.Object)
        {
            faults.Add($"{at} is neither an object nor true or false");
            return;
        }
        foreach (var member in schema.EnumerateObject())
            JudgeMember(member, $"{at}/{member.Name}", faults, depth);
    }

    private static void JudgeMember(JsonProperty member, string at, List<string> faults, int depth)
    {
        var value = member.Value;
        switch (member.Name)
        {
            case "type":
                foreach (var type in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
                {
                    if (type.ValueKind != JsonValueKind.String || !s_types.Contains(type.GetString()!))
                        faults.Add($"{at}: {type.GetRawText()} is no type ({string.Join(", ", s_types.Order(StringComparer.Ordinal))})");
                }
                break;
            case "properties" or "patternProperties" or "definitions" or "$defs":
                if (value.ValueKind != JsonValueKind.Object)
                    faults.Add($"{at} must be an object of schemas");
                else
                    foreach (var inner in value.EnumerateObject())
                        Judge(inner.Value, $"{at}/{inner.Name}", faults, depth + 1);
                break;
            case "additionalProperties" or "not" or "if" or "then" or "else" or "contains" or "propertyNames":
                Judge(value, at, faults, depth + 1);
                break;
            case "allOf" or "anyOf" or "oneOf":
                if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
                    faults.Add($"{at} must be a list of schemas");
                else
                    foreach (var inner in value.EnumerateArray())
                        Judge(inner, at, faults, depth + 1);
                break;
            case "items":
                foreach (var inner in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
                    Judge(inner, at, faults, depth + 1);
                break;
            case "required" when value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(static v => v.ValueKind != JsonValueKind.String):
                faults.Add($"{at} must be a list of names");
                break;
            case "enum" when value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0:
                faults.Add($"{at} must be a list of values");
                break;
            case "minimum" or "maximum" or "minLength" or "maxLength" or "minItems" or "maxItems" or "multipleOf" when value.ValueKind != JsonValueKind.Number:
                faults.Add($"{at} must be a number");
                break;
        }
    }
}
