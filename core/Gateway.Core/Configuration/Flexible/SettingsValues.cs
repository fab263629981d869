using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Gives templates a settings tree to read, without a copy of it.</summary>
internal static class SettingsValues
{
    // A number of so many characters is the same after a trip through a floating-point number.
    private const int ExactDigits = 15;

    /// <summary>The value of a node.</summary>
    public static TemplateValue Of(ConfigNode node) => node.Kind switch
    {
        ConfigKind.Null => TemplateValue.Nil,
        ConfigKind.Boolean => TemplateValue.From(node.Text == "true"),
        ConfigKind.Number => Number(node),
        ConfigKind.String => TemplateValue.From(node.Text),
        ConfigKind.Array => TemplateValue.From(new SettingsList(node)),
        _ => TemplateValue.From(new SettingsMap(node)),
    };

    private static TemplateValue Number(ConfigNode node)
    {
        if (!double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return TemplateValue.From(node.Text);
        return node.Text.Length <= ExactDigits ? TemplateValue.From(value) : TemplateValue.FromNumber(value, node.Text);
    }
}

/// <summary>A list of a settings tree.</summary>
internal sealed class SettingsList(ConfigNode node) : ITemplateList
{
    private readonly TemplateValue[] _values = new TemplateValue[node.Items.Count];
    private readonly bool[] _isKnown = new bool[node.Items.Count];

    public int Count => _values.Length;

    public TemplateValue this[int index]
    {
        get
        {
            if (!_isKnown[index])
            {
                _values[index] = SettingsValues.Of(node.Items[index]);
                _isKnown[index] = true;
            }
            return _values[index];
        }
    }
}

/// <summary>An object of a settings tree; of duplicates the last.</summary>
internal sealed class SettingsMap(ConfigNode node) : ITemplateMap
{
    private Dictionary<string, TemplateValue>? _values;
    private string[]? _sortedKeys;

    public int Count => Values.Count;

    public IReadOnlyList<string> SortedKeys
    {
        get
        {
            if (_sortedKeys is null)
            {
                _sortedKeys = [.. Values.Keys];
                Array.Sort(_sortedKeys, KeyOrder.Instance);
            }
            return _sortedKeys;
        }
    }

    private Dictionary<string, TemplateValue> Values
    {
        get
        {
            if (_values is null)
            {
                _values = new(node.Members.Count, StringComparer.Ordinal);
                foreach (var member in node.Members)
                    _values[member.Name] = SettingsValues.Of(member.Value);
            }
            return _values;
        }
    }

    public bool TryGet(string key, out TemplateValue value) => Values.TryGetValue(key, out value);
}
