using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Manipulation;

/// <summary>Values of the configuration as response data.</summary>
public static class ConfigNodeData
{
    /// <summary>
    /// The same value as data: numbers keep their text, of members with one name the last wins, null stays null. Recurses as
    /// deep as the document, whose depth the configuration reader bounds.
    /// </summary>
    public static DataNode ToData(ConfigNode node)
    {
        switch (node.Kind)
        {
            case ConfigKind.Boolean:
                return DataBoolean.Of(node.Text == "true");
            case ConfigKind.Number:
                return new DataNumber(node.Text);
            case ConfigKind.String:
                return new DataString(node.Text);
            case ConfigKind.Array:
                var list = new DataArray();
                foreach (var item in node.Items)
                    list.Items.Add(ToData(item));
                return list;
            case ConfigKind.Object:
                var data = new DataObject();
                foreach (var member in node.Members)
                    data[member.Name] = ToData(member.Value);
                return data;
            default:
                return DataNull.Instance;
        }
    }
}
