using System.Text.Json;
using KrakenPlugins.JsonSchema.Evaluation;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>A schema resource while it is compiled: a document, or a part with an identifier of its own.</summary>
internal sealed class SchemaResource(string uri, SchemaPlace root, SchemaDialect dialect)
{
    /// <summary>Absolute URI without fragment; empty for a document without an address.</summary>
    internal string Uri { get; } = uri;

    internal SchemaPlace Root { get; } = root;

    internal SchemaDialect Dialect { get; set; } = dialect;

    internal Dictionary<string, SchemaPlace> Anchors { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, SchemaPlace> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    /// <summary>What remains of the resource at run time.</summary>
    internal DynamicScope Scope { get; } = new(uri);
}

/// <summary>A value inside a schema document, with the resource and dialect that apply there.</summary>
internal sealed class SchemaPlace(JsonElement element, PointerPath pointer)
{
    private Dictionary<string, SchemaPlace>? _children;

    internal JsonElement Element { get; } = element;

    /// <summary>From the root of the resource.</summary>
    internal PointerPath Pointer { get; private set; } = pointer;

    internal SchemaResource Resource { get; private set; } = null!;

    internal SchemaDialect Dialect { get; set; } = null!;

    /// <summary>Identifiers below have been read.</summary>
    internal bool IsScanned { get; set; }

    internal SchemaNode? Node { get; set; }

    internal string Location => Resource.Uri + "#" + Pointer;

    internal void BelongTo(SchemaResource resource)
    {
        Resource = resource;
        Dialect = resource.Dialect;
        if (resource.Root == this)
            Pointer = PointerPath.Root;
    }

    /// <summary>Takes resource and dialect of the schema that it stands in.</summary>
    internal void BelongToParent(SchemaPlace schema)
    {
        if (IsScanned)
            return;
        Resource = schema.Resource;
        Dialect = schema.Dialect;
    }

    /// <summary>The place of a member or an item, or <see langword="null"/> when there is none.</summary>
    internal SchemaPlace? Child(string segment)
    {
        if (_children is not null && _children.TryGetValue(segment, out var known))
            return known;
        if (Element.ValueKind == JsonValueKind.Object)
            return Element.TryGetProperty(segment, out var member) ? Add(segment, member, Pointer.Member(segment)) : null;
        if (Element.ValueKind != JsonValueKind.Array || !int.TryParse(segment, System.Globalization.NumberStyles.None, null, out var index)
            || index >= Element.GetArrayLength() || (segment.Length > 1 && segment[0] == '0'))
            return null;
        return Add(segment, Element[index], Pointer.Item(index));
    }

    /// <summary>The places of all members or items, in order.</summary>
    internal IEnumerable<(string Name, SchemaPlace Place)> Children()
    {
        if (Element.ValueKind == JsonValueKind.Object)
        {
            // Of members with the same name the last one counts, here as in Child.
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in Element.EnumerateObject())
                members[member.Name] = member.Value;
            foreach (var (name, value) in members)
                yield return (name, _children?.GetValueOrDefault(name) ?? Add(name, value, Pointer.Member(name)));
        }
        else if (Element.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in Element.EnumerateArray())
            {
                var segment = index.ToString(System.Globalization.CultureInfo.InvariantCulture);
                yield return (segment, _children?.GetValueOrDefault(segment) ?? Add(segment, item, Pointer.Item(index)));
                index++;
            }
        }
    }

    internal JsonSchemaException Error(string reason) => new(Location, reason);

    private SchemaPlace Add(string segment, JsonElement element, PointerPath pointer)
    {
        var place = new SchemaPlace(element, pointer) { Resource = Resource, Dialect = Dialect };
        (_children ??= new(StringComparer.Ordinal)).Add(segment, place);
        return place;
    }
}
