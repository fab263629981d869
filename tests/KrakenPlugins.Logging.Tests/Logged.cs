using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Logging;

namespace KrakenPlugins.Logging.Tests;

/// <summary>Gateways with the plugin.</summary>
internal static class Logged
{
    /// <summary>An upstream that nobody is asked for.</summary>
    public const string Nowhere = "http://127.0.0.1:11";

    /// <summary>Starts one with these members of the service's <c>extra_config</c>.</summary>
    public static Task<TestGateway> StartAsync(string extra, string upstream = Nowhere, string endpoints = "", TestGatewayOptions? options = null, string[]? syslog = null) =>
        TestGateway.StartAsync(Config(extra, endpoints), upstream, (options ?? new()) with { Plugins = Registry(syslog, options?.Plugins) });

    /// <summary>A configuration: an endpoint <c>/a</c> for an upstream <c>/a</c>, unless others are given.</summary>
    public static string Config(string extra, string endpoints = "") => $$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{{{extra}}},"endpoints":[
          {{(endpoints.Length > 0 ? endpoints : """{"endpoint":"/a","input_query_strings":["*"],"timeout":"2s","backend":[{"url_pattern":"/a"}]}""")}}]}
        """;

    /// <summary>The plugin's components beside others.</summary>
    public static PluginRegistry Registry(string[]? syslog = null, PluginRegistry? others = null)
    {
        var registry = others ?? new PluginRegistry();
        new LoggingPlugin(syslog ?? ["/nowhere/log"]).Register(registry);
        return registry;
    }

    /// <summary>The lines of a log that hold a text.</summary>
    public static string[] Lines(this TestGateway gateway, string text) =>
        [.. gateway.Log.Split('\n').Where(line => line.Contains(text, StringComparison.Ordinal))];

    /// <summary>Sends a request and drops the answer.</summary>
    public static async Task GetAsync(this TestGateway gateway, string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await gateway.Client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
    }
}
