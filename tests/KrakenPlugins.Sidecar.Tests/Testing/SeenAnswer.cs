using System.Text;
using System.Text.RegularExpressions;

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>What a client sees of an answer, as a text; what no two answers share is left out.</summary>
internal static partial class SeenAnswer
{
    public static async Task<string> OfAsync(GatewayProcess gateway, HttpRequestMessage request, params string[] ignored)
    {
        using (request)
        {
            request.Headers.Host = "gw.example";
            using var response = await gateway.Client.SendAsync(request);
            var text = new StringBuilder().Append((int)response.StatusCode).Append('\n');
            foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).OrderBy(static h => h.Key, StringComparer.OrdinalIgnoreCase))
            {
                if (name != "Date" && !ignored.Contains(name))
                    text.Append(name).Append(": ").AppendJoin(" | ", values).Append('\n');
            }
            text.Append(await response.Content.ReadAsStringAsync());
            // Identifiers are made for each request.
            return Identifier().Replace(text.ToString(), "ID");
        }
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Identifier();
}
