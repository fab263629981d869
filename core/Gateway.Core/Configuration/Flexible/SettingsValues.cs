using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// Gives templates a settings tree. The maps are the templates' own: <c>set</c>, <c>unset</c> and <c>merge</c> change the tree for all
/// that comes later, as in the reference (CFG-106).
/// </summary>
internal static class SettingsValues
{
    // A number of so many characters is the same after a trip through a floating-point number.
    private const int ExactDigits = 15;

    /// <summary>The value of a node.</summary>
    public static TemplateValue Of(ConfigNode node) => node.Kind switch
    {
        ConfigKind.Null => TemplateValue.Nil,
        ConfigKind.Boolean => TemplateValue.From(node.Text == "true"),
        ConfigKind.Number => Number(node.Text),
        ConfigKind.String => TemplateValue.From(node.Text),
        ConfigKind.Array => List(node),
        _ => Map(node),
    };

    private static TemplateValue Number(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return TemplateValue.From(text);
        return text.Length <= ExactDigits ? TemplateValue.From(value) : TemplateValue.FromNumber(value, text);
    }

    private static TemplateValue List(ConfigNode node)
    {
        var list = new TemplateList(node.Items.Count);
        foreach (var item in node.Items)
            list.Add(Of(item));
        return TemplateValue.From(list);
    }

    private static TemplateValue Map(ConfigNode node)
    {
        var map = new TemplateMap(node.Members.Count);
        foreach (var member in node.Members)
            map.Set(member.Name, Of(member.Value));
        return TemplateValue.From(map);
    }
}
