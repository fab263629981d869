namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>What the keywords of a schema resource mean: a draft and the vocabularies that its metaschema names.</summary>
internal sealed record SchemaDialect(JsonSchemaDraft Draft)
{
    internal bool Applicator { get; init; } = true;

    internal bool Unevaluated { get; init; } = Draft >= JsonSchemaDraft.Draft201909;

    internal bool Validation { get; init; } = true;

    internal bool Format { get; init; } = true;

    /// <summary>The metaschema itself demands that <c>format</c> rejects.</summary>
    internal bool FormatAssertion { get; init; }

    internal string IdKeyword => Draft == JsonSchemaDraft.Draft4 ? "id" : "$id";

    /// <summary>Up to draft 7 a <c>$ref</c> makes everything beside it meaningless.</summary>
    internal bool ReferenceHidesSiblings => Draft <= JsonSchemaDraft.Draft7;

    /// <summary>The dialect that a metaschema's <c>$vocabulary</c> describes.</summary>
    /// <param name="vocabularies">Vocabulary URIs and whether they are required.</param>
    /// <returns>The dialect, or the URI of a required vocabulary that is unknown.</returns>
    internal (SchemaDialect? Dialect, string? Unknown) With(IEnumerable<KeyValuePair<string, bool>> vocabularies)
    {
        var dialect = this with { Applicator = false, Unevaluated = false, Validation = false, Format = false };
        foreach (var (uri, required) in vocabularies)
        {
            var name = uri.StartsWith(VocabularyBase, StringComparison.Ordinal) ? uri[VocabularyBase.Length..] : "";
            switch (name)
            {
                case "applicator":
                    dialect = dialect with { Applicator = true, Unevaluated = dialect.Unevaluated || Draft == JsonSchemaDraft.Draft201909 };
                    break;
                case "unevaluated": dialect = dialect with { Unevaluated = true }; break;
                case "validation": dialect = dialect with { Validation = true }; break;
                case "format": dialect = dialect with { Format = true, FormatAssertion = required }; break;
                case "format-annotation": dialect = dialect with { Format = true }; break;
                case "format-assertion": dialect = dialect with { Format = true, FormatAssertion = true }; break;
                case "core" or "meta-data" or "content": break;
                default:
                    if (required)
                        return (null, uri);
                    break;
            }
        }
        return (dialect, null);
    }

    private string VocabularyBase => Draft == JsonSchemaDraft.Draft201909
        ? "https://json-schema.org/draft/2019-09/vocab/"
        : "https://json-schema.org/draft/2020-12/vocab/";
}
