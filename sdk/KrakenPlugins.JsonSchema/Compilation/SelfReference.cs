using KrakenPlugins.JsonSchema.Evaluation;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>
/// Refuses schemas that lead back to themselves on the same value: evaluating one would never end. Cycles through a dynamic
/// reference are only known while validating and are refused there.
/// </summary>
internal static class SelfReference
{
    internal static void Refuse(List<SchemaNode> nodes)
    {
        var finished = new HashSet<SchemaNode>();
        var open = new HashSet<SchemaNode>();
        var path = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)>();
        foreach (var start in nodes)
        {
            if (!finished.Contains(start))
                Enter(start);
            while (path.TryPeek(out var top))
            {
                if (!top.Next.MoveNext())
                {
                    path.Pop();
                    open.Remove(top.Node);
                    finished.Add(top.Node);
                }
                else if (open.Contains(top.Next.Current))
                {
                    throw new JsonSchemaException(top.Node.Location, $"the schema refers to {top.Next.Current.Location}, which leads back to it on the same value, without end");
                }
                else if (!finished.Contains(top.Next.Current))
                {
                    Enter(top.Next.Current);
                }
            }
        }

        void Enter(SchemaNode node)
        {
            open.Add(node);
            path.Push((node, SameValue(node).GetEnumerator()));
        }
    }

    private static IEnumerable<SchemaNode> SameValue(SchemaNode node)
    {
        foreach (var applicator in node.Applicators)
        {
            if (applicator.Kind == ApplicatorKind.Dynamic)
                continue;
            foreach (var next in applicator.Nodes)
            {
                if (next is not null)
                    yield return next;
            }
        }
    }
}
