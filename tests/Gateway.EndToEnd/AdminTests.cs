using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The admin listener of the real executable, and the commands that talk to it.</summary>
public sealed partial class AdminTests : IDisposable
{
    private const string Token = "a-token-of-enough-characters";
    private const string WaitsForAFile = """
        public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
        {
            System.IO.File.WriteAllText("begun", "");
            while (!System.IO.File.Exists("go"))
                await Task.Delay(5, cancellationToken);
        }
        """;

    private readonly Folder _folder = new();

    private string Socket => Path.Combine(_folder.Path, "admin.sock");

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-330", "CFG-333")]
    public async Task The_status_tells_what_runs_and_no_secret()
    {
        await using var gateway = await StartAsync(Json("/one", "\"telemetry/nonsense\":{\"password\":\"hush-hush\"}"));
        using var client = Client(Socket);

        var text = await client.GetStringAsync("/status");

        using var status = JsonDocument.Parse(text);
        var root = status.RootElement;
        Assert.Equal(1, root.GetProperty("generation").GetInt32());
        Assert.NotEqual("", root.GetProperty("version").GetString());
        Assert.Equal(0, root.GetProperty("requests_in_flight").GetInt32());
        Assert.Equal(1, root.GetProperty("warnings").GetInt32());
        Assert.Equal($"*:{gateway.Port.ToString(CultureInfo.InvariantCulture)}", root.GetProperty("listeners")[0].GetProperty("address").GetString());
        Assert.Equal(("GET", "/one"), (root.GetProperty("endpoints")[0].GetProperty("method").GetString(), root.GetProperty("endpoints")[0].GetProperty("path").GetString()));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("last_reload").ValueKind);
        Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
    }

    [Fact, Spec("CFG-333")]
    public async Task The_status_counts_requests_in_flight_and_faults_of_plugins()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/x", context => release.Task.WaitAsync(context.RequestAborted));
        using var smith = new PluginSmith();
        smith.Make("faulty", PluginSmith.ProxyPlugin("faulty/faulty", "throw new InvalidOperationException(\"out\");"), ["endpoint/proxy faulty/faulty"]);
        var json = Json("/one").Replace("http://127.0.0.1:9999", upstream.Host, StringComparison.Ordinal).Replace("\"endpoints\":[",
            "\"endpoints\":[{\"endpoint\":\"/faulty\",\"extra_config\":{\"faulty/faulty\":{}},\"backend\":[{\"host\":[\"http://127.0.0.1:9999\"],\"url_pattern\":\"/x\"}]},", StringComparison.Ordinal);
        await using var gateway = await StartAsync(json, "--plugins", smith.Folder);
        using var client = Client(Socket);
        var inFlight = gateway.Client.GetAsync("/one");
        await RunningGateway.WaitUntilAsync(() => upstream.ReceivedAt("/x").Count == 1, () => "the request never arrived");
        using var failed = await gateway.Client.GetAsync("/faulty");

        // The end of a request comes after the last byte of its answer.
        string text;
        do
            text = await client.GetStringAsync("/status");
        while (!text.Contains("\"requests_in_flight\":1,", StringComparison.Ordinal));
        using var status = JsonDocument.Parse(text);
        release.SetResult();
        using var _ = await inFlight;

        var plugin = status.RootElement.GetProperty("plugins")[0];
        Assert.Equal(("faulty", "1.0.0", "started", "faulty", 1), (plugin.GetProperty("id").GetString(), plugin.GetProperty("version").GetString(),
            plugin.GetProperty("state").GetString(), plugin.GetProperty("health").GetString(), plugin.GetProperty("faults").GetInt32()));
    }

    [Theory, Spec("CFG-332")]
    [InlineData("GET", "/status", "localhost", "", 401)]
    [InlineData("GET", "/status", "localhost", "Bearer a-token-of-enough-characterz", 401)]
    [InlineData("GET", "/status", "localhost", "Bearer ", 401)]
    [InlineData("GET", "/status", "localhost", "Basic a-token-of-enough-characters", 401)]
    [InlineData("GET", "/nowhere", "localhost", "", 401)]
    [InlineData("GET", "/status", "rebound.example.com", "Bearer " + Token, 403)]
    [InlineData("GET", "/status", "10.0.0.1", "Bearer " + Token, 403)]
    [InlineData("GET", "/status", "127.0.0.1", "Bearer " + Token, 200)]
    [InlineData("GET", "/status", "[::1]", "bearer " + Token, 200)]
    [InlineData("POST", "/status", "localhost", "Bearer " + Token, 405)]
    [InlineData("GET", "/reload", "localhost", "Bearer " + Token, 405)]
    [InlineData("GET", "/", "localhost", "Bearer " + Token, 404)]
    public async Task Only_who_has_the_token_and_names_this_machine_is_served(string method, string path, string host, string authorization, int expected)
    {
        await using var gateway = await StartAsync(Json("/one"));
        using var client = Client(Socket);
        client.DefaultRequestHeaders.Clear();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = host;
        if (authorization.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await client.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact, Spec("CFG-332")]
    public async Task A_name_with_the_port_of_another_listener_is_none_of_ours()
    {
        var port = RunningGateway.FreePort();
        await using var gateway = await StartAsync(Json("/one").Replace($"unix:{Socket}", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/status");
        request.Headers.Host = "localhost:1";

        using var refused = await client.SendAsync(request);
        using var served = await client.GetAsync("/status");
        using var outside = await gateway.Client.GetAsync("/status");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.NotFound), (refused.StatusCode, served.StatusCode, outside.StatusCode));
    }

    [Fact, Spec("CFG-334")]
    public async Task A_reload_answers_with_the_generation_or_with_what_is_wrong()
    {
        await using var gateway = await StartAsync(Json("/one"));
        using var client = Client(Socket);

        _folder.Write("krakend.json", Json("/two"));
        using var done = await client.PostAsync("/reload", null);
        using var outcome = JsonDocument.Parse(await done.Content.ReadAsStringAsync());
        _folder.Write("krakend.json", "{\n \"version\": 2 }");
        using var refused = await client.PostAsync("/reload", null);
        using var findings = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        using var status = JsonDocument.Parse(await client.GetStringAsync("/status"));

        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal((true, 2), (outcome.RootElement.GetProperty("reloaded").GetBoolean(), outcome.RootElement.GetProperty("generation").GetInt32()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal((false, 2), (findings.RootElement.GetProperty("reloaded").GetBoolean(), findings.RootElement.GetProperty("generation").GetInt32()));
        var finding = findings.RootElement.GetProperty("findings")[0];
        Assert.Equal(("error", 2), (finding.GetProperty("severity").GetString(), finding.GetProperty("line").GetInt32()));
        Assert.Contains("unsupported version", finding.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("the file has errors", status.RootElement.GetProperty("last_reload").GetProperty("error").GetString());
        using var answer = await gateway.Client.GetAsync("/two");
        Assert.NotEqual(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact, Spec("CFG-334")]
    public async Task Many_reloads_at_once_are_few()
    {
        await using var gateway = await StartAsync(Json("/one"));
        using var client = Client(Socket);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.PostAsync("/reload", null)));

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var status = JsonDocument.Parse(await client.GetStringAsync("/status"));
        Assert.InRange(status.RootElement.GetProperty("generation").GetInt32(), 2, 13);
    }

    [Fact, Spec("CFG-343")]
    public async Task A_reload_changes_the_token_and_moves_the_listener()
    {
        const string Other = "another-token-of-some-length";
        await using var gateway = await StartAsync(Json("/one"));
        using var client = Client(Socket);

        _folder.Write("krakend.json", Json("/one").Replace(Token, Other, StringComparison.Ordinal));
        using var first = await client.PostAsync("/reload", null);
        using var unknown = await client.GetAsync("/status");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Other);
        _folder.Write("krakend.json", Json("/one").Replace(Socket, Socket + "2", StringComparison.Ordinal));
        using var second = await client.PostAsync("/reload", null);
        using var moved = Client(Socket + "2");
        using var there = await moved.GetAsync("/status");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, unknown.StatusCode, second.StatusCode, there.StatusCode));
        await RunningGateway.WaitUntilAsync(() => !File.Exists(Socket), () => "the old socket stayed");
    }

    [Theory, Spec("CFG-331")]
    [InlineData(""" "listen":"0.0.0.0:8081","token":"a-token-of-enough-characters" """, "can be reached from other machines")]
    [InlineData(""" "listen":"example.com:8081","token":"a-token-of-enough-characters" """, "no address with a port")]
    [InlineData(""" "listen":"127.0.0.1","token":"a-token-of-enough-characters" """, "no address with a port")]
    [InlineData(""" "listen":"unix:","token":"a-token-of-enough-characters" """, "needs a path")]
    [InlineData(""" "token":"a-token-of-enough-characters" """, "\"listen\" is missing")]
    [InlineData(""" "listen":"127.0.0.1:8081","token":"short" """, "at least 16 characters")]
    [InlineData(""" "listen":"127.0.0.1:8081" """, "needs one of")]
    public async Task A_listener_that_is_open_to_others_is_refused(string admin, string reason)
    {
        var file = _folder.Write("krakend.json", """{"version":3,"extra_config":{"gateway/admin":{$}}}""".Replace("$", admin, StringComparison.Ordinal));

        var run = await Executable.RunAsync("run", "-c", file);
        var check = await Executable.RunAsync("check", "-c", file);

        Assert.Equal((255, 1), (run.Status, check.Status));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("short", run.Error.Replace("too short", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-331")]
    public async Task A_token_file_that_is_missing_or_short_and_a_flag_without_a_token_refuse_the_start()
    {
        var missing = await RunAsync(Json("/one").Replace($"\"token\":\"{Token}\"", "\"token_file\":\"none\"", StringComparison.Ordinal));
        _folder.Write("tiny", "tiny\n");
        var tiny = await RunAsync(Json("/one").Replace($"\"token\":\"{Token}\"", "\"token_file\":\"tiny\"", StringComparison.Ordinal));
        var flag = await RunAsync("""{"version":3}""", "--admin", "127.0.0.1:8081");
        var open = await RunAsync("""{"version":3}""", "--admin", "0.0.0.0:8081");

        Assert.Equal((1, 1, 1, 255), (missing.Status, tiny.Status, flag.Status, open.Status));
        Assert.Contains("cannot read the token", missing.Out, StringComparison.Ordinal);
        Assert.Contains("too short", tiny.Out, StringComparison.Ordinal);
        Assert.Contains("GATEWAY_ADMIN_TOKEN is missing or too short", flag.Out, StringComparison.Ordinal);
        Assert.Contains("other machines", open.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-330")]
    public async Task A_socket_that_a_killed_gateway_left_is_replaced_and_a_file_is_not()
    {
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(Socket));
            stale.Listen();
        }
        await using (var gateway = await StartAsync(Json("/one")))
        {
            using var client = Client(Socket);
            using var status = await client.GetAsync("/status");
            Assert.Equal(HttpStatusCode.OK, status.StatusCode);
            var second = await RunAsync(Json("/one"), "-p", RunningGateway.FreePort().ToString(CultureInfo.InvariantCulture));
            Assert.Contains("another process listens", second.Out, StringComparison.Ordinal);
        }
        File.Delete(Socket);
        _folder.Write("admin.sock", "precious");

        var refused = await RunAsync(Json("/one"));

        Assert.Contains("no socket", refused.Out, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Socket));
    }

    [Fact, Spec("CFG-330")]
    public async Task An_empty_file_in_the_place_of_the_socket_stays()
    {
        _folder.Write("admin.sock", "");

        var refused = await RunAsync(Json("/one"));

        Assert.Equal(1, refused.Status);
        Assert.Contains("no socket", refused.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Socket));
    }

    [Fact, Spec("CFG-343", "CFG-330")]
    public async Task A_socket_that_is_left_and_taken_again_stays_while_the_old_listener_ends()
    {
        await using var gateway = await StartAsync(Json("/one"));
        // A request that goes on keeps the first listener from its end.
        using var holding = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await holding.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        await holding.SendAsync("POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"u8.ToArray());
        using var first = Client(Socket);
        using var second = Client(Socket + "2");

        _folder.Write("krakend.json", Json("/one").Replace(Socket, Socket + "2", StringComparison.Ordinal));
        using var moved = await first.PostAsync("/reload", null);
        _folder.Write("krakend.json", Json("/one"));
        using var back = await second.PostAsync("/reload", null);
        // The first listener cuts what is left after five seconds.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await holding.ReceiveAsync(new byte[1024], limit.Token) > 0)
        {
        }
        await RunningGateway.WaitUntilAsync(() => !File.Exists(Socket + "2"), () => "the second socket stayed");

        using var third = Client(Socket);
        using var status = await third.GetAsync("/status");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (moved.StatusCode, back.StatusCode, status.StatusCode));
    }

    [Fact, Spec("CFG-334")]
    public async Task A_reload_that_is_asked_for_during_the_start_waits_for_it()
    {
        using var smith = new PluginSmith();
        smith.Make("slow", PluginSmith.ProxyPlugin("slow/slow", "return await next(request, ct);", WaitsForAFile), ["endpoint/proxy slow/slow"]);
        var json = Json("/one").Replace("\"endpoint\":\"/one\"", "\"endpoint\":\"/one\",\"extra_config\":{\"slow/slow\":{}}", StringComparison.Ordinal);
        var starting = StartAsync(json, "--plugins", smith.Folder);
        await RunningGateway.WaitUntilAsync(() => File.Exists(Path.Combine(_folder.Path, "begun")), () => "the plugin was never started");
        using var client = Client(Socket);

        _folder.Write("krakend.json", json.Replace("\"version\":3", "\"version\":3,\"read_header_timeout\":\"7s\"", StringComparison.Ordinal));
        var reload = client.PostAsync("/reload", null);
        using (var status = JsonDocument.Parse(await client.GetStringAsync("/status")))
            Assert.Equal(1, status.RootElement.GetProperty("generation").GetInt32());
        _folder.Write("go", "");
        await using var gateway = await starting;
        using var done = await reload;

        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        using var answer = await gateway.Client.GetAsync("/one");
        Assert.NotEqual(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.True(gateway.Out.IndexOf("Listening on port", StringComparison.Ordinal) < gateway.Out.IndexOf("Reloaded: 1 endpoints", StringComparison.Ordinal), gateway.Out);
    }

    [Fact, Spec("CFG-335")]
    public async Task The_commands_show_the_status_and_reload()
    {
        var token = _folder.Write("token", Token + "\n");
        await using var gateway = await StartAsync(Json("/one").Replace($"\"token\":\"{Token}\"", $"\"token_file\":\"{token}\"", StringComparison.Ordinal));
        string[] there = ["--admin", $"unix:{Socket}", "--token-file", token];

        var text = await Executable.RunAsync(["status", .. there]);
        var json = await Executable.RunAsync(["status", .. there, "--format", "json"]);
        var done = await Executable.RunAsync(["reload", .. there]);
        _folder.Write("krakend.json", "{");
        var refused = await Executable.RunAsync(["reload", .. there]);
        var refusedJson = await Executable.RunAsync(["reload", .. there, "--format", "json"]);

        Assert.Equal((0, 0, 0, 1, 1), (text.Status, json.Status, done.Status, refused.Status, refusedJson.Status));
        Assert.Matches(@"configuration +generation 1, since 2", text.Out);
        Assert.Matches(@"GET +/one", text.Out);
        using var status = JsonDocument.Parse(json.Out);
        Assert.Equal(1, status.RootElement.GetProperty("generation").GetInt32());
        Assert.Matches("^reloaded: generation 2, in ", done.Out);
        Assert.Contains("krakend.json:1:2", refused.Error, StringComparison.Ordinal);
        Assert.Contains("not reloaded, generation 2 goes on", refused.Error, StringComparison.Ordinal);
        using var outcome = JsonDocument.Parse(refusedJson.Out);
        Assert.False(outcome.RootElement.GetProperty("reloaded").GetBoolean());
    }

    [Fact, Spec("CFG-335")]
    public async Task The_status_shows_what_plugins_say_of_themselves()
    {
        var token = _folder.Write("token", Token + "\n");
        await using var gateway = await StartAsync(Json("/one", """
            "redis":{"connection_pools":[{"name":"limits","address":"127.0.0.1:1"}]}
            """));

        var text = await Executable.RunAsync("status", "--admin", $"unix:{Socket}", "--token-file", token);

        Assert.Matches("component +says\n *redis +limits: (connecting|down)\n", text.Out);
    }

    [Fact, Spec("CFG-335")]
    public async Task The_commands_say_what_keeps_them_from_a_gateway()
    {
        var environment = new Dictionary<string, string> { ["GATEWAY_ADMIN_TOKEN"] = "another-token-of-some-length" };
        await using var gateway = await StartAsync(Json("/one"));

        var wrong = await Executable.RunInAsync(null, environment, "status", "--admin", $"unix:{Socket}");
        var nobody = await Executable.RunInAsync(null, environment, "status", "--admin", $"unix:{Socket}2");
        var closed = await Executable.RunInAsync(null, environment, "reload", "--admin", $"127.0.0.1:{RunningGateway.FreePort().ToString(CultureInfo.InvariantCulture)}");
        var tokenless = await Executable.RunAsync("status", "--admin", $"unix:{Socket}");
        var aimless = await Executable.RunAsync("status");
        var remote = await Executable.RunInAsync(null, environment, "status", "--admin", "10.0.0.1:8081");

        Assert.Equal((1, 1, 1, 1, 255, 255), (wrong.Status, nobody.Status, closed.Status, tokenless.Status, aimless.Status, remote.Status));
        Assert.Contains("the token is missing or wrong", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("there is no such socket", nobody.Error, StringComparison.Ordinal);
        Assert.Contains("Connection refused", closed.Error, StringComparison.Ordinal);
        Assert.Contains("--token-file", tokenless.Error, StringComparison.Ordinal);
        Assert.Contains("--admin", aimless.Error, StringComparison.Ordinal);
    }

    private Task<RunningGateway> StartAsync(string json, params string[] args) => RunningGateway.RunAsync(_folder, json, args);

    private Task<Finished> RunAsync(string json, params string[] args) =>
        Executable.RunInAsync(_folder.Path, null, ["run", "-c", _folder.Write("krakend.json", json), .. args]);

    private static HttpClient Client(string socket)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            MaxConnectionsPerServer = 8,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        }) { BaseAddress = new Uri("http://localhost") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    private string Json(string path, string extra = "") => $$"""
        {"version":3,"timeout":"60s","extra_config":{"gateway/admin":{"listen":"unix:{{Socket}}","token":"{{Token}}"}{{(extra.Length > 0 ? "," : "")}}{{extra}}},
         "endpoints":[{"endpoint":"{{path}}","backend":[{"host":["http://127.0.0.1:9999"],"url_pattern":"/x"}]}]}
        """;
}
