using System.Text.Json;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>
/// The files that a schema refers to, read while it is compiled and never later. Nothing is read over the network (MAN-180), and what one
/// schema may read is bounded (MAN-401).
/// </summary>
internal sealed class SchemaFiles : IDisposable
{
    private const int MaxFiles = 64;
    private const int MaxBytes = 4 << 20;

    private readonly List<JsonDocument> _documents = [];
    private readonly Dictionary<string, ConfigNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>The schemas that were read, by address, for the positions of what is wrong in them.</summary>
    public IReadOnlyDictionary<string, ConfigNode> Nodes => _nodes;

    /// <summary>The document of an address; <see langword="null"/> for one that is no file. Throws <see cref="DefinitionException"/> when it cannot be read.</summary>
    public JsonElement? Read(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !uri.IsFile || uri.Host.Length > 0)
            return null;
        var file = uri.LocalPath;
        if (_documents.Count >= MaxFiles)
            throw new DefinitionException(new(file, 0, 0), "", $"it is one file too many: a schema may refer to {MaxFiles}");
        var found = new ConfigDiagnostics();
        var node = JsonConfigReader.Read(file, Content(file), found);
        if (node is null || found.HasErrors)
        {
            var first = found.All.First(static f => f.Severity == ConfigSeverity.Error);
            throw new DefinitionException(first.Position, first.Path, first.Message);
        }
        var document = SchemaText.Parse(node, ConfigPath.Root);
        _documents.Add(document);
        _nodes[address] = node;
        return document.RootElement;
    }

    public void Dispose() => _documents.ForEach(static document => document.Dispose());

    private static byte[] Content(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read);
            var content = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= MaxBytes ? content[..length] : throw new DefinitionException(new(file, 0, 0), "", $"the file is larger than {MaxBytes >> 20} MiB");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DefinitionException(new(file, 0, 0), "", $"the schema refers to a file that cannot be read: {exception.Message}");
        }
    }
}
