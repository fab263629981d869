using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>Claims of claims: <c>realm.user</c> is <c>user</c> in the object <c>realm</c>.</summary>
public static class ClaimWalk
{
    /// <summary>
    /// The text of the claim that the dots of a name lead to; objects and lists as JSON. <see langword="null"/> when there is none.
    /// </summary>
    /// <param name="claims">All claims, or <see langword="null"/> where only texts are known.</param>
    /// <param name="path">Names with dots between them; of a name without dots the claim itself.</param>
    public static string? TextOf(DataObject? claims, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        DataNode? node = claims;
        foreach (var step in path.AsSpan().Split('.'))
        {
            if (node is not DataObject parent || !parent.Members.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(step), out node))
                return null;
        }
        return node switch
        {
            null or DataNull => null,
            DataString text => text.Value,
            _ => DataJson.ToString(node),
        };
    }
}
