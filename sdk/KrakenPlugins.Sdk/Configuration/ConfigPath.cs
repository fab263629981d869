using System.Globalization;
using System.Text;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// A place in a document, such as <c>endpoints[3].backend[0].encoding</c>. Holds only its last step and its parent, so that
/// walking a large document costs no text; the text is made when a finding is reported.
/// </summary>
public sealed class ConfigPath
{
    private readonly ConfigPath? _parent;
    private readonly string? _name;
    private readonly int _index;

    private ConfigPath(ConfigPath? parent, string? name, int index)
    {
        _parent = parent;
        _name = name;
        _index = index;
    }

    /// <summary>The document as a whole; its text is empty.</summary>
    public static ConfigPath Root { get; } = new(null, null, -1);

    /// <summary>The name of the last member on the way here, indexes skipped; empty for the root.</summary>
    public string MemberName
    {
        get
        {
            var step = this;
            while (step._name is null && step._parent is not null)
                step = step._parent;
            return step._name ?? "";
        }
    }

    /// <summary>A member of the object here.</summary>
    public ConfigPath Member(string name) => new(this, name, -1);

    /// <summary>An element of the list here.</summary>
    /// <param name="index">Counted from 0.</param>
    public ConfigPath Item(int index) => new(this, null, index);

    /// <summary>Dotted names and <c>[index]</c>; a name that holds a dot or a bracket is written <c>["name"]</c>.</summary>
    public override string ToString()
    {
        var steps = new Stack<ConfigPath>();
        for (var step = this; step._parent is not null; step = step._parent)
            steps.Push(step);

        var text = new StringBuilder();
        foreach (var step in steps)
        {
            if (step._name is null)
                text.Append(CultureInfo.InvariantCulture, $"[{step._index}]");
            else if (step._name.AsSpan().IndexOfAny(".[]\" \r\n") >= 0 || step._name.Length is 0 or > 200)
                text.Append('[').Append(ConfigText.Quote(step._name)).Append(']');
            else
                text.Append(text.Length == 0 ? "" : ".").Append(step._name);
        }
        return text.ToString();
    }
}
