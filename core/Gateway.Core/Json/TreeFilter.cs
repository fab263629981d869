using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary><c>allow</c> and <c>deny</c> on a tree, with the rules of <see cref="FieldFilter"/>.</summary>
internal static class TreeFilter
{
    /// <summary>Keeps only the fields of a set.</summary>
    /// <returns>Whether anything is left.</returns>
    public static bool Allow(DataObject data, FieldSet set)
    {
        var kept = new List<KeyValuePair<string, DataNode>>();
        for (var i = 0; i < set.Names.Length; i++)
        {
            if (!data.Members.TryGetValue(set.Names[i], out var value))
                continue;
            if (set.Children[i] is not { } below || (value is DataObject inner && Allow(inner, below)))
                kept.Add(new(set.Names[i], value));
        }
        data.Members.Clear();
        foreach (var (name, value) in kept)
            data.Members.Add(name, value);
        return kept.Count > 0;
    }

    /// <summary>Removes the fields of a set.</summary>
    public static void Deny(DataObject data, FieldSet set)
    {
        for (var i = 0; i < set.Names.Length; i++)
        {
            if (set.Children[i] is not { } below)
                data.Members.Remove(set.Names[i]);
            else if (data.Members.TryGetValue(set.Names[i], out var value) && value is DataObject inner)
                Deny(inner, below);
        }
    }
}
