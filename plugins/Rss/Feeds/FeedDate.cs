using System.Globalization;

namespace KrakenPlugins.Rss.Feeds;

/// <summary>The dates that feeds hold: RFC 822 and its successors with the liberties that people take, RFC 3339.</summary>
internal static class FeedDate
{
    private const int Longest = 64;

    private static readonly string[] s_formats =
    [
        "d MMM yyyy HH:mm:ss zzz", "d MMM yy HH:mm:ss zzz", "d MMM yyyy HH:mm zzz", "d MMM yy HH:mm zzz", "d MMMM yyyy HH:mm:ss zzz", "d MMMM yyyy HH:mm zzz",
        "d MMM yyyy HH:mm:ss", "d MMM yyyy HH:mm", "d MMM yyyy", "d MMMM yyyy", "d-MMM-yyyy HH:mm:ss zzz", "d-MMM-yy HH:mm:ss zzz",
        "MMM d yyyy HH:mm:ss zzz", "MMM d yyyy", "MMMM d yyyy", "MMM d HH:mm:ss yyyy", "MMM d HH:mm:ss zzz yyyy",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm", "yyyy-MM-dd",
    ];

    private static readonly Dictionary<string, string> s_zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GMT"] = "+00:00", ["UT"] = "+00:00", ["UTC"] = "+00:00", ["Z"] = "+00:00", ["WET"] = "+00:00", ["BST"] = "+01:00", ["CET"] = "+01:00", ["CEST"] = "+02:00",
        ["EET"] = "+02:00", ["EEST"] = "+03:00", ["MSK"] = "+03:00", ["JST"] = "+09:00", ["EST"] = "-05:00", ["EDT"] = "-04:00", ["CST"] = "-06:00", ["CDT"] = "-05:00",
        ["MST"] = "-07:00", ["MDT"] = "-06:00", ["PST"] = "-08:00", ["PDT"] = "-07:00",
    };

    /// <summary>The date in UTC as RFC 3339; one without a zone is taken for UTC.</summary>
    public static bool TryParse(string text, out string utc)
    {
        utc = "";
        if (text.Length is 0 or > Longest)
            return false;
        var words = text.Replace(',', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = words.Length > 1 && words[0].Length >= 3 && IsWeekday(words[0]) ? 1 : 0;
        for (var i = first + 1; i < words.Length; i++)
            words[i] = Zone(words[i]);
        var normalised = string.Join(' ', words, first, words.Length - first);
        if (!DateTimeOffset.TryParseExact(normalised, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return false;
        utc = date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        return true;
    }

    private static bool IsWeekday(string word)
    {
        foreach (var day in CultureInfo.InvariantCulture.DateTimeFormat.DayNames)
        {
            if (day.StartsWith(word.TrimEnd('.'), StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static string Zone(string word)
    {
        if (s_zones.TryGetValue(word, out var zone))
            return zone;
        return word.Length == 5 && word[0] is '+' or '-' && char.IsAsciiDigit(word[^1]) ? word.Insert(3, ":") : word;
    }
}
