using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>What <c>geoIP()</c> gives: the fields of the header that the GeoIP plugin sets, empty where they are missing (SEC-095).</summary>
internal static class GeoPlace
{
    public const string Header = "X-Geoip";

    private const int MaxDepth = 8;
    private const int MaxLength = 32 * 1024;

    private const string Country = """{"GeoNameID":0,"IsInEuropeanUnion":false,"IsoCode":"","Names":{}}""";
    private const string RepresentedCountry = """{"GeoNameID":0,"IsInEuropeanUnion":false,"IsoCode":"","Names":{},"Type":""}""";
    private static readonly DataObject s_nowhere = Parse($$$"""
        {"City":{"GeoNameID":0,"Names":{}},"Continent":{"Code":"","GeoNameID":0,"Names":{}},"Country":{{{Country}}},
         "Location":{"AccuracyRadius":0,"Latitude":0,"Longitude":0,"MetroCode":0,"TimeZone":""},"Postal":{"Code":""},
         "RegisteredCountry":{{{Country}}},"RepresentedCountry":{{{RepresentedCountry}}},"Subdivisions":[],
         "Traits":{"IsAnonymousProxy":false,"IsSatelliteProvider":false}}
        """)!;

    /// <summary>Whether the GeoIP plugin stands in front of the service: it overwrites what clients send.</summary>
    public static bool IsProvided(IServiceContext context) =>
        context.ServiceConfig("plugin/http-server")?["name"]?.Items.Any(static name => name.Text == "geoip") ?? false;

    public static CelValue Read(string? header)
    {
        if (header is null || header.Length > MaxLength || Parse(header) is not { } place)
            return s_nowhere.ToCel();
        foreach (var (name, empty) in s_nowhere.Members)
        {
            if (!place.TryGet(name, out var part) || part.Kind != empty.Kind)
                place[name] = empty;
            else if (part is DataObject fields)
                Complete(fields, (DataObject)empty);
        }
        return place.ToCel();
    }

    private static void Complete(DataObject fields, DataObject empty)
    {
        foreach (var (name, value) in empty.Members)
        {
            if (!fields.Contains(name))
                fields[name] = value;
        }
    }

    private static DataObject? Parse(string text) =>
        DataJson.TryParse(Encoding.UTF8.GetBytes(text), MaxDepth, out var node, out _) ? node as DataObject : null;
}
