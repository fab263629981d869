using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>From the location of a keyword (<c>file:///a.json#/properties/b/type</c>) to the node that says it.</summary>
/// <param name="schema">The schema of the configuration.</param>
/// <param name="path">Its place in the document.</param>
/// <param name="address">Its own address.</param>
/// <param name="files">The files that it refers to.</param>
internal sealed class SchemaPlaces(ConfigNode schema, ConfigPath path, string address, IReadOnlyDictionary<string, ConfigNode> files)
{
    /// <summary>The node of a location, or the nearest one above it that there is, and the place of it in its document.</summary>
    /// <param name="location">The location.</param>
    /// <param name="place">The place.</param>
    /// <param name="isExact">Whether it is the node itself.</param>
    public ConfigNode Find(string location, out ConfigPath place, out bool isExact)
    {
        var hash = location.IndexOf('#', StringComparison.Ordinal);
        var document = hash < 0 ? location : location[..hash];
        var node = schema;
        place = path;
        if (document.Length > 0 && document != address && files.TryGetValue(document, out var file))
        {
            node = file;
            place = ConfigPath.Root;
        }
        isExact = true;
        var pointer = hash < 0 ? "" : location[(hash + 1)..];
        foreach (var token in pointer.Split('/').Skip(1))
        {
            var name = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (Step(node, name) is not { } next)
            {
                isExact = false;
                break;
            }
            place = node.Kind == ConfigKind.Array ? place.Item(int.Parse(name, CultureInfo.InvariantCulture)) : place.Member(name);
            node = next;
        }
        return node;
    }

    private static ConfigNode? Step(ConfigNode node, string name)
    {
        if (node.Kind == ConfigKind.Array)
            return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < node.Items.Count ? node.Items[index] : null;
        // Draft 04 says in two keywords what stands in one here.
        return node[name] switch
        {
            { Kind: ConfigKind.Boolean } when name is "exclusiveMinimum" => node["minimum"],
            { Kind: ConfigKind.Boolean } when name is "exclusiveMaximum" => node["maximum"],
            var member => member,
        };
    }
}
