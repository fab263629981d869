using System.Text.Json;

namespace KrakenPlugins.Cel.Tests;

internal static class Definitions
{
    /// <summary>The namespace's value for these expressions.</summary>
    public static string Of(params string[] expressions) =>
        JsonSerializer.Serialize(expressions.Select(static e => new Dictionary<string, string> { ["check_expr"] = e }));
}
