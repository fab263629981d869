using System.Text.Json;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.JsonSchemaValidation.Values;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>
/// A schema of the configuration, compiled when it is loaded. Bodies are validated on their bytes beside a table of tokens; no tree is
/// built. Safe for concurrent use.
/// </summary>
internal sealed class CompiledSchema
{
    private const int MaxFaults = 100;

    // Deeper than any document that the gateway itself decodes, and what is put around it.
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 1_100 };

    private readonly Schema _schema;
    private readonly FaultText _text;

    private CompiledSchema(Schema schema, SchemaPlaces places)
    {
        _schema = schema;
        _text = new(places);
    }

    /// <summary>Compiles a schema; throws <see cref="DefinitionException"/> with the place of what is wrong.</summary>
    public static CompiledSchema Compile(ConfigNode node, ConfigPath path)
    {
        if (node.Kind is not (ConfigKind.Object or ConfigKind.Boolean))
            throw new DefinitionException(node.Position, path.ToString(), $"{ConfigText.Describe(path.MemberName, node)} is no JSON Schema; expected an object");
        using var document = SchemaText.Parse(node, path);
        using var files = new SchemaFiles();
        var address = AddressOf(node);
        var places = new SchemaPlaces(node, path, address, files.Nodes);
        try
        {
            var schema = Schema.Compile(document.RootElement, new JsonSchemaOptions
            {
                DefaultDraft = JsonSchemaDraft.Draft7,
                Formats = JsonSchemaFormats.AssertionUpToDraft7,
                BaseUri = address,
                Resolver = files.Read,
            });
            return new(schema, places);
        }
        catch (DefinitionException exception) when (!exception.HasLine)
        {
            throw new DefinitionException(node.Position, path.ToString(), exception.Message);
        }
        catch (JsonSchemaException exception)
        {
            var at = places.Find(exception.Location, out var place, out _);
            throw new DefinitionException(at.Position, place.ToString(), exception.Reason);
        }
    }

    /// <summary>What of a JSON text does not match, one line each, or <see langword="null"/>. Throws <see cref="JsonException"/> for what is no JSON.</summary>
    public string? FaultsOf(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, s_json);
        return FaultsOf<JsonElementInstance, JsonElementInstance.Children>(new(document.RootElement));
    }

    /// <summary>What of the data of a response does not match, one line each, or <see langword="null"/>.</summary>
    public string? FaultsOf(Payload? data)
    {
        if (data is null)
            return FaultsOf("null"u8.ToArray());
        if (data.HasTree)
            return FaultsOf<DataInstance, DataChildren>(new(data.Tree));
        using var bytes = new PooledBytes();
        data.WriteJson(bytes);
        return FaultsOf(bytes.Memory);
    }

    private string? FaultsOf<T, TChildren>(in T instance)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        // The first pass decides; only what fails is worth a text.
        if (_schema.IsValid<T, TChildren>(instance))
            return null;
        return _text.Of<T, TChildren>(_schema.Validate<T, TChildren>(instance, MaxFaults));
    }

    // Relative references resolve against the file in which the schema stands.
    private static string AddressOf(ConfigNode node)
    {
        var file = node.Position.File;
        return new Uri(Path.GetFullPath(string.IsNullOrEmpty(file) ? "schema.json" : file)).AbsoluteUri;
    }
}
