namespace KrakenPlugins.Expressions;

/// <summary>Which zone <c>getHours()</c> and its like use when they are given none.</summary>
public enum CelZones
{
    /// <summary>UTC, as the language's definition says.</summary>
    Utc,
    /// <summary>The offset of the text that the timestamp was read from.</summary>
    OfText,
}
