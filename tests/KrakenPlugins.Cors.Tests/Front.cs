using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Cors.Tests;

internal static class Front
{
    public static string Folder { get; } = PluginFront.Folder("Cors", "cors");

    /// <summary>A gateway with GET and POST /e, GET /n (no-op) and this value at the service.</summary>
    public static Task<PluginFront> StartAsync(string cors, string router = "", string endpoint = "") => StartAllAsync($$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{(router.Length > 0 ? $"\"router\":{router}," : "")}} "security/cors":{{cors}} },"endpoints":[
          {"endpoint":"/e","backend":[{"url_pattern":"/b"}] {{endpoint}} },
          {"endpoint":"/e","method":"POST","backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/n","output_encoding":"no-op","backend":[{"url_pattern":"/n","encoding":"no-op"}]},
          {"endpoint":"/w/*","backend":[{"url_pattern":"/w/*"}]} ]}
        """);

    public static Task<PluginFront> StartAllAsync(string json) => PluginFront.StartAsync(json, null, Folder);

    public static Task<FrontReply> PreflightAsync(this PluginFront front, string path, string origin, string method = "GET", params string[] more) =>
        front.SendAsync(HttpMethod.Options, path, [$"Origin: {origin}", $"Access-Control-Request-Method: {method}", .. more]);

    /// <summary>The compiled policy of an object, with what was found about it.</summary>
    public static (CorsPolicy? Policy, ConfigDiagnostics Findings) Compile(string json)
    {
        var findings = new ConfigDiagnostics();
        var node = JsonConfigReader.Read("krakend.json", json, findings)!;
        return (CorsPolicy.Compile(node, findings), findings);
    }
}
