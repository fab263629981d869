using System.Diagnostics.CodeAnalysis;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>A dotted path to a member of nested objects, compiled (RTE-158). Every dot separates levels.</summary>
public sealed class JsonPath
{
    /// <summary>Compiles a path such as <c>user.id</c>.</summary>
    public JsonPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Names = path.Split('.');
        Utf8 = [.. Names.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The keys from the root on.</summary>
    internal string[] Names { get; }

    /// <summary>The same keys as UTF-8.</summary>
    internal byte[][] Utf8 { get; }
}

/// <summary>Finds single values of a payload, whose tree is not built for it.</summary>
public static class JsonLookup
{
    /// <summary>
    /// The text of a value for use in a request (RTE-157..159): strings as they are, numbers as written, <c>null</c> as
    /// <c>&lt;nil&gt;</c>, elements of arrays joined by commas, objects as compact JSON.
    /// </summary>
    /// <param name="payload">The data after its shaping; a group is the first level.</param>
    /// <param name="path">Where the value is.</param>
    /// <param name="text">The text.</param>
    /// <returns>Whether the value exists. Arrays and scalars have nothing below them.</returns>
    public static bool TryGetText(Payload payload, JsonPath path, [NotNullWhen(true)] out string? text)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(path);
        text = TryFind(payload, path, out var value) ? value.Text() : null;
        return text is not null;
    }

    /// <summary>Finds the value at a path.</summary>
    internal static bool TryFind(Payload payload, JsonPath path, out JsonValue value)
    {
        value = default;
        if (payload is MergedPayload { HasTree: false } merged)
        {
            // The part that arrived last has the say about a root key, even when it lacks the rest of the path.
            for (var i = merged.Parts.Length - 1; i >= 0; i--)
            {
                if (HasRoot(merged.Parts[i], path))
                    return TryFind(merged.Parts[i], path, out value);
            }
            return false;
        }
        if (payload is JsonPayload { HasTree: false } bytes)
            return TryFind(bytes, path, path.Names.Length, out value);
        DataNode? node = payload.Tree;
        foreach (var name in path.Names)
            node = (node as DataObject)?[name];
        value = new JsonValue(node);
        return node is not null;
    }

    /// <summary>The value of the last member with a name that was not dropped; -1 when there is none or this is no object.</summary>
    internal static int Find(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, ReadOnlySpan<byte> name)
    {
        if (tokens[container].Kind != JsonFlags.Object)
            return -1;
        var found = -1;
        var end = tokens[container].Next;
        for (var key = container + 1; key < end; key = tokens[key + 1].Next)
        {
            if (!tokens[key].Has(JsonFlags.Dropped) && JsonKey.Is(source, tokens[key], name))
                found = key + 1;
        }
        return found;
    }

    private static bool HasRoot(Payload payload, JsonPath path) => payload is JsonPayload { HasTree: false } bytes
        ? TryFind(bytes, path, 1, out _)
        : payload.Tree.Members.ContainsKey(path.Names[0]);

    private static bool TryFind(JsonPayload payload, JsonPath path, int levels, out JsonValue value)
    {
        var token = payload.Root;
        var level = 0;
        if (payload.Group is { } group)
        {
            if (!path.Utf8[0].AsSpan().SequenceEqual(group.Utf8))
            {
                value = default;
                return false;
            }
            level = 1;
        }
        for (; level < levels && token >= 0; level++)
            token = Find(payload.Source, payload.Tokens, token, path.Utf8[level]);
        value = new JsonValue(payload, token);
        return token >= 0 || (payload.Group is not null && levels == 1);
    }
}
