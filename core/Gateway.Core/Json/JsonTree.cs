using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>Builds the tree of a subtree of a tape that kept all its elements. Dropped members are left out.</summary>
internal static class JsonTree
{
    /// <summary>The node of a token.</summary>
    public static DataNode Build(ReadOnlySpan<byte> source, JsonToken[] tokens, int root)
    {
        var node = Node(source, tokens[root]);
        if (node.Kind < DataKind.Array)
            return node;
        var open = new Stack<(DataNode Container, int End)>();
        open.Push((node, tokens[root].Next));
        var at = root + 1;
        while (open.TryPeek(out var level))
        {
            if (at == level.End)
            {
                open.Pop();
                continue;
            }
            var value = at;
            if (level.Container is DataObject)
            {
                value = at + 1;
                if (tokens[at].Has(JsonFlags.Dropped))
                {
                    at = tokens[value].Next;
                    continue;
                }
            }
            var child = Node(source, tokens[value]);
            if (level.Container is DataObject data)
                data[JsonText.Decode(source, tokens[at])] = child;
            else
                ((DataArray)level.Container).Items.Add(child);
            at = value + 1;
            if (child.Kind >= DataKind.Array)
                open.Push((child, tokens[value].Next));
        }
        return node;
    }

    private static DataNode Node(ReadOnlySpan<byte> source, in JsonToken token) => token.Kind switch
    {
        JsonFlags.False => DataBoolean.False,
        JsonFlags.True => DataBoolean.True,
        JsonFlags.Number => new DataNumber(Encoding.ASCII.GetString(token.Raw(source))),
        JsonFlags.String => new DataString(JsonText.Decode(source, token)),
        JsonFlags.Array => new DataArray(),
        JsonFlags.Object => new DataObject(),
        _ => DataNull.Instance,
    };
}
