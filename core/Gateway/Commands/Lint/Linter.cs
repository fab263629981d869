using System.Text.Json;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Commands.Lint;

/// <summary>
/// Validates a document against a schema (CFG-222 to 228): its own spelling, no aliases, no weak typing. Nothing of a plugin runs and
/// nothing is fetched.
/// </summary>
internal sealed class Linter
{
    private const int Most = 100;
    private readonly Schema _schema;

    private Linter(Schema schema) => _schema = schema;

    /// <summary>The schema of this gateway and the plugins that are installed.</summary>
    public static Linter Of(PluginCatalog catalog, ConfigDiagnostics diagnostics)
    {
        var text = ConfigSchema.Assemble(catalog, diagnostics).ToJsonString();
        using var document = JsonDocument.Parse(text);
        return new(Schema.Compile(document.RootElement.Clone()));
    }

    /// <summary>A schema of the user's own; throws <see cref="LintException"/> when it cannot be used (CFG-224).</summary>
    public static Linter Of(string file)
    {
        if (file.StartsWith("http://", StringComparison.Ordinal) || file.StartsWith("https://", StringComparison.Ordinal))
            throw new LintException($"{file}: schemas are read from files; download it first");
        try
        {
            var path = Path.GetFullPath(file);
            return new(Schema.Compile(Read(path), new() { BaseUri = new Uri(path).AbsoluteUri, Resolver = ReadReference }));
        }
        catch (Exception exception) when (exception is JsonSchemaException or JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new LintException($"{file}: {exception.Message}");
        }
    }

    /// <summary>Every violation with its position, in the order of the document.</summary>
    public ConfigDiagnostics Lint(ConfigNode document)
    {
        var found = new ConfigDiagnostics();
        foreach (var error in _schema.Validate<ConfigInstance, ConfigInstance.Children>(new(document), Most).OrderBy(static e => e.Instance.Node.Position.Line).ThenBy(static e => e.Instance.Node.Position.Column))
            found.Error(error.Instance.Node.Position, error.InstancePointer, error.Message + OtherPlace(error));
        return found;
    }

    // A namespace that stands in the wrong place: say where it belongs (CFG-225).
    private static string OtherPlace(JsonSchemaError<ConfigInstance> error)
    {
        if (error.Keyword is not "additionalProperties" and not "unevaluatedProperties")
            return "";
        var steps = error.InstancePointer.Split('/');
        if (steps.Length < 2 || !steps.Contains("extra_config"))
            return "";
        var name = steps[^1].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        var scopes = NamespaceRegistry.ScopesOf(name);
        return scopes.Count == 0 ? "" : $"; \"{name}\" belongs to the extra_config of {string.Join(" or ", scopes)}";
    }

    private static JsonElement? ReadReference(string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address) || !address.IsFile || !File.Exists(address.LocalPath))
            return null;
        return Read(address.LocalPath);
    }

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 500 });
        return document.RootElement.Clone();
    }
}

/// <summary>A schema cannot be used; the message names it and says why.</summary>
internal sealed class LintException(string message) : Exception(message);
