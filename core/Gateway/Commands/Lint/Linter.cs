using System.Text.Json;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace Gateway.Commands.Lint;

/// <summary>
/// Validates a document against a schema (CFG-222 to 228): its own spelling, no aliases, no weak typing. No code of a plugin runs.
/// </summary>
internal sealed class Linter
{
    private const int Most = 10_000;
    private readonly Schema _schema;
    private readonly JsonElement _source;

    private Linter(JsonElement source, JsonSchemaOptions options)
    {
        _schema = Schema.Compile(source, options);
        _source = source;
    }

    /// <summary>The schema of this gateway and the plugins that are installed.</summary>
    /// <exception cref="JsonSchemaException">The schema cannot be used.</exception>
    public static Linter Of(PluginCatalog catalog, ConfigDiagnostics diagnostics)
    {
        using var document = JsonDocument.Parse(ConfigSchema.Assemble(catalog, diagnostics, FragmentCheck.WhyUnusable).ToJsonString(), new JsonDocumentOptions { MaxDepth = SchemaSource.MaxDepth });
        return new(document.RootElement.Clone(), new());
    }

    /// <summary>A schema of the user's own.</summary>
    /// <param name="place">A file, or an address with http or https.</param>
    /// <exception cref="LintException">The schema cannot be used (CFG-224); the message names it and says why.</exception>
    public static Linter Of(string place)
    {
        using var source = new SchemaSource();
        try
        {
            var address = SchemaSource.AddressOf(place);
            return new(source.Read(address), new() { BaseUri = address.AbsoluteUri, Resolver = uri => source.Resolve(address, uri) });
        }
        catch (JsonSchemaException exception)
        {
            throw new LintException($"{place}: {exception.Message}");
        }
    }

    /// <summary>
    /// Every violation once, in the order of the document. Where the load had something to say about the same name or value, its words
    /// are used: it knows old names, other places and advice.
    /// </summary>
    /// <param name="document">The document as it was written.</param>
    /// <param name="loaded">What the load found.</param>
    public IReadOnlyList<ConfigDiagnostic> Lint(ConfigNode document, ConfigDiagnostics loaded)
    {
        var words = loaded.All.ToLookup(static f => f.Path, StringComparer.Ordinal);
        var overwritten = OverwrittenMembers.Of(document);
        var root = new ConfigInstance(document, document.Position);
        return [.. _schema.Validate<ConfigInstance, ConfigInstance.Children>(root, Most)
            .Where(e => !overwritten.Contains(e.Instance.Node))
            .Select(e => Finding(e, document, words))
            .Distinct()
            .OrderBy(static f => f.Position.Line).ThenBy(static f => f.Position.Column)];
    }

    private ConfigDiagnostic Finding(JsonSchemaError<ConfigInstance> error, ConfigNode document, ILookup<string, ConfigDiagnostic> words)
    {
        var isName = error.Keyword is "additionalProperties" or "unevaluatedProperties" or "propertyNames" or "properties" or "patternProperties";
        var position = isName ? error.Instance.NamePosition : error.Instance.Node.Position;
        var path = PathOf(error.InstancePointer, document);
        var (at, isPlain) = (error.Instance, isName || error.Instance.Node.Kind < ConfigKind.Array);
        var said = isPlain ? words[path].Where(f => f.Position == at.NamePosition || f.Position == at.Node.Position).Select(static f => f.Message).ToArray() : [];
        var message = said.Length > 0 ? string.Join("; ", said) : Message(error, isName);
        var place = error.InstancePointer.Length == 0 ? "the root" : error.InstancePointer;
        var rule = error.Keyword.Length == 0 ? "false" : error.Keyword;
        return new(ConfigSeverity.Error, position, path, $"{message} (rule \"{rule}\" at {place})") { Rule = $"schema/{rule}" };
    }

    private string Message(JsonSchemaError<ConfigInstance> error, bool isName)
    {
        if (isName)
            return error.Message + OtherPlace(error);
        var name = error.InstancePointer.Split('/').Select(Unescape).LastOrDefault(ConfigText.IsSecret);
        if (name is not null && error.Instance.Node.Kind < ConfigKind.Array)
            return $"{ConfigText.Quote(name)} has a value that it cannot have";
        return ConfigText.WithoutCredentials(error.Message) + Expectation(error);
    }

    // A pattern says little to people; what its schema describes says more.
    private string Expectation(JsonSchemaError<ConfigInstance> error)
    {
        if (error.Keyword != "pattern" || error.SchemaLocation.Split('#') is not [_, var pointer])
            return "";
        var schema = _source;
        foreach (var step in pointer.Split('/').Skip(1).SkipLast(1))
        {
            if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty(Unescape(Uri.UnescapeDataString(step)), out schema))
                return "";
        }
        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String
            ? $"; expected: {text.GetString()!.TrimEnd('.')}"
            : "";
    }

    // A namespace that stands in the wrong place: say where it belongs (CFG-225).
    private static string OtherPlace(JsonSchemaError<ConfigInstance> error)
    {
        var steps = error.InstancePointer.Split('/');
        if (steps.Length < 2 || steps[^2] != "extra_config")
            return "";
        var name = Unescape(steps[^1]);
        var scopes = NamespaceRegistry.ScopesOf(name);
        return scopes.Count == 0 ? "" : $"; it belongs to the extra_config of {string.Join(" or ", scopes.Select(ConfigScope.Describe))}";
    }

    // In the notation of all other findings.
    private static string PathOf(string pointer, ConfigNode document)
    {
        var (path, node) = (ConfigPath.Root, (ConfigNode?)document);
        foreach (var step in pointer.Split('/').Skip(1))
        {
            if (node?.Kind == ConfigKind.Array && int.TryParse(step, out var index) && index < node.Items.Count)
            {
                (path, node) = (path.Item(index), node.Items[index]);
                continue;
            }
            var name = Unescape(step);
            (path, node) = (path.Member(name), node?.Kind == ConfigKind.Object ? node[name] : null);
        }
        return path.ToString();
    }

    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

/// <summary>A schema cannot be used; the message names it and says why.</summary>
internal sealed class LintException(string message) : Exception(message);
