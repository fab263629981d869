using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>A document that references stand in or lead to.</summary>
/// <param name="Path">As configured.</param>
/// <param name="Root">Its content, rendered; positions are those of the files that people edit.</param>
internal sealed record ReferenceDocument(string Path, ConfigNode Root);

/// <summary>
/// Puts the content of files in the place of objects whose only content is the reference key (CFG-130 to 135). What cannot be
/// inserted is reported where the reference stands, and the rest is resolved all the same.
/// </summary>
/// <param name="key">The reference key, <c>$ref</c>.</param>
/// <param name="documents">Finds and reads documents.</param>
/// <param name="limits">The bounds.</param>
/// <param name="diagnostics">Receives the errors.</param>
internal sealed class References(string key, ReferenceDocuments documents, FlexibleLimits limits, ConfigDiagnostics diagnostics)
{
    private readonly Dictionary<(string Path, string Pointer, bool IsSchema), Part> _done = [];
    private readonly List<(string Path, string Pointer)> _chain = [];
    private bool _saidTooLarge;

    /// <summary>The document with everything inserted; the same node when it has no references.</summary>
    public ConfigNode Resolve(ReferenceDocument document) => Walk(document.Root, new(document, ConfigPath.Root, IsSchema: false, 1)).Node;

    private Part Walk(ConfigNode node, Place place)
    {
        if (place.Depth > limits.Depth)
            return Fail(node.Position, place.Path, $"more than {limits.Depth} levels of nesting");
        switch (node.Kind)
        {
            case ConfigKind.Array:
                return WalkItems(node, place);
            case ConfigKind.Object when TargetOf(node, place) is { } target:
                return Insert(target, place);
            case ConfigKind.Object:
                return WalkMembers(node, place);
            default:
                return new(node, 1, 1);
        }
    }

    private Part WalkItems(ConfigNode node, Place place)
    {
        var whole = new Part(node, 1, 1);
        ConfigNode[]? items = null;
        for (var i = 0; i < node.Items.Count; i++)
        {
            var part = Walk(node.Items[i], place.Below(place.Path.Item(i)));
            whole = whole.With(part, limits.Nodes);
            if (!ReferenceEquals(part.Node, node.Items[i]))
                (items ??= [.. node.Items])[i] = part.Node;
        }
        return Bounded(items is null ? whole : whole with { Node = ConfigNode.Array(node.Position, items) }, place);
    }

    private Part WalkMembers(ConfigNode node, Place place)
    {
        var whole = new Part(node, 1, 1);
        ConfigMember[]? members = null;
        for (var i = 0; i < node.Members.Count; i++)
        {
            var member = node.Members[i];
            var below = place.Below(place.Path.Member(member.Name));
            var part = Walk(member.Value, below with { IsSchema = place.IsSchema || HoldsSchemas(member.Name) });
            whole = whole.With(part, limits.Nodes);
            if (!ReferenceEquals(part.Node, member.Value))
                (members ??= [.. node.Members])[i] = member with { Value = part.Node };
        }
        return Bounded(members is null ? whole : whole with { Node = ConfigNode.Object(node.Position, members) }, place);
    }

    private Part Bounded(Part part, Place place)
    {
        if (part.Size <= limits.Nodes || _saidTooLarge)
            return part;
        _saidTooLarge = true;
        return Fail(part.Node.Position, place.Path, string.Create(CultureInfo.InvariantCulture, $"with what its references insert the document has more than {limits.Nodes} values"));
    }

    /// <summary>The text of a reference, when the object is one.</summary>
    private ConfigNode? TargetOf(ConfigNode node, Place place)
    {
        ConfigNode? target = null;
        var isAlone = true;
        foreach (var member in node.Members)
        {
            if (member.Name == key)
                target = member.Value;
            else
                isAlone &= member.Name.Length > 0 && member.Name[0] is '@' or '_' or '#';
        }
        if (target is not { Kind: ConfigKind.String } || (place.IsSchema && IsOfSchema(target.Text)))
            return null;
        if (isAlone)
            return target;
        if (!place.IsSchema)
            diagnostics.Warning(target.Position, place.Path.Member(key).ToString(), $"the object has more than \"{key}\", so it is no reference to a file, and nothing is inserted");
        return null;
    }

