using System.Text;
using System.Text.Json.Nodes;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

/// <summary>martian in the gateway and in a process of its own, asked the same.</summary>
public sealed class MartianTests(MartianPair pair) : IClassFixture<MartianPair>
{
    private static readonly string[] s_definitions =
    [
        """{"header.Modifier":{"scope":["request"],"name":"Authorization","value":"Bearer K"}}""",
        """{"header.Modifier":{"scope":["request","response"],"name":"user-agent","value":"Late-Night-Commander v2.3"}}""",
        """{"header.Modifier":{"scope":["request"],"name":"Host","value":"virtual.example:81"}}""",
        """{"header.Modifier":{"scope":["response"],"name":"x-new","value":"né"}}""",
        """{"fifo.Group":{"scope":["request"],"modifiers":[{"header.Append":{"name":"X-Some","value":"I am"}},{"header.Append":{"name":"X-Forwarded-For","value":"6.6.6.6"}},{"header.Copy":{"from":"User-Agent","to":"X-Browser"}},{"header.Blacklist":{"names":["User-Agent","X-Forwarded-Host","Accept-Encoding","X-Gone"]}}]}}""",
        """{"fifo.Group":{"scope":["response"],"modifiers":[{"header.Append":{"name":"X-Backend","value":"2"}},{"header.Blacklist":{"names":["X-Gone"]}},{"header.Copy":{"from":"X-Backend","to":"X-Copy"}},{"cookie.Modifier":{"name":"n","value":"v","path":"/p","maxAge":5}}]}}""",
        """{"header.Id":{"header":"X-Some"}}""",
        """{"fifo.Group":{"scope":["request"],"modifiers":[{"cookie.Filter":{"name":"marketingCookies","value":"yes","modifier":{"header.Modifier":{"name":"Accepts","value":"true"}},"else":{"header.Modifier":{"name":"Accepts","value":"false"}}}},{"cookie.Modifier":{"name":"n","value":"v"}}]}}""",
        """{"body.Modifier":{"scope":["request"],"body":"eyJtc2ciOiJ5b3Ugcm9jayEifQ=="}}""",
        """{"body.Modifier":{"scope":["response"],"body":"eyJtc2ciOiJ5b3Ugcm9jayEifQ==","contentType":"application/json"}}""",
        """{"body.Modifier":{"scope":["request","response"],"body":"eyJhIjoxfQ==","contentType":"application/json"}}""",
        """{"url.Modifier":{"scope":["request"],"scheme":"http","host":"$HOST","path":"/__echo/hello","query":"flag=true"}}""",
        """{"url.Modifier":{"scope":["request"],"path":"/moved"}}""",
        """{"querystring.Modifier":{"scope":["request"],"name":"amount","value":"75"}}""",
        """{"port.Modifier":{"scope":["request"],"port":$PORT}}""",
        """{"port.Modifier":{"scope":["request"],"port":1}}""",
        """{"stash.Modifier":{"scope":["request","response"],"headerName":"X-Stash"}}""",
        """{"status.Modifier":{"scope":["response"],"statusCode":418}}""",
        """{"header.Filter":{"scope":["request"],"name":"X-Some","value":"a","modifier":{"querystring.Modifier":{"scope":["request"],"name":"legacy","value":"1"}}}}""",
        """{"header.RegexFilter":{"scope":["request"],"header":"X-Some","regex":"^[ab]$","modifier":{"header.Modifier":{"scope":["request"],"name":"X-Matched","value":"1"}}}}""",
        """{"querystring.Filter":{"scope":["request","response"],"name":"q","value":"1","modifier":{"header.Modifier":{"name":"X-Legacy","value":"true"}},"else":{"header.Modifier":{"name":"X-Legacy","value":"false"}}}}""",
        """{"url.Filter":{"scope":["request","response"],"path":"/b","scheme":"http","modifier":{"header.Modifier":{"name":"X-Legacy","value":"true"}},"else":{"header.Modifier":{"name":"X-Legacy","value":"false"}}}}""",
        """{"url.RegexFilter":{"scope":["request","response"],"regex":"^http://127\\.0\\.0\\.1:\\d+/b$","modifier":{"header.Modifier":{"name":"X-Legacy","value":"true"}},"else":{"header.Modifier":{"name":"X-Legacy","value":"false"}}}}""",
        """{"fifo.Group":{"scope":["request"],"modifiers":[{"header.Modifier":{"name":"X-R","value":"1"}},{"header.Modifier":{"name":"X-R","value":"2"}},{"body.Modifier":{"body":"YQ=="}},{"priority.Group":{"modifiers":[{"priority":0,"modifier":{"header.Append":{"name":"X-P","value":"0"}}},{"priority":100,"modifier":{"url.Filter":{"path":"/b","modifier":{"header.Append":{"name":"X-P","value":"100"}}}}}]}}]}}""",
        """{"no.such.Modifier":{"scope":["request"]}}""",
        "{}",
    ];

