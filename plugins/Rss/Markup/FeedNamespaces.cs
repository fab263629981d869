namespace KrakenPlugins.Rss.Markup;

/// <summary>The namespaces that feeds use, by the prefix that everybody writes.</summary>
internal static class FeedNamespaces
{
    public const string DublinCore = "dc";
    public const string Itunes = "itunes";
    public const string Content = "content";
    public const string Media = "media";

    private static readonly Dictionary<string, string> s_prefixes = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = "",
        ["http://purl.org/rss/1.0/"] = "",
        ["http://my.netscape.com/rdf/simple/0.9/"] = "",
        ["http://channel.netscape.com/rdf/simple/0.9/"] = "",
        ["http://backend.userland.com/rss2"] = "",
        ["http://backend.userland.com/rss091"] = "",
        ["http://www.w3.org/2005/atom"] = "atom",
        ["http://www.w3.org/1999/02/22-rdf-syntax-ns#"] = "",
        ["http://purl.org/dc/elements/1.1/"] = DublinCore,
        ["http://purl.org/dc/terms/"] = "dcterms",
        ["http://www.itunes.com/dtds/podcast-1.0.dtd"] = Itunes,
        ["http://purl.org/rss/1.0/modules/content/"] = Content,
        ["http://search.yahoo.com/mrss/"] = Media,
        ["http://purl.org/rss/1.0/modules/syndication/"] = "sy",
        ["http://purl.org/rss/1.0/modules/slash/"] = "slash",
        ["http://wellformedweb.org/commentapi/"] = "wfw",
        ["http://www.georss.org/georss"] = "georss",
    };

    public static string UsualPrefix(string uri, string prefix) => s_prefixes.GetValueOrDefault(uri) ?? prefix;
}
