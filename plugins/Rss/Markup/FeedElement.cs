namespace KrakenPlugins.Rss.Markup;

/// <summary>An element of a feed.</summary>
/// <param name="prefix">The usual prefix of its namespace, empty for those of RSS and Atom themselves.</param>
/// <param name="name">Name without prefix.</param>
internal sealed class FeedElement(string prefix, string name)
{
    public string Prefix => prefix;

    public string Name => name;

    public List<FeedElement> Children { get; } = [];

    /// <summary>Attributes by name without prefix, and <c>xml:lang</c> and the like with theirs.</summary>
    public List<KeyValuePair<string, string>> Attributes { get; } = [];

    /// <summary>The text directly in the element, or its markup where that is the content; trimmed.</summary>
    public string Text { get; set; } = "";

    /// <summary>The value of an attribute, empty when absent.</summary>
    public string Attribute(string attributeName)
    {
        foreach (var (key, value) in Attributes)
        {
            if (key == attributeName)
                return value;
        }
        return "";
    }

    /// <summary>The first child of a name, or <see langword="null"/>.</summary>
    public FeedElement? Child(string childName, string childPrefix = "")
    {
        foreach (var child in Children)
        {
            if (child.Prefix == childPrefix && child.Name.Equals(childName, StringComparison.OrdinalIgnoreCase))
                return child;
        }
        return null;
    }

    /// <summary>The text of the first child of a name that has one, or empty.</summary>
    public string ChildText(string childName, string childPrefix = "")
    {
        foreach (var child in Children)
        {
            if (child.Text.Length > 0 && child.Prefix == childPrefix && child.Name.Equals(childName, StringComparison.OrdinalIgnoreCase))
                return child.Text;
        }
        return "";
    }
}