    /// <summary>Number of the definition, and how the endpoint answers.</summary>
    public static TheoryData<int, bool> All
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var i = 0; i < s_definitions.Length; i++)
            {
                data.Add(i, false);
                data.Add(i, true);
            }
            return data;
        }
    }

    internal static IReadOnlyList<string> Definitions => s_definitions;

    [Theory]
    [MemberData(nameof(All))]
    [Spec("GRP-219", "GRP-213")]
    public async Task Every_answer_is_the_same_in_process_and_out_of_process(int definition, bool isNoOp)
    {
        var path = $"/{(isNoOp ? "raw" : "data")}/{definition}";
        Func<HttpRequestMessage>[] requests =
        [
            () => new HttpRequestMessage(HttpMethod.Get, path),
            () => new HttpRequestMessage(HttpMethod.Get, path + "?q=1&amount=55&b=%20x&status=404") { Headers = { { "X-Some", "a" }, { "Cookie", "a=1; marketingCookies=yes" } } },
            () => new HttpRequestMessage(HttpMethod.Get, path + "?status=500") { Headers = { { "X-Some", "c" }, { "Accept-Encoding", "gzip" }, { "User-Agent", "tests/1.0" } } },
            () => new HttpRequestMessage(HttpMethod.Get, path + "?size=700000") { Headers = { { "X-Some", ["a", "b"] } } },
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("""{"some":"body"}""", Encoding.UTF8, "application/json"), Headers = { { "X-Some", "b" } } },
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string('y', 300_000)) },
        ];
        foreach (var request in requests)
        {
            var (inside, outside) = (await SeenAnswer.OfAsync(pair.Inside, request()), await SeenAnswer.OfAsync(pair.Outside, request()));

            Assert.Equal(inside, outside);
        }
    }

    [Fact]
    [Spec("GRP-213", "GRP-219")]
    public async Task Only_the_second_one_has_a_process_beside_it()
    {
        await SeenAnswer.OfAsync(pair.Outside, new HttpRequestMessage(HttpMethod.Get, "/data/0"));

        var folders = Directory.GetDirectories("/proc").Select(static p => Path.Combine(p, "cmdline")).Where(File.Exists).Select(Arguments).Where(static a => a is [_, "sidecar", "--folder", ..]).Select(static a => a[3]).ToArray();
        Assert.Contains(Path.Combine(pair.Folder, "martian-process"), folders);
        Assert.DoesNotContain(Path.Combine(pair.Folder, "martian-inside"), folders);
    }

    private static string[] Arguments(string file)
    {
        try
        {
            return File.ReadAllText(file).Split('\0');
        }
        catch (IOException)
        {
            // A process that ended in between.
            return [];
        }
    }
}

/// <summary>Two gateways with the same configuration, one with martian inside of it and one with martian beside it.</summary>
public sealed class MartianPair : IAsyncLifetime
{
    private Echo _echo = null!;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("martian-").FullName;

    internal GatewayProcess Inside { get; private set; } = null!;

    internal GatewayProcess Outside { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _echo = await Echo.StartAsync();
        var config = Path.Combine(Folder, "krakend.json");
        await File.WriteAllTextAsync(config, Config());
        var inside = Path.Combine(Folder, "martian-inside");
        var outside = Path.Combine(Folder, "martian-process");
        Copy(inside);
        Copy(outside);
        var manifest = Path.Combine(outside, "plugin.json");
        var text = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, text.Replace("\"runtime\": \"dotnet\"", "\"runtime\": \"process\"", StringComparison.Ordinal));
        Inside = await GatewayProcess.StartAsync(config, inside);
        Outside = await GatewayProcess.StartAsync(config, outside);
    }

    public async Task DisposeAsync()
    {
        await Inside.DisposeAsync();
        await Outside.DisposeAsync();
        await _echo.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private string Config()
    {
        var address = new Uri(_echo.Address);
        var endpoints = new JsonArray();
        for (var i = 0; i < MartianTests.Definitions.Count; i++)
        {
            var definition = MartianTests.Definitions[i].Replace("$HOST", address.Authority, StringComparison.Ordinal).Replace("$PORT", address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
            foreach (var isNoOp in (bool[])[false, true])
            {
                foreach (var method in (string[])["GET", "POST"])
                    endpoints.Add(Endpoint($"/{(isNoOp ? "raw" : "data")}/{i}", method, isNoOp, definition));
            }
        }
        return new JsonObject { ["version"] = 3, ["host"] = new JsonArray(_echo.Address), ["endpoints"] = endpoints }.ToJsonString();
    }

    private static JsonObject Endpoint(string path, string method, bool isNoOp, string definition) => new()
    {
        ["endpoint"] = path,
        ["method"] = method,
        ["output_encoding"] = isNoOp ? "no-op" : "json",
        ["input_headers"] = new JsonArray("X-Some", "Cookie", "User-Agent", "Content-Type"),
        ["input_query_strings"] = new JsonArray("*"),
        ["backend"] = new JsonArray(new JsonObject
        {
            ["url_pattern"] = "/b",
            ["method"] = method,
            ["encoding"] = isNoOp ? "no-op" : "json",
            ["extra_config"] = new JsonObject { ["modifier/martian"] = JsonNode.Parse(definition) },
        }),
    };

    private static void Copy(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(GatewayProcess.Martian))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }
}
