using System.Text.Json;
using KrakenPlugins.JsonSchema.Evaluation;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>Makes the graph of <see cref="SchemaNode"/>s that a schema reaches, with a work list instead of recursion.</summary>
internal sealed partial class SchemaCompiler(JsonSchemaOptions options)
{
    private readonly SchemaDocuments _documents = new(options);
    private readonly Queue<SchemaPlace> _pending = new();
    private readonly List<SchemaNode> _nodes = [];
    private readonly HashSet<SchemaResource> _reached = [];
    private readonly HashSet<string> _dynamicNames = new(StringComparer.Ordinal);

    // Beyond it a chain is taken for endless before it has filled the memory.
    private const long MaxChain = 100_000;

    /// <summary>The number of schemas times the resources they can be entered through: no chain without a repetition is longer.</summary>
    internal long LongestChain => Math.Min((long)_nodes.Count * (_reached.Count + 1), Math.Max(_nodes.Count, MaxChain)) + 1;

    internal SchemaNode Compile(JsonElement schema)
    {
        var baseUri = UriText.WithoutFragment(options.BaseUri ?? "");
        var root = NodeAt(_documents.Add(baseUri, schema).Root);
        do
        {
            while (_pending.TryDequeue(out var place))
                Fill(place, place.Node!);
        }
        while (EnterDynamicAnchors());
        SelfReference.Refuse(_nodes);
        foreach (var node in _nodes)
            node.Alias = AliasOf(node);
        foreach (var node in _nodes)
            MarkDiscriminators(node);
        return root;
    }

    private SchemaNode NodeAt(SchemaPlace place)
    {
        if (place.Node is { } known)
            return known;
        var node = place.Node = new SchemaNode(place.Resource.Scope, place.Pointer);
        _nodes.Add(node);
        _reached.Add(place.Resource);
        _pending.Enqueue(place);
        return node;
    }

    // A dynamic reference may lead to any resource that validation has entered by then.
    private bool EnterDynamicAnchors()
    {
        foreach (var resource in _reached.ToArray())
        {
            foreach (var (name, place) in resource.DynamicAnchors)
            {
                if (_dynamicNames.Contains(name))
                    resource.Scope.Anchors[name] = NodeAt(place);
            }
        }
        return _pending.Count > 0;
    }

    // Skipping a schema that only refers on must not skip a resource that dynamic references would have seen.
    private static SchemaNode? AliasOf(SchemaNode node)
    {
        if (node is not { Applicators: [{ Kind: ApplicatorKind.All, Nodes: [{ } target] }], AlwaysFails: false, Types: TypeSet.Any }
            || node.Const is not null || node.Enum is not null || node.Number is not null || node.String is not null
            || node.Array is not null || node.Object is not null || node.Tracks)
            return null;
        return node.Resource == target.Resource || node.Resource.Anchors.Count == 0 ? target : null;
    }

    private static void MarkDiscriminators(SchemaNode node)
    {
        foreach (var applicator in node.Applicators)
        {
            if (applicator.Kind is not (ApplicatorKind.Any or ApplicatorKind.One or ApplicatorKind.If))
                continue;
            foreach (var alternative in applicator.Nodes)
            {
                if (alternative?.Target.Object is not { Discriminators: null } rules)
                    continue;
                var members = rules.Properties.Select(p => p?.Target is { } target && IsDiscriminator(target) ? target : null).ToArray();
                if (Array.Exists(members, m => m is not null))
                    rules.Discriminators = members;
            }
        }
    }

    private static bool IsDiscriminator(SchemaNode node) =>
        (node.Const ?? node.Enum) is not null && !node.GoesOn(JsonInstanceKind.Object) && !node.GoesOn(JsonInstanceKind.Array);

