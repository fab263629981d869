using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>Which keywords hold schemas, by draft. Everything else (<c>enum</c>, <c>const</c>, unknown keywords) is data.</summary>
internal static class SchemaKeywords
{
    internal static IEnumerable<SchemaPlace> SubschemasOf(string keyword, SchemaPlace value, JsonSchemaDraft draft)
    {
        switch (keyword)
        {
            case "not" or "additionalProperties":
            case "contains" or "propertyNames" when draft >= JsonSchemaDraft.Draft6:
            case "if" or "then" or "else" when draft >= JsonSchemaDraft.Draft7:
            case "unevaluatedItems" or "unevaluatedProperties" or "contentSchema" when draft >= JsonSchemaDraft.Draft201909:
            case "additionalItems" when draft <= JsonSchemaDraft.Draft201909:
                return [value];
            case "items":
                return value.Element.ValueKind == JsonValueKind.Array ? value.Children().Select(c => c.Place) : [value];
            case "allOf" or "anyOf" or "oneOf":
            case "prefixItems" when draft == JsonSchemaDraft.Draft202012:
                return value.Element.ValueKind == JsonValueKind.Array ? value.Children().Select(c => c.Place) : [];
            case "properties" or "patternProperties" or "definitions" or "dependencies":
            case "$defs" or "dependentSchemas" when draft >= JsonSchemaDraft.Draft201909:
                return value.Element.ValueKind == JsonValueKind.Object ? value.Children().Select(c => c.Place) : [];
            default:
                return [];
        }
    }
}
