using Gateway.Testing;

namespace KrakenPlugins.LoadBalancing.Tests;

/// <summary>Gateways with the plugin in front of several upstreams.</summary>
internal static class Front
{
    public const string Namespace = "backend/load-balancing";

    public static string Folder { get; } = PluginFront.Folder("LoadBalancing", "load-balancing");

    /// <summary>The endpoint <c>/e</c> with the backend <c>/b</c>.</summary>
    public static string Document(string settings, string hosts = "$HOSTS", string endpoint = "", string backend = "", string pattern = "/b", string path = "/e") => $$"""
        {"version":3,"timeout":"20s","extra_config":{"router":{"return_error_msg":true} },"endpoints":[
          {"endpoint":"{{path}}" {{endpoint}},"backend":[{"url_pattern":"{{pattern}}","host":[{{hosts}}] {{backend}},"extra_config":{"{{Namespace}}":{{settings}} } }]}]}
        """;

    public static Task<Fleet> StartAsync(int upstreams, string settings, string hosts = "$HOSTS", string endpoint = "", string backend = "", string pattern = "/b", string path = "/e", Action<Upstream>? prepare = null) =>
        Fleet.StartAsync(upstreams, Document(settings, hosts, endpoint, backend, pattern, path), prepare, Folder);

    /// <summary>Fails calls with a status, every second one or all.</summary>
    public static void Fail(this Upstream upstream, int status = 500, bool everySecond = false)
    {
        var calls = 0;
        upstream.On("/b", async context =>
        {
            var isFailure = !everySecond || Interlocked.Increment(ref calls) % 2 == 0;
            context.Response.StatusCode = isFailure ? status : 200;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });
    }
}
