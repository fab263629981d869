using System.Text.Json;
using KrakenPlugins.JsonSchema.Values;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>The keywords of one schema object, read with the type that the specification gives them.</summary>
internal readonly struct Keywords(SchemaPlace place)
{
    internal SchemaPlace Place => place;

    internal JsonSchemaDraft Draft => place.Dialect.Draft;

    internal bool Has(string keyword) => place.Element.TryGetProperty(keyword, out _);

    internal JsonElement? Value(string keyword) => place.Element.TryGetProperty(keyword, out var value) ? value : null;

    internal string? Text(string keyword)
    {
        if (Value(keyword) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Error(keyword, "must be a string");
    }

    internal bool? Flag(string keyword)
    {
        if (Value(keyword) is not { } value)
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : throw Error(keyword, "must be true or false");
    }

    internal NumberBound? Number(string keyword)
    {
        if (Value(keyword) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number ? new NumberBound(value.GetRawText()) : throw Error(keyword, "must be a number");
    }

    /// <summary>A size: an integer of at least 0, also written as <c>2.0</c>; what exceeds every size becomes the greatest.</summary>
    internal long? Size(string keyword)
    {
        if (Value(keyword) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            var number = DecimalText.Parse(value.GetRawText());
            if (number.IsInteger && !number.IsNegative)
                return number.Magnitude > 18 ? long.MaxValue : number.SmallInteger();
        }
        throw Error(keyword, "must be an integer of at least 0");
    }

    /// <summary>The members of a keyword that must be an object, or nothing.</summary>
    internal IEnumerable<(string Name, SchemaPlace Place)> Members(string keyword)
    {
        if (Value(keyword) is not { } value)
            return [];
        return value.ValueKind == JsonValueKind.Object ? place.Child(keyword)!.Children() : throw Error(keyword, "must be an object");
    }

    internal static IEnumerable<string> Names(SchemaPlace list)
    {
        if (list.Element.ValueKind != JsonValueKind.Array)
            throw list.Error($"must be a list of property names, not {TypeNames.Of(list.Element.ValueKind)}");
        foreach (var name in list.Element.EnumerateArray())
        {
            yield return name.ValueKind == JsonValueKind.String
                ? name.GetString()!
                : throw list.Error($"must be a list of property names, but holds {TypeNames.Of(name.ValueKind)}");
        }
    }

    internal JsonSchemaException Error(string keyword, string expected) =>
        place.Child(keyword)!.Error($"\"{keyword}\" {expected}, not {Shown(place.Child(keyword)!.Element)}");

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ when element.GetRawText() is var text => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 59), "…"),
        _ => "",
    };
}
