using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ApiKeys;

/// <summary>The file of <c>keys_file</c> (AUT-270): a JSON list of keys, read with each load of the configuration.</summary>
internal static class KeysFile
{
    private const long Largest = 256L << 20;

    private sealed class Content
    {
        public IReadOnlyList<KeySettings> Keys { get; init; } = [];
    }

    /// <summary>Its keys; <see langword="null"/> after errors were reported.</summary>
    public static IReadOnlyList<KeySettings>? Read(ServiceSettings settings, ConfigDiagnostics diagnostics)
    {
        var file = settings.KeysFile;
        byte[] bytes;
        try
        {
            var length = new FileInfo(file).Length;
            if (length > Largest)
            {
                settings.Source!.Error(diagnostics, "keys_file", $"{ConfigText.Quote(file)} has {length} bytes; expected {Largest} at most");
                return null;
            }
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            settings.Source!.Error(diagnostics, "keys_file", $"{ConfigText.Quote(file)} cannot be read: {ConfigText.Inline(exception.Message)}");
            return null;
        }
        var found = new ConfigDiagnostics();
        var root = JsonConfigReader.Read(file, bytes, found);
        Content? content = null;
        if (root is { Kind: ConfigKind.Array })
            content = new ConfigBinder(found).Bind<Content>(ConfigNode.Object(root.Position, [new("keys", root.Position, root)]), ConfigPath.Root);
        else if (root is not null)
            found.Error(root.Position, "", "expected a list of keys: [{\"key\": \"…\", \"roles\": [\"…\"]}]");
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        return found.HasErrors ? null : content?.Keys;
    }
}
