using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>The documents that references reach: the schema itself, those that the caller gave, and the metaschemas.</summary>
internal sealed class SchemaDocuments
{
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaDialect?> _dialects = new(StringComparer.Ordinal);
    private readonly Func<string, JsonElement?>? _resolver;
    private readonly SchemaDialect _default;

    internal SchemaDocuments(JsonSchemaOptions options)
    {
        _resolver = options.Resolver;
        _default = new SchemaDialect(options.DefaultDraft);
        foreach (var (uri, document) in options.Documents)
            _given[UriText.WithoutFragment(uri)] = document;
    }

    /// <summary>Takes a document in under its address and reads the identifiers in it.</summary>
    internal SchemaResource Add(string uri, JsonElement document)
    {
        var root = new SchemaPlace(document, PointerPath.Root);
        var resource = new SchemaResource(uri, root, _default);
        root.BelongTo(resource);
        _resources[uri] = resource;
        Scan(root);
        // An identifier in the document is its name, but it is still found under the address that it was given by.
        return _resources[uri] = root.Resource;
    }

    /// <summary>The place that a reference made at <paramref name="from"/> points to.</summary>
    /// <param name="anchor">The plain name in the fragment, if it is one.</param>
    internal SchemaPlace Resolve(SchemaPlace from, string keyword, string reference, out string? anchor)
    {
        var absolute = UriText.Resolve(from.Resource.Uri, reference);
        var uri = UriText.WithoutFragment(absolute);
        var resource = uri == from.Resource.Uri ? from.Resource : Find(uri)
            ?? throw from.Error($"{keyword} \"{reference}\" refers to the document \"{uri}\", which was not given; nothing is fetched");
        var fragment = UriText.Fragment(absolute);
        anchor = null;
        if (fragment.Length == 0)
            return resource.Root;
        if (fragment[0] != '/')
        {
            anchor = fragment;
            return resource.Anchors.TryGetValue(fragment, out var place) ? place
                : throw from.Error($"{keyword} \"{reference}\" refers to the anchor \"{fragment}\", which \"{uri}\" does not have");
        }
        var target = resource.Root;
        foreach (var token in fragment[1..].Split('/'))
        {
            target = target.Child(token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))
                ?? throw from.Error($"{keyword} \"{reference}\" points to nothing: there is no \"{token}\" at {target.Location}");
        }
        if (!target.IsScanned)
            Scan(target);
        return target;
    }

    private SchemaResource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out var known))
            return known;
        JsonElement? document = _given.TryGetValue(uri, out var given) ? given : Metaschemas.Find(uri) ?? _resolver?.Invoke(uri);
        return document is null ? null : Add(uri, document.Value);
    }

    // Every schema below the place, first the outer ones; a work list, since a schema may be nested as deep as a parser lets it.
    private void Scan(SchemaPlace start)
    {
        var work = new Stack<SchemaPlace>();
        work.Push(start);
        while (work.TryPop(out var place))
        {
            if (place.IsScanned)
                continue;
            place.IsScanned = true;
            if (place.Element.ValueKind != JsonValueKind.Object)
                continue;
            Identify(place);
            foreach (var (name, child) in place.Children())
            {
                child.BelongToParent(place);
                foreach (var schema in SchemaKeywords.SubschemasOf(name, child, place.Dialect.Draft))
                {
                    schema.BelongToParent(place);
                    work.Push(schema);
                }
            }
        }
    }

    private void Identify(SchemaPlace place)
    {
        var element = place.Element;
        var isRoot = place.Resource.Root == place;
        if (element.TryGetProperty("$schema", out var schema) && schema.ValueKind == JsonValueKind.String)
        {
            place.Dialect = DialectOf(place, schema.GetString()!);
            if (isRoot)
                place.Resource.Dialect = place.Dialect;
        }
        var dialect = place.Dialect;
        if (dialect.ReferenceHidesSiblings && element.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.String)
            return;
        if (element.TryGetProperty(dialect.IdKeyword, out var id) && id.ValueKind == JsonValueKind.String)
            Name(place, id.GetString()!);
        if (dialect.Draft >= JsonSchemaDraft.Draft201909 && TryGetText(element, "$anchor", out var anchor))
            AddAnchor(place, anchor);
        if (dialect.Draft == JsonSchemaDraft.Draft202012 && TryGetText(element, "$dynamicAnchor", out var dynamicAnchor))
        {
            AddAnchor(place, dynamicAnchor);
            place.Resource.DynamicAnchors[dynamicAnchor] = place;
        }
        if (dialect.Draft == JsonSchemaDraft.Draft201909 && place.Resource.Root == place
            && element.TryGetProperty("$recursiveAnchor", out var recursive) && recursive.ValueKind == JsonValueKind.True)
            place.Resource.DynamicAnchors[""] = place;
    }

    private void Name(SchemaPlace place, string id)
    {
        var absolute = UriText.Resolve(place.Resource.Uri, id);
        var uri = UriText.WithoutFragment(absolute);
        var fragment = UriText.Fragment(absolute);
        if (uri != place.Resource.Uri)
        {
            if (_resources.TryGetValue(uri, out var other) && other.Root != place)
                throw place.Error($"the identifier \"{uri}\" is already that of {other.Root.Location}");
            var resource = new SchemaResource(uri, place, place.Dialect);
            place.BelongTo(resource);
            _resources[uri] = resource;
        }
        if (fragment.Length > 0 && fragment[0] != '/' && place.Dialect.Draft <= JsonSchemaDraft.Draft7)
            AddAnchor(place, fragment);
    }

    private static void AddAnchor(SchemaPlace place, string name)
    {
        if (!place.Resource.Anchors.TryAdd(name, place) && place.Resource.Anchors[name] != place)
            throw place.Error($"the anchor \"{name}\" is already that of {place.Resource.Anchors[name].Location}");
    }

    private SchemaDialect DialectOf(SchemaPlace place, string schema)
    {
        var uri = UriText.WithoutFragment(schema);
        if (Metaschemas.DraftOf(uri) is { } draft)
            return new SchemaDialect(draft);
        if (_dialects.TryGetValue(uri, out var known))
            return known ?? throw place.Error($"the metaschema \"{schema}\" is described by itself; $schema must lead to a published draft");
        _dialects[uri] = null;
        var metaschema = Find(uri)
            ?? throw place.Error($"$schema \"{schema}\" is no published draft, and no such document was given; nothing is fetched");
        var dialect = metaschema.Dialect;
        if (metaschema.Root.Element.ValueKind == JsonValueKind.Object
            && metaschema.Root.Element.TryGetProperty("$vocabulary", out var vocabulary) && vocabulary.ValueKind == JsonValueKind.Object)
        {
            var (described, unknown) = new SchemaDialect(dialect.Draft).With(vocabulary.EnumerateObject()
                .Select(v => KeyValuePair.Create(v.Name, v.Value.ValueKind == JsonValueKind.True)));
            dialect = described ?? throw place.Error($"$schema \"{schema}\" requires the vocabulary \"{unknown}\", which is not known here");
        }
        return _dialects[uri] = dialect;
    }

    private static bool TryGetText(JsonElement element, string name, out string text)
    {
        text = element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return text.Length > 0;
    }
}
