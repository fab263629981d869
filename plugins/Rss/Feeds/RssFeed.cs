using KrakenPlugins.Rss.Markup;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>RSS 0.9x, 1.0 (RDF) and 2.0, with the parts of Dublin Core and iTunes that stand in for missing ones.</summary>
internal static class RssFeed
{
    private static readonly HashSet<string> s_known = new(StringComparer.OrdinalIgnoreCase)
        { "title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source", "image" };

    public static DataObject Read(FeedElement root)
    {
        var channel = root.Child("channel") ?? throw new FeedException("an RSS document without a channel");
        var feed = FeedShape.Feed("rss");
        feed.Put("title", First(channel.ChildText("title"), DublinCore(channel, "title")));
        feed.Put("description", channel.ChildText("description"));
        feed.Put("copyright", First(channel.ChildText("copyright"), DublinCore(channel, "rights")));
        feed.Put("language", First(channel.ChildText("language"), DublinCore(channel, "language")));
        feed.Put("published", channel.ChildText("pubDate"));
        feed.Put("updated", First(channel.ChildText("lastBuildDate"), DublinCore(channel, "date")));
        feed.Put("author", Author(channel, First(channel.ChildText("managingEditor"), channel.ChildText("webMaster"))));
        feed.Put("categories", FeedShape.Texts(Categories(channel)));
        var image = channel.Child("image") ?? root.Child("image");
        if (image is not null || channel.Child("image", FeedNamespaces.Itunes) is not null)
            feed["img_url"] = new DataString(First(image?.ChildText("url") ?? "", channel.Child("image", FeedNamespaces.Itunes)?.Attribute("href") ?? ""));

        var items = (DataArray)feed["items"]!;
        AddItems(channel, items);
        // RSS 0.90 and 1.0 have the items beside the channel.
        AddItems(root, items);
        return feed;
    }

    private static void AddItems(FeedElement parent, DataArray items)
    {
        foreach (var child in parent.Children)
        {
            if (child.Prefix.Length == 0 && child.Name.Equals("item", StringComparison.OrdinalIgnoreCase))
                items.Add(Item(child));
        }
    }

    private static DataObject Item(FeedElement element)
    {
        var item = new DataObject();
        item.Put("title", First(element.ChildText("title"), DublinCore(element, "title")));
        item.Put("description", First(element.ChildText("description"), DublinCore(element, "description")));
        item.Put("content", element.ChildText("encoded", FeedNamespaces.Content));
        var link = element.ChildText("link");
        item.Put("link", link);
        item.Put("links", FeedShape.Texts(link.Length > 0 ? [link] : []));
        item.PutDate("updated", DublinCore(element, "date"));
        item.PutDate("published", First(element.ChildText("pubDate"), DublinCore(element, "date")));
        item.PutAuthors(Author(element, element.ChildText("author")) is { } author ? [author] : []);
        item.Put("guid", element.ChildText("guid"));
        item.Put("image", FeedShape.Image(element.Child("image", FeedNamespaces.Itunes)?.Attribute("href") ?? "", ""));
        item.Put("categories", FeedShape.Texts(Categories(element)));
        item.Put("enclosures", Enclosures(element));
        item.PutExtensions(element);
        item.Put("custom", Custom(element));
        return item;
    }

    private static DataObject? Author(FeedElement element, string text) => FeedPerson.Parse(
        First(First(text, DublinCore(element, "author")), First(DublinCore(element, "creator"), element.ChildText("author", FeedNamespaces.Itunes))));

    private static List<string> Categories(FeedElement element)
    {
        var categories = new List<string>();
        foreach (var child in element.Children)
        {
            if (child.Prefix.Length == 0 && child.Name == "category" && child.Text.Length > 0)
                categories.Add(child.Text);
        }
        foreach (var keyword in element.ChildText("keywords", FeedNamespaces.Itunes).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            categories.Add(keyword);
        foreach (var child in element.Children)
        {
            if (child.Prefix == FeedNamespaces.Itunes && child.Name == "category")
                AddItunesCategory(child, categories);
            else if (child.Prefix == FeedNamespaces.DublinCore && child.Name == "subject" && child.Text.Length > 0)
                categories.Add(child.Text);
        }
        return categories;
    }

    private static void AddItunesCategory(FeedElement category, List<string> categories)
    {
        if (category.Attribute("text") is { Length: > 0 } text)
            categories.Add(text);
        foreach (var child in category.Children)
        {
            if (child.Prefix == FeedNamespaces.Itunes && child.Name == "category" && child.Attribute("text") is { Length: > 0 } inner)
                categories.Add(inner);
        }
    }

    private static DataArray? Enclosures(FeedElement element)
    {
        DataArray? enclosures = null;
        foreach (var child in element.Children)
        {
            if (child.Prefix.Length == 0 && child.Name == "enclosure")
                (enclosures ??= new DataArray()).Add(FeedShape.Enclosure(child.Attribute("url"), child.Attribute("length"), child.Attribute("type")));
        }
        return enclosures;
    }

    private static DataObject? Custom(FeedElement element)
    {
        DataObject? custom = null;
        foreach (var child in element.Children)
        {
            if (child.Prefix.Length == 0 && child.Text.Length > 0 && !s_known.Contains(child.Name))
                (custom ??= new DataObject())[child.Name] = new DataString(child.Text);
        }
        return custom;
    }

    private static string DublinCore(FeedElement element, string name) => element.ChildText(name, FeedNamespaces.DublinCore);

    private static string First(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
