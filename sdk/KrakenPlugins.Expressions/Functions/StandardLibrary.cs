namespace KrakenPlugins.Expressions.Functions;

/// <summary>The functions that every environment has.</summary>
internal static class StandardLibrary
{
    public static IEnumerable<CelFunction> Create(CelZones zones) =>
        [.. TextFunctions.Create(), .. NumberConversions.Create(), .. Conversions.Create(), .. TimeFunctions.Create(zones)];
}
