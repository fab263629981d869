using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ApiKeys.Tests;

internal static class Front
{
    /// <summary>Key of the reference page, with the roles A and B.</summary>
    public const string Key = "4d2c61e1-34c4-e96c-9456-15bd983c5019";

    public const string Keys = """[{"@description":"one","key":"4d2c61e1-34c4-e96c-9456-15bd983c5019","roles":["A","B"]},{"key":"second","roles":["C"]},{"key":"third"}]""";

    public static string Folder { get; } = PluginFront.Folder("ApiKeys", "api-keys");

    /// <summary>/e with this value at the endpoint, /open without, and what else is given.</summary>
    public static string Config(string service, string endpoint, string more = "") => $$$"""
        {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"extra_config":{ {{{(service.Length > 0 ? $"\"auth/api-keys\":{service}" : "")}}} },"endpoints":[
          {"endpoint":"/e","extra_config":{"auth/api-keys":{{{endpoint}}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/open","input_headers":["*"],"backend":[{"url_pattern":"/open"}]} {{{more}}} ]}
        """;

    public static Task<PluginFront> StartAsync(string service, string endpoint, string more = "", TestGatewayOptions? options = null) =>
        PluginFront.StartAsync(Config(service, endpoint, more), options, Folder);

    /// <summary>A service object with the usual keys and more attributes.</summary>
    public static string Service(string more = "") => $$"""{"keys":{{Keys}} {{(more.Length > 0 ? "," + more : "")}} }""";

    public static (KeyRing? Ring, ConfigDiagnostics Findings) Ring(string json)
    {
        var findings = new ConfigDiagnostics();
        var node = JsonConfigReader.Read("krakend.json", json, findings)!;
        return (new ConfigBinder(findings).TryBind<ServiceSettings>(node, ConfigPath.Root, out var settings) ? KeyRing.Compile(settings, findings) : null, findings);
    }
}
