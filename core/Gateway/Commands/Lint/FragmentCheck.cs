using System.Text.Json;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Commands.Lint;

/// <summary>Whether a plugin's schema file is a schema, by itself and with the files of the plugin that it refers to.</summary>
internal static class FragmentCheck
{
    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    /// <param name="plugin">Whose file.</param>
    /// <param name="file">Path in the plugin's folder.</param>
    public static string? WhyUnusable(FoundPlugin plugin, string file)
    {
        using var source = new SchemaSource();
        try
        {
            var address = SchemaSource.AddressOf(Path.Combine(plugin.Folder, file));
            var schema = source.Read(address);
            var id = IdOf(schema, address);
            Schema.Compile(schema, new()
            {
                DefaultDraft = JsonSchemaDraft.Draft7,
                BaseUri = address.AbsoluteUri,
                Resolver = uri => FileOf(uri, id, address) is { } file && plugin.Contains(file.LocalPath) ? source.Read(file) : null,
            });
            return null;
        }
        catch (Exception exception) when (exception is JsonSchemaException or LintException)
        {
            return exception.Message;
        }
    }

    private static Uri IdOf(JsonElement schema, Uri address) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$id", out var id) && id.ValueKind == JsonValueKind.String && Uri.TryCreate(address, id.GetString(), out var uri)
            ? uri
            : address;

    // What lies beside the schema's $id lies beside its file.
    private static Uri? FileOf(string uri, Uri id, Uri address)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var other))
            return null;
        if (!other.IsFile && other.Authority == id.Authority)
            other = new Uri(address, id.MakeRelativeUri(other));
        return other.IsFile ? other : null;
    }
}
