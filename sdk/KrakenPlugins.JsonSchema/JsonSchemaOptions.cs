using System.Text.Json;

namespace KrakenPlugins.JsonSchema;

/// <summary>How schemas are compiled.</summary>
public sealed class JsonSchemaOptions
{
    /// <summary>The draft of a schema without <c>$schema</c>.</summary>
    public JsonSchemaDraft DefaultDraft { get; init; } = JsonSchemaDraft.Draft202012;

    /// <summary>Whether <c>format</c> rejects values.</summary>
    public JsonSchemaFormats Formats { get; init; } = JsonSchemaFormats.Annotation;

    /// <summary>
    /// The absolute URI that the schema was read from; relative references resolve against it when the schema has no
    /// <c>$id</c> of its own. <see langword="null"/>: the document has no address.
    /// </summary>
    public string? BaseUri { get; init; }

    /// <summary>Further documents by absolute URI (without fragment) that references may reach; nothing is ever fetched.</summary>
    public IReadOnlyDictionary<string, JsonElement> Documents { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>
    /// Called while compiling with the absolute URI of a document that is neither built in nor in <see cref="Documents"/>;
    /// returns <see langword="null"/> for one that it does not have either.
    /// </summary>
    public Func<string, JsonElement?>? Resolver { get; init; }

    /// <summary>
    /// The most work one validation does, in visited pairs of schema and value: a recursive schema with alternatives can cost
    /// exponentially more than the size of a value. Beyond it the value counts as invalid. Default 10 million (a second or two).
    /// </summary>
    public int MaxSteps { get; init; } = 10_000_000;
}