    private void Fill(SchemaPlace place, SchemaNode node)
    {
        switch (place.Element.ValueKind)
        {
            case JsonValueKind.True:
                return;
            case JsonValueKind.False:
                node.AlwaysFails = true;
                return;
            case JsonValueKind.Object:
                break;
            default:
                throw place.Error($"a schema must be an object or a boolean, not {TypeNames.Of(place.Element.ValueKind)}");
        }
        var keywords = new Keywords(place);
        var dialect = place.Dialect;
        var applicators = new List<Applicator>();
        AddReferences(keywords, applicators);
        if (dialect.ReferenceHidesSiblings && keywords.Has("$ref"))
        {
            node.Applicators = [.. applicators];
            return;
        }
        if (dialect.Validation)
        {
            AddValueRules(keywords, node);
            AddStringRules(keywords, node);
            AddNumberRules(keywords, node);
        }
        if (dialect.Format)
            AddFormat(keywords, node);
        AddArrayRules(keywords, node);
        AddObjectRules(keywords, node, applicators);
        if (dialect.Applicator)
            AddApplicators(keywords, applicators);
        if (dialect.Unevaluated)
        {
            node.UnevaluatedItems = Schema(keywords, "unevaluatedItems");
            node.UnevaluatedProperties = Schema(keywords, "unevaluatedProperties");
        }
        node.Applicators = [.. applicators];
    }

    private void AddReferences(Keywords keywords, List<Applicator> applicators)
    {
        var place = keywords.Place;
        if (keywords.Text("$ref") is { } reference)
            applicators.Add(new Applicator(ApplicatorKind.All, "$ref", NodeAt(_documents.Resolve(place, "$ref", reference, out _))));
        if (place.Dialect.Draft == JsonSchemaDraft.Draft201909 && keywords.Text("$recursiveRef") is { } recursive)
        {
            if (recursive != "#")
                throw keywords.Error("$recursiveRef", "must be \"#\"");
            AddDynamic(applicators, "$recursiveRef", "", _documents.Resolve(place, "$recursiveRef", recursive, out _));
        }
        if (place.Dialect.Draft == JsonSchemaDraft.Draft202012 && keywords.Text("$dynamicRef") is { } dynamic)
            AddDynamic(applicators, "$dynamicRef", null, _documents.Resolve(place, "$dynamicRef", dynamic, out var anchor), anchor);
    }

    // Dynamic only where the first target is itself marked as one; else it is a plain reference.
    private void AddDynamic(List<Applicator> applicators, string keyword, string? fixedName, SchemaPlace target, string? anchor = null)
    {
        var name = fixedName ?? anchor;
        if (name is null || !target.Resource.DynamicAnchors.TryGetValue(name, out var marked) || marked != target)
        {
            applicators.Add(new Applicator(ApplicatorKind.All, keyword, NodeAt(target)));
            return;
        }
        _dynamicNames.Add(name);
        applicators.Add(new Applicator(ApplicatorKind.Dynamic, keyword, NodeAt(target)) { Anchor = name });
    }

    private void AddApplicators(Keywords keywords, List<Applicator> applicators)
    {
        var draft = keywords.Place.Dialect.Draft;
        if (Schemas(keywords, "allOf") is { } all)
            applicators.Add(new Applicator(ApplicatorKind.All, "allOf", all));
        if (Schemas(keywords, "anyOf") is { } any)
            applicators.Add(new Applicator(ApplicatorKind.Any, "anyOf", any));
        if (Schemas(keywords, "oneOf") is { } one)
            applicators.Add(new Applicator(ApplicatorKind.One, "oneOf", one));
        if (Schema(keywords, "not") is { } not)
            applicators.Add(new Applicator(ApplicatorKind.Not, "not", not));
        if (draft >= JsonSchemaDraft.Draft7 && Schema(keywords, "if") is { } condition)
            applicators.Add(new Applicator(ApplicatorKind.If, "if", condition, Schema(keywords, "then"), Schema(keywords, "else")));
    }

    private SchemaNode? Schema(Keywords keywords, string keyword) =>
        keywords.Has(keyword) ? NodeAt(keywords.Place.Child(keyword)!) : null;

    private SchemaNode[]? Schemas(Keywords keywords, string keyword)
    {
        if (!keywords.Has(keyword))
            return null;
        var list = keywords.Place.Child(keyword)!;
        if (list.Element.ValueKind != JsonValueKind.Array || list.Element.GetArrayLength() == 0)
            throw keywords.Error(keyword, "must be a list of at least one schema");
        return [.. list.Children().Select(c => NodeAt(c.Place))];
    }
}
