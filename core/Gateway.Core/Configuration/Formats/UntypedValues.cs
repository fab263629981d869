using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Documents of formats without types or without lists, made what a JSON document of the same meaning is.</summary>
internal static class UntypedValues
{
    /// <summary>
    /// Texts that spell a boolean or a number become one, where the text can be had back from it: a linted document has to have types, and
    /// <c>1.10</c> may be a version.
    /// </summary>
    public static ConfigNode Typed(ConfigNode node)
    {
        switch (node.Kind)
        {
            case ConfigKind.Object:
                return ConfigNode.Object(node.Position, [.. node.Members.Select(static member => member with { Value = Typed(member.Value) })]);
            case ConfigKind.Array:
                return ConfigNode.Array(node.Position, [.. node.Items.Select(Typed)]);
            case ConfigKind.String when node.Text is "true" or "false":
                return ConfigNode.Boolean(node.Position, node.Text == "true");
            case ConfigKind.String when node.Text.Length is > 0 and < 20 && (char.IsAsciiDigit(node.Text[0]) || node.Text[0] == '-'):
                var number = JsonConfigReader.Read("", node.Text, new ConfigDiagnostics());
                return number is { Kind: ConfigKind.Number } && WeakTyping.TryString(number, out var text) && text == node.Text
                    ? ConfigNode.Number(node.Position, node.Text)
                    : node;
            default:
                return node;
        }
    }

    /// <summary>The language's lists of objects, where a block that occurs once stands for a list of one.</summary>
    public static ConfigNode Listed(ConfigNode root) =>
        WithLists(root, static name => name is "endpoints" or "async_agent", static element => WithLists(element, static name => name == "backend", static backend => backend));

    private static ConfigNode WithLists(ConfigNode node, Func<string, bool> isList, Func<ConfigNode, ConfigNode> element)
    {
        if (node.Kind != ConfigKind.Object)
            return node;
        return ConfigNode.Object(node.Position, [.. node.Members.Select(member => isList(member.Name) ? member with { Value = List(member.Value, element) } : member)]);
    }

    private static ConfigNode List(ConfigNode node, Func<ConfigNode, ConfigNode> element) => node.Kind switch
    {
        ConfigKind.Object => ConfigNode.Array(node.Position, [element(node)]),
        ConfigKind.Array => ConfigNode.Array(node.Position, [.. node.Items.Select(element)]),
        _ => node,
    };
}
