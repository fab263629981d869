using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>A backend of a generated endpoint.</summary>
internal sealed record NaiveBackend
{
    public string Encoding { get; init; } = "json";
    public bool IsCollection { get; init; }
    public string Target { get; init; } = "";
    public IReadOnlyList<string> Allow { get; init; } = [];
    public IReadOnlyList<string> Deny { get; init; } = [];
    public IReadOnlyList<KeyValuePair<string, string>> Mapping { get; init; } = [];
    public string Group { get; init; } = "";

    /// <summary>Whether a flatmap that finds nothing takes the place of filters and mapping; the data is a tree then.</summary>
    public bool IsTree { get; init; }
}

/// <summary>What a client must receive; a body of <see langword="null"/> stands for a 500.</summary>
internal sealed record NaiveAnswer(string? Body, bool Completed);

/// <summary>
/// The rules of the chapter in their simplest form, over the parser of the framework: no bytes are kept, everything is copied.
/// </summary>
internal static class NaiveReference
{
    private static readonly Comparer<string> s_utf8 =
        Comparer<string>.Create(static (x, y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)));

    /// <summary>The answer when the documents arrive in this order.</summary>
    public static NaiveAnswer Answer(IEnumerable<(NaiveBackend Backend, string Document)> inOrder, bool isSequential)
    {
        var parts = new List<object?>();
        var merged = NewObject();
        var isComplete = true;
        var succeeded = 0;
        foreach (var (backend, document) in inOrder)
        {
            if (!TryDecode(backend, document, out var data))
            {
                isComplete = false;
                if (isSequential)
                    break;
                continue;
            }
            succeeded++;
            isComplete &= data is not null;
            if (data is SortedDictionary<string, object?> members)
            {
                foreach (var (name, value) in members)
                    merged[name] = value;
            }
        }
        return succeeded == 0 ? new NaiveAnswer(null, false) : new NaiveAnswer(Write(merged), isComplete && merged.Count > 0);
    }

    /// <summary>Canonical JSON.</summary>
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static bool TryDecode(NaiveBackend backend, string document, out object? data)
    {
        if (backend.Encoding == "string")
        {
            data = Shape(backend, Wrap("content", document));
            return true;
        }
        data = null;
        using var parsed = JsonDocument.Parse(document);
        var root = parsed.RootElement;
        var value = Copy(root);
        if (backend.Encoding == "safejson")
        {
            data = Shape(backend, root.ValueKind switch
            {
                JsonValueKind.Object => value,
                JsonValueKind.Array => Wrap("collection", value),
                _ => Wrap("content", value),
            });
            return true;
        }
        if (root.ValueKind != JsonValueKind.Null && root.ValueKind != (backend.IsCollection ? JsonValueKind.Array : JsonValueKind.Object))
            return false;
        data = Shape(backend, backend.IsCollection ? Wrap("collection", value) : value);
        return true;
    }

    private static object? Shape(NaiveBackend backend, object? data)
    {
        if (backend.Target.Length > 0)
        {
            foreach (var name in backend.Target.Split('.'))
                data = data is SortedDictionary<string, object?> level && level.GetValueOrDefault(name) is SortedDictionary<string, object?> below ? below : NewObject();
        }
        if (data is SortedDictionary<string, object?> members && !backend.IsTree)
        {
            if (backend.Allow.Count > 0)
                data = members = Keep(members, "", Effective(backend.Allow)) ?? NewObject();
            else
                backend.Deny.ToList().ForEach(path => Remove(members, path.Split('.')));
            Rename(members, backend.Mapping);
        }
        return backend.Group.Length == 0 ? data : Wrap(backend.Group, data);
    }

    /// <summary>A path drops the earlier ones that begin with it or that it begins with.</summary>
    private static List<string> Effective(IReadOnlyList<string> allow)
    {
        var paths = new List<string>();
        foreach (var path in allow)
        {
            paths.RemoveAll(earlier => (earlier + ".").StartsWith(path + ".", StringComparison.Ordinal) || (path + ".").StartsWith(earlier + ".", StringComparison.Ordinal));
            paths.Add(path);
        }
        return paths;
    }

    private static SortedDictionary<string, object?>? Keep(SortedDictionary<string, object?> members, string prefix, List<string> allow)
    {
        var kept = NewObject();
        foreach (var (name, value) in members)
        {
            // A key with a dot is one level and no path says it.
            if (name.Contains('.', StringComparison.Ordinal))
                continue;
            var path = prefix + name;
            if (allow.Contains(path))
                kept[name] = value;
            else if (value is SortedDictionary<string, object?> inner && Keep(inner, path + ".", allow) is { } below)
                kept[name] = below;
        }
        return kept.Count == 0 ? null : kept;
    }

    private static void Remove(SortedDictionary<string, object?> members, ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
            members.Remove(path[0]);
        else if (members.GetValueOrDefault(path[0]) is SortedDictionary<string, object?> inner)
            Remove(inner, path[1..]);
    }

    private static void Rename(SortedDictionary<string, object?> members, IReadOnlyList<KeyValuePair<string, string>> mapping)
    {
        var moved = mapping.Where(m => members.ContainsKey(m.Key)).Select(m => (To: m.Value.Split('.')[0], Value: members[m.Key])).ToArray();
        foreach (var (from, _) in mapping)
            members.Remove(from);
        foreach (var (to, value) in moved)
            members[to] = value;
    }

    private static object? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = NewObject();
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = Copy(member.Value);
                return members;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(Copy).ToList();
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Null:
                return null;
            default:
                return new Literal(element.GetRawText());
        }
    }

    private static SortedDictionary<string, object?> NewObject() => new(s_utf8);

    private static SortedDictionary<string, object?> Wrap(string name, object? value) => new(s_utf8) { [name] = value };

    private static void Write(StringBuilder to, object? value)
    {
        switch (value)
        {
            case SortedDictionary<string, object?> members:
                to.Append('{').AppendJoin(',', members.Select(static m => $"{Write(m.Key)}:{Write(m.Value)}")).Append('}');
                break;
            case List<object?> items:
                to.Append('[').AppendJoin(',', items.Select(Write)).Append(']');
                break;
            case string text:
                to.Append('"').AppendJoin("", text.Select(Escape)).Append('"');
                break;
            default:
                to.Append(value is Literal literal ? literal.Text : "null");
                break;
        }
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        _ => c.ToString(),
    };

    /// <summary>A number or boolean as it stood in the document.</summary>
    private sealed record Literal(string Text);
}