    private Part Insert(ConfigNode reference, Place place)
    {
        var hash = reference.Text.IndexOf('#', StringComparison.Ordinal);
        var file = hash < 0 ? reference.Text : reference.Text[..hash];
        var pointer = hash < 0 ? "" : reference.Text[(hash + 1)..];
        if (JsonPointer.Parse(pointer) is not { } steps)
            return Cannot(reference, place, $"{ConfigText.Quote(pointer)} is no JSON pointer, such as \"/backend/0/host\"");
        ReferenceDocument? target;
        try
        {
            target = hash == 0 ? place.Document : documents.Open(file, place.Document);
        }
        catch (SourceFileException e)
        {
            return Cannot(reference, place, e.Message);
        }
        if (target is null)
            return new(ConfigNode.Null(reference.Position), 1, 1);

        var done = (target.Path, pointer, place.IsSchema);
        if (_done.TryGetValue(done, out var part))
            return place.Depth + part.Height > limits.Depth ? Fail(reference.Position, place.Path, $"more than {limits.Depth} levels of nesting") : part;
        if (_chain.Contains((target.Path, pointer)))
            return Cannot(reference, place, $"the references lead in a circle: {Chain(target.Path, pointer)}");
        if (_chain.Count >= limits.ReferenceDepth)
            return Cannot(reference, place, $"more than {limits.ReferenceDepth} references within each other");

        _chain.Add((target.Path, pointer));
        part = Follow(reference, steps, target, place);
        _chain.RemoveAt(_chain.Count - 1);
        return _done[done] = part;
    }

    private Part Follow(ConfigNode reference, IReadOnlyList<string> steps, ReferenceDocument target, Place place)
    {
        var at = target.Root;
        var inside = place with { Document = target };
        for (var i = 0; i < steps.Count; i++)
        {
            // The way may lead through another reference.
            if (at.Kind == ConfigKind.Object && TargetOf(at, inside) is { } next)
                at = Insert(next, inside).Node;
            if (JsonPointer.Step(at, steps[i]) is not { } value)
                return Cannot(reference, place, $"{target.Path} has no {ConfigText.Quote(steps[i])} in {ConfigText.Quote("/" + string.Join('/', steps.Take(i)))}");
            inside = inside with { IsSchema = inside.IsSchema || HoldsSchemas(steps[i]) };
            at = value;
        }
        return Walk(at, inside);
    }

    // References of a JSON Schema to its own definitions are no files; with a key of one's own there is nothing to confuse (CFG-135).
    private bool IsOfSchema(string text) => key == "$ref" && (text.StartsWith('#') || text.Contains("://", StringComparison.Ordinal));

    private static bool HoldsSchemas(string name) =>
        (NamespaceAliases.CurrentName(name) ?? name) is "validation/json-schema" or "validation/response-json-schema" or "documentation/openapi";

    private string Chain(string path, string pointer) =>
        string.Join(" → ", _chain.Append((path, pointer)).Select(static l => l.Item2.Length == 0 ? l.Item1 : $"{l.Item1}#{l.Item2}"));

    private Part Cannot(ConfigNode reference, Place place, string reason) =>
        Fail(reference.Position, place.Path.Member(key), $"{ConfigText.Quote(reference.Text)} cannot be inserted: {reason}");

    private Part Fail(SourcePosition position, ConfigPath path, string message)
    {
        diagnostics.Error(position, path.ToString(), message);
        return new(ConfigNode.Null(position), 1, 1);
    }

    /// <summary>Where the walk is.</summary>
    private sealed record Place(ReferenceDocument Document, ConfigPath Path, bool IsSchema, int Depth)
    {
        public Place Below(ConfigPath path) => this with { Path = path, Depth = Depth + 1 };
    }

    /// <summary>A value with what was inserted: how many values it has, and how many levels.</summary>
    private readonly record struct Part(ConfigNode Node, int Size, int Height)
    {
        public Part With(Part inner, int most) => this with { Size = (int)Math.Min((long)Size + inner.Size, most + 1L), Height = Math.Max(Height, inner.Height + 1) };
    }
}
