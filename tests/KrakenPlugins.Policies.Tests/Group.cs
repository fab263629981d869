using System.Text.Json;

namespace KrakenPlugins.Policies.Tests;

internal static class Group
{
    /// <summary>A group with these policies; <paramref name="error"/> is the value of <c>error</c>.</summary>
    public static string Of(string name, string error, params string[] policies) =>
        $"\"{name}\":{{\"policies\":{JsonSerializer.Serialize(policies)}{(error.Length == 0 ? "" : $",\"error\":{error}")}}}";

    /// <summary>An endpoint <c>/e/{id}</c> with a value of the namespace.</summary>
    public static string Endpoint(string policies, string members = "", string backend = "", string extra = "") =>
        $$$$$"""{"endpoint":"/e/{id}",{{{{{members}}}}}"backend":[{"url_pattern":"/b"{{{{{backend}}}}}}],"extra_config":{{{{{{extra}}}}}"security/policies":{{{{{{policies}}}}}}}}""";
}
