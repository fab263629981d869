using KrakenPlugins.Rss.Markup;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>Atom 1.0 (RFC 4287) and 0.3.</summary>
internal static class AtomFeed
{
    public static DataObject Read(FeedElement root)
    {
        var feed = FeedShape.Feed("atom");
        feed.Put("title", root.ChildText("title"));
        feed.Put("description", First(root.ChildText("subtitle"), root.ChildText("tagline")));
        feed.Put("copyright", First(root.ChildText("rights"), root.ChildText("copyright")));
        feed.Put("language", root.Attribute("xml:lang"));
        feed.Put("published", First(root.ChildText("published"), root.ChildText("issued")));
        feed.Put("updated", First(root.ChildText("updated"), root.ChildText("modified")));
        if (People(root) is [var author, ..])
            feed["author"] = author;
        feed.Put("categories", FeedShape.Texts(Categories(root)));
        feed.Put("img_url", root.ChildText("logo"));

        var items = (DataArray)feed["items"]!;
        foreach (var child in root.Children)
        {
            if (Is(child, "entry"))
                items.Add(Item(child));
        }
        return feed;
    }

    private static DataObject Item(FeedElement entry)
    {
        var item = new DataObject();
        var updated = First(entry.ChildText("updated"), entry.ChildText("modified"));
        item.Put("title", entry.ChildText("title"));
        item.Put("description", entry.ChildText("summary"));
        item.Put("content", Content(entry));
        PutLinks(item, entry);
        item.PutDate("updated", updated);
        item.PutDate("published", First(First(entry.ChildText("published"), entry.ChildText("issued")), updated));
        item.PutAuthors(People(entry));
        item.Put("guid", entry.ChildText("id"));
        item.Put("categories", FeedShape.Texts(Categories(entry)));
        item.PutExtensions(entry);
        return item;
    }

    /// <summary>The content, or where it is.</summary>
    private static string Content(FeedElement entry) => entry.Child("content") is { } content ? First(content.Text, content.Attribute("src")) : "";

    private static void PutLinks(DataObject item, FeedElement entry)
    {
        var links = new List<string>();
        var link = "";
        DataArray? enclosures = null;
        foreach (var child in entry.Children)
        {
            if (!Is(child, "link") || child.Attribute("href") is not { Length: > 0 } address)
                continue;
            switch (child.Attribute("rel"))
            {
                case "enclosure":
                    (enclosures ??= new DataArray()).Add(FeedShape.Enclosure(address, child.Attribute("length"), child.Attribute("type")));
                    break;
                case "" or "alternate":
                    links.Add(address);
                    link = First(link, address);
                    break;
                case "self":
                    links.Add(address);
                    break;
            }
        }
        item.Put("link", link);
        item.Put("links", FeedShape.Texts(links));
        item.Put("enclosures", enclosures);
    }

    private static List<DataObject> People(FeedElement element)
    {
        var people = new List<DataObject>();
        foreach (var child in element.Children)
        {
            if (Is(child, "author") && FeedPerson.Of(child.ChildText("name"), child.ChildText("email")) is { } person)
                people.Add(person);
        }
        return people;
    }

    private static List<string> Categories(FeedElement element)
    {
        var categories = new List<string>();
        foreach (var child in element.Children)
        {
            if (Is(child, "category") && First(child.Attribute("label"), child.Attribute("term")) is { Length: > 0 } name)
                categories.Add(name);
        }
        return categories;
    }

    private static bool Is(FeedElement element, string name) => element.Prefix.Length == 0 && element.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string First(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
