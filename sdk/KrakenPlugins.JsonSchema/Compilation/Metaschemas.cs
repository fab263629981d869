using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>The metaschemas of the supported drafts, built into the assembly.</summary>
internal static class Metaschemas
{
    internal static JsonSchemaDraft? DraftOf(string uri) => uri switch
    {
        "https://json-schema.org/draft/2020-12/schema" => JsonSchemaDraft.Draft202012,
        "https://json-schema.org/draft/2019-09/schema" => JsonSchemaDraft.Draft201909,
        "http://json-schema.org/draft-07/schema" or "https://json-schema.org/draft-07/schema" => JsonSchemaDraft.Draft7,
        "http://json-schema.org/draft-06/schema" or "https://json-schema.org/draft-06/schema" => JsonSchemaDraft.Draft6,
        "http://json-schema.org/draft-04/schema" or "https://json-schema.org/draft-04/schema" => JsonSchemaDraft.Draft4,
        _ => null,
    };

    internal static JsonElement? Find(string uri)
    {
        var name = DraftOf(uri) switch
        {
            JsonSchemaDraft.Draft4 => "draft-04",
            JsonSchemaDraft.Draft6 => "draft-06",
            JsonSchemaDraft.Draft7 => "draft-07",
            _ when uri.StartsWith(Modern, StringComparison.Ordinal) => uri[Modern.Length..].Replace('/', '.'),
            _ => null,
        };
        using var stream = name is null ? null : typeof(Metaschemas).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private const string Modern = "https://json-schema.org/draft/";
}
