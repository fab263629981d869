using System.Text.Json;
using KrakenPlugins.JsonSchema;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Inspection;

/// <summary>Judges whether a document is a JSON Schema: by the metaschema that it names (draft 7 when it names none), and by compiling it.</summary>
internal static class SchemaValidity
{
    private const int Most = 20;
    private const string Draft7 = "http://json-schema.org/draft-07/schema#";

    /// <summary>What is wrong with it, in words; nothing when it is a schema.</summary>
    /// <param name="content">The document, JSON in UTF-8.</param>
    public static IReadOnlyList<string> Faults(ReadOnlyMemory<byte> content)
    {
        if (content.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 500 });
            var root = document.RootElement;
            var metaschema = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$schema", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : Draft7;
            using var reference = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["$ref"] = metaschema }));
            var errors = Schema.Compile(reference.RootElement, new() { DefaultDraft = JsonSchemaDraft.Draft7 }).Validate(root, Most);
            if (errors.Count > 0)
                return [.. errors.Select(static e => e.ToString())];
            Schema.Compile(root, new() { DefaultDraft = JsonSchemaDraft.Draft7 });
            return [];
        }
        catch (Exception exception) when (exception is JsonException or JsonSchemaException)
        {
            return [exception.Message];
        }
    }
}
