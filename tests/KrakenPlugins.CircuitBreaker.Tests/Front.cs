using Gateway.Core.Plugins;
using Gateway.Testing;

namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>A gateway whose clock the test moves, with the error texts shown to clients where the document has one endpoint.</summary>
internal sealed class Front(PluginFront front, ShiftedTime time) : IAsyncDisposable
{
    /// <summary>A backend that nobody listens at, with a breaker that opens at once.</summary>
    public const string Broken = """{"url_pattern":"/b","host":["http://127.0.0.1:81"],"extra_config":{"qos/circuit-breaker":{"timeout":60,"max_errors":0,"interval":0} } }""";

    public static string Folder { get; } = PluginFront.Folder("CircuitBreaker", "circuit-breaker");

    public Upstream Upstream => front.Upstream;

    public TestGateway Gateway => front.Gateway;

    public ShiftedTime Time => time;

    public Task<FrontReply> GetAsync(string path) => front.GetAsync(path);

    /// <summary>The endpoint <c>/e</c> with a backend <c>/b</c> and its breaker.</summary>
    public static string Document(string breaker, string more, string backend = "", string @namespace = "qos/circuit-breaker", string endpoint = "") => $$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true} },"endpoints":[
          {"endpoint":"/e" {{endpoint}},"backend":[{"url_pattern":"/b" {{backend}},"extra_config":{"{{@namespace}}":{{breaker}} } }]} {{more}} ]}
        """;

    public static Task<Front> StartAsync(string breaker, string more = "") => StartDocumentAsync(Document(breaker, more));

    public static async Task<Front> StartDocumentAsync(string json, PluginRegistry? plugins = null)
    {
        var time = new ShiftedTime();
        return new Front(await PluginFront.StartAsync(json, new() { Time = time, Plugins = plugins ?? new() }, Folder), time);
    }

    public ValueTask DisposeAsync() => front.DisposeAsync();
}
