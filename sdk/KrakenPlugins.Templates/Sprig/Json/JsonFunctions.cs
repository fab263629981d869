using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>JSON to values and back.</summary>
internal static class JsonFunctions
{
    public static void AddTo(FunctionTable table)
    {
        AddWriter(table, "toJson", "mustToJson", JsonStyle.Escaped);
        AddWriter(table, "toRawJson", "mustToRawJson", JsonStyle.Raw);
        AddWriter(table, "toPrettyJson", "mustToPrettyJson", JsonStyle.Pretty);
        table.Add("marshal", static a => WriteOrEmpty(a[0], JsonStyle.Escaped), Kind.Any);
        table.Add("fromJson", static a => JsonReader.TryRead(a[0].AsString, out var value, out _) ? value : TemplateValue.Nil, Kind.String);
        table.Add("mustFromJson", MustRead, Kind.String);
    }

    private static void AddWriter(FunctionTable table, string name, string mustName, JsonStyle style)
    {
        table.Add(name, a => WriteOrEmpty(a[0], style), Kind.Any);
        table.Add(mustName, a => MustWrite(a[0], style), Kind.Any);
    }

    private static TemplateValue WriteOrEmpty(TemplateValue value, JsonStyle style) =>
        TemplateValue.From(JsonWriter.TryWrite(value, style, out var text, out _) ? text : "");

    private static TemplateValue MustWrite(TemplateValue value, JsonStyle style) =>
        TemplateValue.From(JsonWriter.TryWrite(value, style, out var text, out var error) ? text : throw new TemplateFunctionException(error));

    private static TemplateValue MustRead(ReadOnlySpan<TemplateValue> arguments) =>
        JsonReader.TryRead(arguments[0].AsString, out var value, out var error) ? value : throw new TemplateFunctionException(error);
}
