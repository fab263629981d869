using System.Globalization;

namespace KrakenPlugins.HttpCache.Http;

/// <summary>Dates of headers in their three forms (RFC 9110, 5.6.7).</summary>
internal static class HttpDate
{
    private const int MostCharacters = 40;

    private static readonly string[] s_formats = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>Reads one; what is none, such as the <c>0</c> of an <c>Expires</c>, is <see langword="null"/>.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        if (text is null || text.Length > MostCharacters)
            return null;
        return DateTimeOffset.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date) ? date : null;
    }
}
