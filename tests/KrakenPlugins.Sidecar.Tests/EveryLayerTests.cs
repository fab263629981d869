using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using KrakenPlugins.Sidecar.Tests.Testing;

namespace KrakenPlugins.Sidecar.Tests;

/// <summary>One class with a component at every layer, in the gateway's process and in its own, asked the same.</summary>
public sealed class EveryLayerTests(EveryLayerPair pair) : IClassFixture<EveryLayerPair>
{
    private static readonly string[] s_http = ["server", "endpoint", "http-server"];
    private static readonly string[] s_data = ["proxy", "backend", "middleware"];
    private static readonly string[] s_client = ["client", "http-client"];

    private static readonly string[] s_httpActs =
        ["head", "target", "method", "host", "starting", "status", "body", "answer", "empty", "refuse", "stream", "rewrite", "drain", "throw"];

    private static readonly string[] s_dataActs =
    [
        "head", "target", "body", "refuse", "fail", "throw", "answer", "partial", "raw", "raw-json", "final", "twice", "race", "data", "look", "none",
        "status", "incomplete", "edit", "instead", "swallow", "forgive",
    ];

    private static readonly string[] s_clientActs =
        ["head", "target", "body", "refuse", "unreachable", "throw", "answer", "no-content", "not-modified", "retry", "status", "edit", "read"];

    /// <summary>Layer and act.</summary>
    public static TheoryData<string, string> All
    {
        get
        {
            var data = new TheoryData<string, string>();
            Add(data, s_http, s_httpActs);
            Add(data, s_data, s_dataActs);
            Add(data, s_client, s_clientActs);
            Add(data, ["executor"], ["", "answer", "refuse", "fail", "throw", "partial", "raw", "raw-json", "final"]);
            Add(data, ["request-modifier"], ["head", "body", "refuse", "throw"]);
            Add(data, ["response-modifier"], ["data", "look", "none", "status", "incomplete", "edit", "refuse", "throw", "decode"]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    [Spec("GRP-219", "GRP-213")]
    public async Task The_class_does_the_same_in_process_and_out_of_process(string layer, string act)
    {
        // How a body that the component makes itself is framed is nobody's promise.
        string[] ignored = act is "answer" or "stream" or "rewrite" or "raw" or "raw-json" or "final" or "not-modified" ? ["Transfer-Encoding", "Content-Length"] : [];
        foreach (var request in Requests(layer, act))
        {
            var (inside, outside) = (await SeenAnswer.OfAsync(pair.Inside, request(), ignored), await SeenAnswer.OfAsync(pair.Outside, request(), ignored));

            Assert.True(inside == outside, $"{Line(request)}\nin process:\n{Short(inside)}\nout of process:\n{Short(outside)}");
        }
    }

    private static IEnumerable<Func<HttpRequestMessage>> Requests(string layer, string act)
    {
        var acts = $"{layer}:{act}";
        // Where data is due they are a failure out of process (GRP-183), and in process no data.
        var isRaw = act is "raw" or "raw-json";
        if (layer == "executor")
        {
            if (!isRaw)
                yield return () => Get("/exec", acts);
            yield return () => Get("/exec-raw", acts);
            yield break;
        }
        foreach (var path in (string[])["/data", "/raw"])
        {
            if (isRaw && path == "/data")
                continue;
            yield return () => Get(path, acts);
            yield return () => Get(path + "?q=1&b=%20x&status=404", acts);
            yield return () => Get(path + "?status=500", acts);
            yield return () => Get(path + "?size=200000", acts);
            // A stream of a client is there once.
            if (act is "twice" or "race" or "retry")
                continue;
            yield return () => Post(path, acts, """{"some":"body"}""");
            yield return () => Post(path + "?status=422", acts, new string('y', 300_000));
        }
        if (!isRaw)
            yield return () => Get("/parts/7", acts);
    }

    private static HttpRequestMessage Get(string path, string acts) => new(HttpMethod.Get, path) { Headers = { { "X-Act", acts }, { "X-Gone", "g" } } };

    private static HttpRequestMessage Post(string path, string acts, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body), Headers = { { "X-Act", acts } } };

    private static string Line(Func<HttpRequestMessage> request)
    {
        using var made = request();
        return $"{made.Method} {made.RequestUri}";
    }

    private static string Short(string text) => text.Length > 2_000 ? text[..2_000] : text;

    private static void Add(TheoryData<string, string> data, string[] layers, string[] acts)
    {
        foreach (var layer in layers)
        {
            foreach (var act in acts)
                data.Add(layer, act);
        }
    }
}

/// <summary>Two gateways with the same configuration, one with the plugin inside of it and one with it beside.</summary>
public sealed class EveryLayerPair : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("every-layer-").FullName;
    private Echo _echo = null!;

    internal GatewayProcess Inside { get; private set; } = null!;

    internal GatewayProcess Outside { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _echo = await Echo.StartAsync();
        var config = Path.Combine(_folder, "krakend.json");
        await File.WriteAllTextAsync(config, Config());
        Inside = await GatewayProcess.StartAsync(config, await InstallAsync("dotnet"));
        Outside = await GatewayProcess.StartAsync(config, await InstallAsync("process"));
    }

    public async Task DisposeAsync()
    {
        await Inside.DisposeAsync();
        await Outside.DisposeAsync();
        await _echo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // One word is other.
    private async Task<string> InstallAsync(string runtime)
    {
        var folder = Path.Combine(_folder, runtime);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(GatewayProcess.EveryLayer))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var manifest = Path.Combine(folder, "plugin.json");
        var text = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, text.Replace("\"runtime\": \"dotnet\"", $"\"runtime\": \"{runtime}\"", StringComparison.Ordinal));
        return folder;
    }

