using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>People: RSS has one text, <c>mail@host (Name)</c>, <c>Name (mail@host)</c>, <c>Name &lt;mail@host&gt;</c>, or one of both.</summary>
internal static class FeedPerson
{
    /// <summary>A person, or <see langword="null"/> when nothing is known.</summary>
    public static DataObject? Of(string name, string email)
    {
        if (name.Length == 0 && email.Length == 0)
            return null;
        var person = new DataObject();
        person.Put("name", name);
        person.Put("email", email);
        return person;
    }

    /// <summary>A person out of RSS's one text.</summary>
    public static DataObject? Parse(string text)
    {
        var open = text.AsSpan().IndexOfAny('(', '<');
        if (open < 0 || text[^1] is not (')' or '>'))
            return text.Contains('@', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal) ? Of("", text) : Of(text, "");
        var before = text[..open].Trim();
        var inside = text[(open + 1)..^1].Trim();
        return before.Contains('@', StringComparison.Ordinal) ? Of(inside, before) : inside.Contains('@', StringComparison.Ordinal) ? Of(before, inside) : Of(text, "");
    }
}
