using System.Globalization;
using System.Text;

namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>
/// A JSON pointer as a chain, so that a hundred thousand nested values cost a hundred thousand links and not the square of it in
/// characters; the text is made for what is reported.
/// </summary>
internal sealed class PointerPath
{
    private readonly string? _name;
    private readonly int _index;

    private PointerPath(PointerPath? parent, string? name, int index)
    {
        Parent = parent;
        _name = name;
        _index = index;
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    internal static PointerPath Root { get; } = new(null, null, 0);

    internal PointerPath? Parent { get; }

    internal int Depth { get; }

    internal PointerPath Member(string name) => new(this, name, 0);

    internal PointerPath Item(int index) => new(this, null, index);

    /// <summary>The value's name for people: <c>"port"</c>, <c>"ports[3]"</c>, <c>[3]</c>, or <c>the value</c>.</summary>
    internal string Subject()
    {
        var indexes = "";
        var path = this;
        for (; path.Parent is not null && path._name is null; path = path.Parent)
        {
            if (Depth - path.Depth < 4)
                indexes = string.Create(CultureInfo.InvariantCulture, $"[{path._index}]{indexes}");
        }
        if (path.Parent is null)
            return indexes.Length == 0 ? "the value" : indexes;
        return $"\"{Shorten(path._name!)}{indexes}\"";
    }

    public override string ToString()
    {
        var links = new PointerPath[Depth];
        for (var path = this; path.Parent is not null; path = path.Parent)
            links[path.Depth - 1] = path;
        var text = new StringBuilder();
        foreach (var link in links)
        {
            text.Append('/');
            if (link._name is null)
                text.Append(CultureInfo.InvariantCulture, $"{link._index}");
            else
                text.Append(link._name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }
        return text.ToString();
    }

    private static string Shorten(string name) => name.Length <= 60 ? name : string.Concat(name.AsSpan(0, 59), "…");
}
