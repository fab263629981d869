using KrakenPlugins.Rss.Markup;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>The parts that all kinds of feeds have in common (MAN-068).</summary>
internal static class FeedShape
{
    /// <summary>A feed with every key that is always there; null stands for what a feed lacks, the empty text for a text that it lacks.</summary>
    public static DataObject Feed(string type) => new()
    {
        ["items"] = new DataArray(),
        ["author"] = DataNull.Instance,
        ["categories"] = DataNull.Instance,
        ["custom"] = DataNull.Instance,
        ["copyright"] = new DataString(""),
        ["description"] = new DataString(""),
        ["type"] = new DataString(type),
        ["language"] = new DataString(""),
        ["title"] = new DataString(""),
        ["published"] = new DataString(""),
        ["updated"] = new DataString(""),
    };

    /// <summary>Sets a text unless it is empty.</summary>
    public static void Put(this DataObject target, string name, string text)
    {
        if (text.Length > 0)
            target[name] = new DataString(text);
    }

    /// <summary>Sets a node unless there is none.</summary>
    public static void Put(this DataObject target, string name, DataNode? node)
    {
        if (node is not null)
            target[name] = node;
    }

    /// <summary>Sets a date as it was written and, if it is understood, as RFC 3339 in UTC.</summary>
    public static void PutDate(this DataObject item, string name, string text)
    {
        item.Put(name, text);
        if (FeedDate.TryParse(text, out var date))
            item.Put(name + "Parsed", date);
    }

    /// <summary>Sets <c>author</c> and <c>authors</c> of an item.</summary>
    public static void PutAuthors(this DataObject item, List<DataObject> authors)
    {
        if (authors.Count == 0)
            return;
        var list = new DataArray();
        foreach (var author in authors)
            list.Add(author.DeepClone());
        item["author"] = authors[0];
        item["authors"] = list;
    }

    /// <summary>A list of texts, or <see langword="null"/> for an empty one.</summary>
    public static DataArray? Texts(List<string> texts)
    {
        if (texts.Count == 0)
            return null;
        var list = new DataArray();
        foreach (var text in texts)
            list.Add(new DataString(text));
        return list;
    }

    /// <summary>An image, or <see langword="null"/> when it has neither address nor title.</summary>
    public static DataObject? Image(string url, string title)
    {
        var image = new DataObject();
        image.Put("url", url);
        image.Put("title", title);
        return image.Count == 0 ? null : image;
    }

    /// <summary>A file that belongs to an item.</summary>
    public static DataObject Enclosure(string url, string length, string type)
    {
        var enclosure = new DataObject();
        enclosure.Put("url", url);
        enclosure.Put("length", length);
        enclosure.Put("type", type);
        return enclosure;
    }

    /// <summary><c>dcExt</c>, <c>itunesExt</c> and <c>extensions</c>: what elements of other namespaces say.</summary>
    public static void PutExtensions(this DataObject item, FeedElement element)
    {
        var extensions = new DataObject();
        foreach (var child in element.Children)
        {
            if (child.Prefix is "" or FeedNamespaces.Content)
                continue;
            if (extensions[child.Prefix] is not DataObject ofPrefix)
                extensions[child.Prefix] = ofPrefix = new DataObject();
            AddExtension(ofPrefix, child);
        }
        if (extensions.Count > 0)
            item["extensions"] = extensions;
        item.Put("dcExt", DublinCore(element));
        item.Put("itunesExt", Itunes(element));
    }

    private static void AddExtension(DataObject byName, FeedElement element)
    {
        var attributes = new DataObject();
        foreach (var (name, value) in element.Attributes)
            attributes[name] = new DataString(value);
        var children = new DataObject();
        foreach (var child in element.Children)
            AddExtension(children, child);
        if (byName[element.Name] is not DataArray list)
            byName[element.Name] = list = new DataArray();
        list.Add(new DataObject { ["name"] = new DataString(element.Name), ["value"] = new DataString(element.Text), ["attrs"] = attributes, ["children"] = children });
    }

    private static DataObject? DublinCore(FeedElement element)
    {
        DataObject? extension = null;
        foreach (var child in element.Children)
        {
            if (child.Prefix != FeedNamespaces.DublinCore || child.Text.Length == 0)
                continue;
            extension ??= new DataObject();
            if (extension[child.Name] is not DataArray texts)
                extension[child.Name] = texts = new DataArray();
            texts.Add(new DataString(child.Text));
        }
        return extension;
    }

    private static DataObject? Itunes(FeedElement element)
    {
        DataObject? extension = null;
        foreach (var child in element.Children)
        {
            var value = child.Name == "image" ? child.Attribute("href") : child.Text;
            if (child.Prefix == FeedNamespaces.Itunes && value.Length > 0)
                (extension ??= new DataObject())[child.Name] = new DataString(value);
        }
        return extension;
    }
}
