using Gateway.Testing;

namespace KrakenPlugins.Traffic.Tests;

/// <summary>A gateway with everything that limits, filters and breaks, and a clock that the test moves.</summary>
internal sealed class Traffic(PluginFront front, ShiftedTime time) : IAsyncDisposable
{
    private static readonly string[] s_folders =
    [
        PluginFront.Folder("RateLimit", "rate-limit"), PluginFront.Folder("CircuitBreaker", "circuit-breaker"), PluginFront.Folder("IpFilter", "ip-filter"),
        PluginFront.Folder("BotDetector", "bot-detector"), PluginFront.Folder("ApiKeys", "api-keys"), PluginFront.Folder("Cors", "cors"),
    ];

    public PluginFront Front => front;

    public Upstream Upstream => front.Upstream;

    public static async Task<Traffic> StartAsync(string endpoints, string service = "", TestGatewayOptions? options = null)
    {
        var time = new ShiftedTime();
        return new Traffic(await PluginFront.StartAsync(Document(endpoints, service), (options ?? new()) with { Time = time }, s_folders), time);
    }

    /// <summary>A document whose errors clients see, with these endpoints and namespaces of the service.</summary>
    public static string Document(string endpoints, string service = "") => $$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true} {{service}} },"endpoints":[ {{endpoints}} ]}
        """;

    /// <summary>An endpoint with one backend of the same path.</summary>
    public static string Endpoint(string path, string extra = "", string backendExtra = "", string more = "") =>
        $$"""{"endpoint":"{{path}}","extra_config":{ {{extra}} },"backend":[{"url_pattern":"{{path}}","extra_config":{ {{backendExtra}} } }] {{more}} }""";

    public void Advance(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Status, and the text of an error, of several requests one after the other.</summary>
    public async Task<string> AskAsync(int count, string path, params string[] headers)
    {
        var answers = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var reply = await front.GetAsync(path, headers);
            answers.Add(reply.Status == 500 ? $"500 {reply.Body}" : $"{reply.Status}{(reply.Header("X-Krakend-Completed") == "false" ? " partial" : "")}");
        }
        return string.Join(", ", answers);
    }

    public ValueTask DisposeAsync() => front.DisposeAsync();
}
