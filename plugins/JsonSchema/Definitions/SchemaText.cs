using System.Text.Json;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>
/// A schema of the configuration as JSON. One without <c>$schema</c> follows the drafts 04 to 07 together (MAN-175): what draft 04 spells
/// otherwise is written as draft 07 has it.
/// </summary>
internal static class SchemaText
{
    /// <summary>Levels of nesting of a schema.</summary>
    public const int MaxDepth = 512;

    /// <summary>The document; dispose it. Throws <see cref="DefinitionException"/> for one that is nested too deep.</summary>
    public static JsonDocument Parse(ConfigNode schema, ConfigPath path)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, schema, schema["$schema"] is null ? Part.Schema : Part.AsWritten, path, 0);
        return JsonDocument.Parse(text.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth + 1 });
    }

    private static void Write(Utf8JsonWriter writer, ConfigNode node, Part part, ConfigPath path, int depth)
    {
        if (depth > MaxDepth)
            throw new DefinitionException(node.Position, path.ToString(), $"the schema is nested deeper than {MaxDepth} levels");
        switch (node.Kind)
        {
            case ConfigKind.Null:
                writer.WriteNullValue();
                break;
            case ConfigKind.Boolean:
                writer.WriteBooleanValue(node.Text == "true");
                break;
            case ConfigKind.Number:
                writer.WriteRawValue(node.Text, skipInputValidation: true);
                break;
            case ConfigKind.String:
                writer.WriteStringValue(node.Text);
                break;
            case ConfigKind.Array:
                writer.WriteStartArray();
                for (var i = 0; i < node.Items.Count; i++)
                    Write(writer, node.Items[i], part, path.Item(i), depth + 1);
                writer.WriteEndArray();
                break;
            default:
                WriteObject(writer, node, part, path, depth);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, ConfigNode node, Part part, ConfigPath path, int depth)
    {
        var last = new Dictionary<string, ConfigNode>(node.Members.Count, StringComparer.Ordinal);
        foreach (var member in node.Members)
            last[member.Name] = member.Value;
        writer.WriteStartObject();
        foreach (var member in node.Members)
        {
            // Of a name that repeats the last one counts.
            if (!ReferenceEquals(last[member.Name], member.Value) || (part == Part.Schema && IsReplaced(node, member)))
                continue;
            writer.WritePropertyName(part == Part.Schema ? NameOf(node, member) : member.Name);
            Write(writer, member.Value, PartOf(part, member.Name), path.Member(member.Name), depth + 1);
        }
        writer.WriteEndObject();
    }

    private static Part PartOf(Part outer, string name) => outer switch
    {
        Part.AsWritten => Part.AsWritten,
        Part.Names => Part.Schema,
        _ => name switch
        {
            "enum" or "const" or "default" or "examples" => Part.AsWritten,
            "properties" or "patternProperties" or "definitions" or "dependencies" or "$defs" or "dependentSchemas" => Part.Names,
            _ => Part.Schema,
        },
    };

    // "exclusiveMinimum": true says of "minimum" what draft 06 says with a number.
    private static bool IsReplaced(ConfigNode node, ConfigMember member) =>
        member is { Name: "exclusiveMinimum" or "exclusiveMaximum", Value.Kind: ConfigKind.Boolean }
            && (node[member.Name == "exclusiveMinimum" ? "minimum" : "maximum"] is { Kind: ConfigKind.Number } || member.Value.Text == "false");

    private static string NameOf(ConfigNode node, ConfigMember member) => member.Name switch
    {
        "minimum" when member.Value.Kind == ConfigKind.Number && IsTrue(node["exclusiveMinimum"]) => "exclusiveMinimum",
        "maximum" when member.Value.Kind == ConfigKind.Number && IsTrue(node["exclusiveMaximum"]) => "exclusiveMaximum",
        "id" when member.Value.Kind == ConfigKind.String && node["$id"] is null => "$id",
        _ => member.Name,
    };

    private static bool IsTrue(ConfigNode? node) => node is { Kind: ConfigKind.Boolean, Text: "true" };

    private enum Part
    {
        /// <summary>A schema whose draft is known, or a value of the document.</summary>
        AsWritten,
        /// <summary>A schema of drafts 04 to 07.</summary>
        Schema,
        /// <summary>Such schemas by names that are no keywords.</summary>
        Names,
    }
}
