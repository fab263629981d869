using System.Globalization;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary>Times as RFC 3339 writes them: date, <c>T</c>, time with any number of fraction digits, and <c>Z</c> or an offset.</summary>
internal static class Rfc3339
{
    private const int SecondsLength = 19;

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length <= SecondsLength)
            return false;
        var end = SecondsLength;
        if (text[end] == '.')
        {
            do
                end++;
            while (end < text.Length && char.IsAsciiDigit(text[end]));
            if (end == SecondsLength + 1)
                return false;
        }
        // Cookies know whole seconds, so that the fraction is only checked.
        var zone = text.AsSpan(end);
        return (zone is "Z" || (zone.Length == 6 && zone[0] is '+' or '-'))
            && DateTimeOffset.TryParseExact(string.Concat(text.AsSpan(0, SecondsLength), zone), "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }
}
