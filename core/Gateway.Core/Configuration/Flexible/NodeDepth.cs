using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Keeps trees from being deeper than a stack is.</summary>
internal static class NodeDepth
{
    /// <summary>The first value that lies deeper than so many levels; <see langword="null"/> when none does.</summary>
    public static ConfigNode? FirstBelow(ConfigNode root, int levels)
    {
        var pending = new Stack<(ConfigNode Node, int Level)>();
        pending.Push((root, 1));
        while (pending.TryPop(out var next))
        {
            if (next.Level > levels)
                return next.Node;
            for (var i = next.Node.Items.Count - 1; i >= 0; i--)
                pending.Push((next.Node.Items[i], next.Level + 1));
            for (var i = next.Node.Members.Count - 1; i >= 0; i--)
                pending.Push((next.Node.Members[i].Value, next.Level + 1));
        }
        return null;
    }
}
