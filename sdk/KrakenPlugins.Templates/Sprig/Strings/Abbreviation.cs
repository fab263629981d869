namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Texts cut to a width, with three dots for what was left out.</summary>
internal static class Abbreviation
{
    private const string Dots = "...";

    /// <summary>At most <paramref name="width"/> bytes of the text from about <paramref name="offset"/> on.</summary>
    public static string Shorten(string text, long offset, long width)
    {
        var length = Utf8Range.Length(text);
        if (width < 4 || length <= width) return text;
        var room = (int)width - Dots.Length;
        var start = Math.Min(Math.Max(offset, 0), length);
        if (length - start < room) start = length - room;
        if (start <= 4) return Utf8Range.Slice(text, 0, room) + Dots;
        if (width < 7) return "";
        if (start + room >= length) return Dots + Utf8Range.Slice(text, length - room, length);
        return Dots + Shorten(Utf8Range.Slice(text, (int)start, length), 0, room);
    }
}
