using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>The metaschemas of the supported drafts, built into the assembly.</summary>
internal static class Metaschemas
{
    private const string Modern = "json-schema.org/draft/";

    internal static JsonSchemaDraft? DraftOf(string uri) => WithoutScheme(uri) switch
    {
        "json-schema.org/draft/2020-12/schema" => JsonSchemaDraft.Draft202012,
        "json-schema.org/draft/2019-09/schema" => JsonSchemaDraft.Draft201909,
        "json-schema.org/draft-07/schema" => JsonSchemaDraft.Draft7,
        "json-schema.org/draft-06/schema" => JsonSchemaDraft.Draft6,
        "json-schema.org/draft-04/schema" => JsonSchemaDraft.Draft4,
        _ => null,
    };

    internal static JsonElement? Find(string uri)
    {
        var name = DraftOf(uri) switch
        {
            JsonSchemaDraft.Draft4 => "draft-04",
            JsonSchemaDraft.Draft6 => "draft-06",
            JsonSchemaDraft.Draft7 => "draft-07",
            _ when WithoutScheme(uri) is { } path && path.StartsWith(Modern, StringComparison.Ordinal) => path[Modern.Length..].Replace('/', '.'),
            _ => null,
        };
        using var stream = name is null ? null : typeof(Metaschemas).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    // The older drafts are http, the newer ones https, and authors mix them up.
    private static string? WithoutScheme(string uri) =>
        uri.StartsWith("https://", StringComparison.Ordinal) ? uri[8..] : uri.StartsWith("http://", StringComparison.Ordinal) ? uri[7..] : null;
}
