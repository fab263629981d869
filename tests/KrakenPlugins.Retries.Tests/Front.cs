using Gateway.Testing;

namespace KrakenPlugins.Retries.Tests;

/// <summary>Gateways with the plugin in front of several upstreams.</summary>
internal static class Front
{
    public const string Namespace = "backend/retry";

    public static string Folder { get; } = PluginFront.Folder("Retries", "retries");

    /// <summary>The endpoint <c>/e</c> with the backend <c>/b</c>; retries without pauses unless told.</summary>
    public static string Document(string settings, string endpoint = "", string backend = "", string extra = "", string method = "GET") => $$"""
        {"version":3,"timeout":"20s","extra_config":{"router":{"return_error_msg":true} },"endpoints":[
          {"endpoint":"/e","method":"{{method}}" {{endpoint}},"backend":[{"url_pattern":"/b","method":"{{method}}","host":[$HOSTS] {{backend}},"extra_config":{
            "{{Namespace}}":{{settings}} {{extra}} } }]}]}
        """;

    public static Task<Fleet> StartAsync(int upstreams, string settings = """{"backoff":{"initial":"0s"},"budget":{"minimum":1000} }""", string endpoint = "", string backend = "", string extra = "", string method = "GET", params string[] plugins) =>
        Fleet.StartAsync(upstreams, Document(settings, endpoint, backend, extra, method), null, [Folder, .. plugins]);

    /// <summary>Breaks the connection of every call.</summary>
    public static void Break(this Upstream upstream) => upstream.On("/b", static context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });
}