    private string Config() => new JsonObject
    {
        ["version"] = 3,
        ["host"] = new JsonArray(_echo.Address),
        ["extra_config"] = new JsonObject { ["every/server"] = new JsonObject(), ["plugin/http-server"] = Names("every-http-server") },
        ["endpoints"] = new JsonArray(
            Endpoint("/data", "GET", "json", Backend("/b", "GET", "json")),
            Endpoint("/data", "POST", "json", Backend("/b", "POST", "json")),
            Endpoint("/raw", "GET", "no-op", Backend("/b", "GET", "no-op")),
            Endpoint("/raw", "POST", "no-op", Backend("/b", "POST", "no-op")),
            Endpoint("/parts/{id}", "GET", "json", Backend("/b/{id}", "GET", "json"), Unreachable()),
            Endpoint("/exec", "GET", "json", Executed("json")),
            Endpoint("/exec-raw", "GET", "no-op", Executed("no-op"))),
    }.ToJsonString();

    private static JsonObject Endpoint(string path, string method, string encoding, params JsonNode[] backends) => new()
    {
        ["endpoint"] = path,
        ["method"] = method,
        ["output_encoding"] = encoding,
        ["input_headers"] = new JsonArray("*"),
        ["input_query_strings"] = new JsonArray("*"),
        ["extra_config"] = new JsonObject
        {
            ["every/endpoint"] = new JsonObject(),
            ["every/proxy"] = new JsonObject(),
            ["plugin/req-resp-modifier"] = Names("every-modifier"),
            ["plugin/middleware"] = Names("every-middleware"),
        },
        ["backend"] = new JsonArray(backends),
    };

    private static JsonObject Backend(string path, string method, string encoding) => new()
    {
        ["url_pattern"] = path,
        ["method"] = method,
        ["encoding"] = encoding,
        ["extra_config"] = new JsonObject { ["every/backend"] = new JsonObject(), ["every/client"] = new JsonObject(), ["plugin/http-client"] = new JsonObject { ["name"] = "every-http-client" } },
    };

    private static JsonObject Unreachable()
    {
        var backend = Backend("/c/{id}", "GET", "json");
        backend["host"] = new JsonArray("http://127.0.0.1:65534");
        backend["group"] = "second";
        return backend;
    }

    private static JsonObject Executed(string encoding) => new()
    {
        ["url_pattern"] = "/e",
        ["encoding"] = encoding,
        ["extra_config"] = new JsonObject { ["every/executor"] = new JsonObject() },
    };

    private static JsonObject Names(string name) => new() { ["name"] = new JsonArray(name) };
}
