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
            Schema.Compile(source.Read(address), new()
            {
                DefaultDraft = JsonSchemaDraft.Draft7,
                BaseUri = address.AbsoluteUri,
                Resolver = uri => Uri.TryCreate(uri, UriKind.Absolute, out var other) && other.IsFile && plugin.Contains(other.LocalPath) ? source.Read(other) : null,
            });
            return null;
        }
        catch (Exception exception) when (exception is JsonSchemaException or LintException)
        {
            return exception.Message;
        }
    }
}
