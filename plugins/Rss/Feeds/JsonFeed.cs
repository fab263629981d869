using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/).</summary>
internal static class JsonFeed
{
    private static readonly List<DataNode> s_none = [];

    public static DataObject Read(ReadOnlySpan<byte> body)
    {
        if (!DataJson.TryParse(body, DataJson.MaxDepth / 2, out var node, out var error))
            throw new FeedException(error);
        if (node is not DataObject root || !Text(root, "version").Contains("jsonfeed.org", StringComparison.Ordinal))
            throw new FeedException("a JSON document that is no feed: its \"version\" is no address of jsonfeed.org");
        var feed = FeedShape.Feed("json");
        feed.Put("title", Text(root, "title"));
        feed.Put("description", Text(root, "description"));
        feed.Put("language", Text(root, "language"));
        if (People(root) is [var author, ..])
            feed["author"] = author;
        feed.Put("img_url", First(Text(root, "icon"), Text(root, "favicon")));

        var items = (DataArray)feed["items"]!;
        foreach (var item in List(root, "items"))
        {
            if (item is DataObject members)
                items.Add(Item(members));
        }
        // The feed itself has no dates; those of its first item stand for it.
        if (items.Count > 0)
        {
            feed.Put("published", Text((DataObject)items[0], "published"));
            feed.Put("updated", Text((DataObject)items[0], "updated"));
        }
        return feed;
    }

    private static DataObject Item(DataObject source)
    {
        var item = new DataObject();
        item.Put("title", Text(source, "title"));
        item.Put("description", Text(source, "summary"));
        item.Put("content", First(Text(source, "content_html"), Text(source, "content_text")));
        item.Put("link", Text(source, "url"));
        var links = new List<string>();
        if (Text(source, "url") is { Length: > 0 } url)
            links.Add(url);
        if (Text(source, "external_url") is { Length: > 0 } external)
            links.Add(external);
        item.Put("links", FeedShape.Texts(links));
        item.PutDate("updated", Text(source, "date_modified"));
        item.PutDate("published", Text(source, "date_published"));
        item.PutAuthors(People(source));
        item.Put("guid", Text(source, "id"));
        item.Put("image", FeedShape.Image(First(Text(source, "image"), Text(source, "banner_image")), ""));
        item.Put("categories", Tags(source));
        item.Put("enclosures", Attachments(source));
        return item;
    }

    private static List<DataObject> People(DataObject source)
    {
        var people = new List<DataObject>();
        foreach (var author in List(source, "authors"))
        {
            if (author is DataObject person && FeedPerson.Of(Text(person, "name"), "") is { } named)
                people.Add(named);
        }
        // Version 1.0 had one author.
        if (people.Count == 0 && source["author"] is DataObject single && FeedPerson.Of(Text(single, "name"), "") is { } only)
            people.Add(only);
        return people;
    }

    private static DataArray? Tags(DataObject source)
    {
        var tags = new List<string>();
        foreach (var tag in List(source, "tags"))
        {
            if (tag is DataString { Value.Length: > 0 } text)
                tags.Add(text.Value);
        }
        return FeedShape.Texts(tags);
    }

    private static DataArray? Attachments(DataObject source)
    {
        DataArray? enclosures = null;
        foreach (var attachment in List(source, "attachments"))
        {
            if (attachment is DataObject file)
                (enclosures ??= new DataArray()).Add(FeedShape.Enclosure(Text(file, "url"), Text(file, "size_in_bytes"), Text(file, "mime_type")));
        }
        return enclosures;
    }

    private static List<DataNode> List(DataObject source, string name) => source[name] is DataArray list ? list.Items : s_none;

    private static string Text(DataObject source, string name) => source[name] switch
    {
        DataString text => text.Value,
        DataNumber number => number.Text,
        _ => "",
    };

    private static string First(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
