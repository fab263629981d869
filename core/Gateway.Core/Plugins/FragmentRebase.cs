using System.Text.Json.Nodes;

namespace Gateway.Core.Plugins;

/// <summary>
/// Rewrites a schema that becomes a part of another one: its references name their places in the whole, and what made it a document of
/// its own (<c>$schema</c>, <c>$id</c>, anchors) goes away. Only schemas are touched, not values (<c>const</c>, <c>enum</c>, <c>default</c>).
/// </summary>
/// <param name="root">The schema.</param>
/// <param name="place">Reference to where it is now.</param>
/// <param name="address">Where it was read from.</param>
/// <param name="other">The place of another document, or <see langword="null"/> to leave a reference as it is.</param>
internal sealed class FragmentRebase(JsonObject root, string place, Uri address, Func<Uri, string?> other)
{
    private static readonly string[] s_dialects = ["draft-06", "draft-07", "2019-09"];

    // Beside a $ref older drafts read nothing; in the whole these would count.
    private static readonly HashSet<string> s_annotations = new(StringComparer.Ordinal) { "$ref", "title", "description", "default", "examples", "$comment", "definitions" };

    private readonly Dictionary<string, string> _anchors = new(StringComparer.Ordinal);
    private Uri? _id;
    private bool _referenceStandsAlone;

    private Uri Base => _id ?? address;

    /// <summary>Rewrites it in place.</summary>
    /// <exception cref="InvalidDataException">The schema uses what cannot be moved.</exception>
    public void Run()
    {
        var dialect = Text(root, "$schema");
        if (dialect is not null && !Array.Exists(s_dialects, d => dialect.Contains(d, StringComparison.Ordinal)))
            throw new InvalidDataException($"its $schema is \"{dialect}\"; expected draft-07 or 2019-09");
        _referenceStandsAlone = dialect is null || !dialect.Contains("2019-09", StringComparison.Ordinal);
        if (Text(root, "$id") is { } id && !id.StartsWith('#'))
            _id = new Uri(address, id);
        CollectAnchors(root, "");
        Rewrite(root);
    }

    /// <summary>A name as a step of a JSON pointer in a URI fragment.</summary>
    public static string Escape(string name) =>
        Uri.EscapeDataString(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    private void CollectAnchors(JsonObject schema, string pointer)
    {
        if (Text(schema, "$anchor") is { } anchor)
            _anchors[anchor] = pointer;
        if (Text(schema, "$id") is { } id && !ReferenceEquals(schema, root))
        {
            if (!id.StartsWith('#'))
                throw new InvalidDataException($"a schema inside of it has an $id of its own (\"{id}\"); refer to it by its place instead");
            _anchors[id[1..]] = pointer;
        }
        foreach (var (step, child) in Subschemas(schema))
            CollectAnchors(child, $"{pointer}/{step}");
    }

    private void Rewrite(JsonObject schema)
    {
        foreach (var (_, child) in Subschemas(schema).ToArray())
            Rewrite(child);
        schema.Remove("$id");
        schema.Remove("$schema");
        schema.Remove("$anchor");
        schema.Remove("$recursiveAnchor");
        if (Text(schema, "$recursiveRef") is not null)
        {
            schema.Remove("$recursiveRef");
            schema["allOf"] = new JsonArray([.. schema["allOf"]?.DeepClone().AsArray().Select(static s => s?.DeepClone()) ?? [], new JsonObject { ["$ref"] = place }]);
        }
        if (Text(schema, "$ref") is not { } reference)
            return;
        schema["$ref"] = Target(reference);
        if (!_referenceStandsAlone)
            return;
        foreach (var name in schema.Select(static m => m.Key).Where(static n => !s_annotations.Contains(n)).ToArray())
            schema.Remove(name);
    }

    private string Target(string reference)
    {
        var parts = reference.Split('#', 2);
        var fragment = parts.Length == 2 ? parts[1] : "";
        var document = parts[0].Length == 0 ? Base : new Uri(Base, parts[0]);
        var isHere = document == Base || document == address;
        if (fragment.Length > 0 && fragment[0] != '/')
        {
            if (!isHere)
                return reference;
            return _anchors.TryGetValue(fragment, out var pointer) ? place + pointer : throw new InvalidDataException($"nothing has the anchor \"{fragment}\"");
        }
        if (isHere)
            return place + fragment;
        // A file beside it may be named from its $id or from where it lies.
        var target = other(document) ?? (Base.IsFile ? null : other(new Uri(address, parts[0])));
        return target is null ? reference : target + fragment;
    }

    private static IEnumerable<(string Step, JsonObject Schema)> Subschemas(JsonObject schema)
    {
        foreach (var (keyword, value) in schema)
        {
            switch (keyword)
            {
                case "properties" or "patternProperties" or "definitions" or "$defs" or "dependencies" or "dependentSchemas" when value is JsonObject members:
                    foreach (var (name, member) in members)
                    {
                        if (member is JsonObject child)
                            yield return ($"{keyword}/{Escape(name)}", child);
                    }
                    break;
                case "items" or "allOf" or "anyOf" or "oneOf" when value is JsonArray list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        if (list[i] is JsonObject child)
                            yield return ($"{keyword}/{i}", child);
                    }
                    break;
                case "items" or "additionalItems" or "unevaluatedItems" or "contains" or "additionalProperties" or "unevaluatedProperties" or "propertyNames" or "not" or "if" or "then" or "else" when value is JsonObject only:
                    yield return (keyword, only);
                    break;
            }
        }
    }

    private static string? Text(JsonObject schema, string name) =>
        schema[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
