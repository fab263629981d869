using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Lint;

/// <summary>Of members with the same name the last one counts (CFG-008): what the others hold is no part of the document.</summary>
internal static class OverwrittenMembers
{
    /// <summary>The values that later ones replace, and everything inside of them.</summary>
    public static IReadOnlySet<ConfigNode> Of(ConfigNode document)
    {
        var overwritten = new HashSet<ConfigNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(ConfigNode Node, bool IsOverwritten)>();
        open.Push((document, false));
        while (open.TryPop(out var next))
        {
            if (next.IsOverwritten)
                overwritten.Add(next.Node);
            if (next.Node.Kind == ConfigKind.Array)
            {
                foreach (var item in next.Node.Items)
                    open.Push((item, next.IsOverwritten));
            }
            else if (next.Node.Kind == ConfigKind.Object)
            {
                var later = new HashSet<string>(StringComparer.Ordinal);
                for (var i = next.Node.Members.Count - 1; i >= 0; i--)
                    open.Push((next.Node.Members[i].Value, !later.Add(next.Node.Members[i].Name) || next.IsOverwritten));
            }
        }
        return overwritten;
    }
}
