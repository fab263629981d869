using System.Xml;
using KrakenPlugins.Rss.Feeds;
using KrakenPlugins.Rss.Markup;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss;

/// <summary>Finds out which kind of feed an answer is, and brings it into the one shape of feeds (MAN-068).</summary>
internal static class FeedDecoder
{
    private const int LongestMessage = 256;

    /// <summary>Takes the body over and gives its data.</summary>
    public static bool Decode(PooledBytes body, out Payload? payload, out string? error)
    {
        payload = null;
        error = null;
        try
        {
            using (body)
                payload = new TreePayload(Read(body.Memory));
            return true;
        }
        catch (Exception exception) when (exception is FeedException or XmlException or ArgumentException or NotSupportedException)
        {
            // The parser quotes names of the document in its messages, and they may be long.
            var message = exception.Message;
            error = "rss: " + (message.Length <= LongestMessage ? message : string.Concat(message.AsSpan(0, LongestMessage), "…"));
            return false;
        }
    }

    private static DataObject Read(ReadOnlyMemory<byte> body)
    {
        var text = body.Span;
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        text = text.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
            throw new FeedException("the document is empty");
        if (text[0] == '{')
            return JsonFeed.Read(text);

        var root = FeedXml.Read(body);
        return root.Name.ToLowerInvariant() switch
        {
            "rss" or "rdf" => RssFeed.Read(root),
            "feed" => AtomFeed.Read(root),
            _ => throw new FeedException($"the document element is \"{root.Name}\"; expected rss, RDF or feed"),
        };
    }
}

/// <summary>The answer is no feed.</summary>
internal sealed class FeedException(string message) : Exception(message);
