using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>Claims of claims: <c>realm.user</c> is a claim of this name, or else <c>user</c> in the object <c>realm</c>.</summary>
public static class ClaimWalk
{
    /// <summary>The text of a claim; objects and lists as JSON. <see langword="null"/> when there is none.</summary>
    /// <param name="claims">All claims, or <see langword="null"/> where only texts are known.</param>
    /// <param name="path">A name, or names with dots between them.</param>
    public static string? TextOf(DataObject? claims, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (claims?[path] ?? Walk(claims, path)) switch
        {
            null or DataNull => null,
            DataString text => text.Value,
            var node => DataJson.ToString(node),
        };
    }

    private static DataNode? Walk(DataNode? node, ReadOnlySpan<char> path)
    {
        foreach (var step in path.Split('.'))
        {
            if (node is not DataObject parent || !parent.Members.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path[step], out node))
                return null;
        }
        return node;
    }
}
