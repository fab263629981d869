using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin test</c> and <c>test-plugin</c>.</summary>
public sealed class PluginTestTests : IDisposable
{
    private const string Kinds = """
        public sealed class P : GatewayPlugin
        {
            public override void Register(IPluginRegistry registry)
            {
                registry.HttpServer("acme", static (c, x, d) => new H());
                registry.Middleware("acme", static (c, x, d) => new M());
            }
        }
        public sealed class H : IHttpMiddleware { public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context); }
        public sealed class M : IProxyMiddleware { public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken ct) => next(request, ct); }
        """;

    private readonly PluginSmith _smith = new();

    [Fact]
    public async Task Shows_what_a_component_changes_in_request_and_response()
    {
        var folder = Make("""
            request.Headers.Set("X-Acme", request.Headers.Get("X-In") + request.Method);
            var result = await next(request, ct);
            result.Response!.Data!.Tree["acme"] = DataBoolean.True;
            return result;
            """);

        var run = await Executable.RunAsync("plugin", "test", folder, "--header", "X-In: a", "--method", "post", "--response", """{"status":201,"body":{"id":7}}""");

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("\n  + X-Acme: aPOST\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("\n  +   \"acme\": true,\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("\n    status 201\n", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"proxy ""acme/x"": .* bytes a call, next called once", run.Out);
        Assert.EndsWith("OK\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_larger_than_what_is_shown_is_no_fault_of_the_plugin()
    {
        var folder = _smith.Make("acme.client", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry) => registry.Client("acme/client", ClientStages.Martian, static (c, x, d) => new M());
            }
            public sealed class M : IClientMiddleware
            {
                public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken ct) { request.Headers.Set("X-Acme", "a"); return next(request, ct); }
            }
            """, ["backend/client acme/client"]);
        var response = Path.Combine(_smith.Folder, "response.json");
        File.WriteAllText(response, $$"""{"status":200,"body":{"id":"{{new string('x', 200_000)}}"} }""");

        var run = await Executable.RunAsync("plugin", "test", folder, "--response", response);

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("\n  + X-Acme: a\n", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("OK\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_and_configuration_come_from_files()
    {
        var folder = _smith.Make("acme.x", PluginSmith.ProxyPlugin("acme/x", "request.Headers.Set(\"X-Level\", context.EndpointConfig(\"acme/x\")![\"level\"]!.Text); return await next(request, ct);").Replace("IEndpointContext Context", "object Context", StringComparison.Ordinal), ["endpoint/proxy acme/x"]);
        var request = Path.Combine(_smith.Folder, "request.json");
        var config = Path.Combine(_smith.Folder, "config.json");
        File.WriteAllText(request, """{"method":"PUT","url":"/a?b=c","params":{"Id":"9"}}""");
        File.WriteAllText(config, """{"acme/x":{"level":"3"}}""");

        var run = await Executable.RunAsync("plugin", "test", folder, "--request", request, "--config", config);

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("PUT (endpoint)", run.Out, StringComparison.Ordinal);
        Assert.Contains("query b: c", run.Out, StringComparison.Ordinal);
        Assert.Contains("+ X-Level: 3", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_are_json_when_asked_for()
    {
        var run = await Executable.RunAsync("plugin", "test", Make("return new GatewayError(GatewayErrorKind.Rejected, \"no\", 418);"), "--format", "json");

        var result = JsonNode.Parse(run.Out)![0]!;
        var component = result["results"]![0]!;
        Assert.True(result["ok"]!.GetValue<bool>());
        Assert.Equal(("driven", 0, "error 418 Rejected: no\nno response\n"), (component["state"]!.GetValue<string>(), component["next_calls"]!.GetValue<int>(), component["response_after"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("throw new InvalidOperationException(\"oh\");", "System.InvalidOperationException: oh")]
    [InlineData("Environment.Exit(4);", "it ended the process with status 4 in a call of proxy \"acme/x\"")]
    public async Task A_fault_is_shown_with_its_place(string statement, string text)
    {
        var run = await Executable.RunAsync("plugin", "test", Make($"if (ct != default || request is not null) {{ {statement} }} return await next(request!, ct);"));

        Assert.Contains(text, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_never_returns_is_ended()
    {
        var run = await Executable.RunAsync("plugin", "test", Make("await Task.Delay(-1); return await next(request, ct);"), "--timeout", "2");

        Assert.Equal(1, run.Status);
        Assert.Contains("a call of proxy \"acme/x\" did not come back within 2 s", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_tested_again_when_its_folder_changes()
    {
        var folder = Make("return await next(request, ct);");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = Executable.Start(Executable.Path, null, null, "plugin", "test", folder, "--watch");
        try
        {
            await WaitingAsync(process, limit.Token);
            File.WriteAllBytes(Path.Combine(folder, "acme.x.dll"), []);
            await WaitingAsync(process, limit.Token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        Assert.Contains("\nOK\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\nFAILED\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_lets_go_is_unloaded()
    {
        var run = await Executable.RunAsync("plugin", "test", Make("return await next(request, ct);"), "--unload");

        Assert.Equal(0, run.Status);
        Assert.Contains("100 times loaded, driven and unloaded; nothing stays", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AppDomain.CurrentDomain.ProcessExit += static (_, _) => Console.WriteLine();", "AppDomain.ProcessExit")]
    [InlineData("TaskScheduler.UnobservedTaskException += static (_, _) => Console.WriteLine();", "TaskScheduler.UnobservedTaskException")]
    [InlineData("_ = System.Text.Json.JsonSerializer.Serialize(new Dto());", "System.Text.Json")]
    [InlineData("System.Diagnostics.ActivitySource.AddActivityListener(new() { ShouldListenTo = static _ => false });", "ActivityListener")]
    [InlineData("new Thread(static () => new ManualResetEvent(false).WaitOne()) { IsBackground = true }.Start();", "threads: ")]
    [InlineData("new Timer(static _ => { }, null, 60_000, 60_000);", "timers: ")]
    public async Task What_holds_on_is_counted_and_the_holder_named(string statement, string holder)
    {
        var folder = _smith.Make("acme.x", PluginSmith.ProxyPlugin("acme/x", "return await next(request, ct);", register: (statement.StartsWith("new Timer", StringComparison.Ordinal) ? "s_timer = " : "") + statement, members: "static Timer? s_timer; public static object? Timer => s_timer; public sealed class Dto { public int A { get; set; } }"), ["endpoint/proxy acme/x"]);

        var run = await Executable.RunAsync("plugin", "test", folder, "--unload");

        Assert.Equal(1, run.Status);
        Assert.Contains("100 copies of its code stay", run.Out, StringComparison.Ordinal);
        Assert.Contains(holder, run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-078", "EXT-081", "CFG-255", "CFG-256")]
    public async Task Each_kind_that_is_there_is_a_line_and_the_summary_is_ok()
    {
        var folder = MakeKinds();

        var run = await Executable.RunAsync("test-plugin", "-s", "-w", folder);

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Matches(@"^\[OK\] SERVER\t.*\n\[OK\] MIDDLEWARE\t.*\n\[OK\] 1 tested plugin\(s\) in [0-9.]+m?s\n$", run.Out);
    }

    [Fact, Spec("EXT-078", "EXT-079", "EXT-081", "CFG-255", "CFG-256")]
    public async Task A_kind_that_is_missing_is_named_in_the_reference_s_words()
    {
        var folder = MakeKinds();

        var run = await Executable.RunAsync("plugin", "test", "-s", "-m", "-c", folder);

        Assert.Equal(1, run.Status);
        Assert.StartsWith($"[OK] SERVER\t{folder}\n[KO] MODIFIER\t{folder}: The plugin does not contain a ModifierRegisterer.\n[KO] CLIENT\t{folder}: The plugin does not contain a ClientRegisterer.\n[KO] 1 tested plugin(s) in ", run.Out, StringComparison.Ordinal);
        Assert.EndsWith(".\n1 plugin(s) failed.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-079")]
    public async Task A_load_failure_shows_its_cause()
    {
        var folder = _smith.Make("acme.x", "public sealed class P : GatewayPlugin { public override void Register(IPluginRegistry registry) => throw new InvalidOperationException(\"no luck\"); }", ["endpoint/proxy acme/x"]);

        var run = await Executable.RunAsync("test-plugin", "-s", folder);

        Assert.Matches(@"\[KO\] SERVER\t.*no luck", run.Out);
    }

    [Fact, Spec("EXT-080", "CFG-255")]
    public async Task A_path_that_does_not_exist_has_failed()
    {
        var run = await Executable.RunAsync("test-plugin", "-c", "/nowhere/x.so");

        Assert.Equal(1, run.Status);
        Assert.StartsWith("[KO] Unable to open the plugin /nowhere/x.so.\n[KO] 1 tested plugin(s) in ", run.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-082", "CFG-254")]
    [InlineData("At least one plugin is required.", "test-plugin", "-s")]
    [InlineData("You must declare the expected type of the plugin.", "test-plugin", "x")]
    public async Task Without_plugin_or_kind_it_says_what_is_missing(string text, params string[] args)
    {
        var run = await Executable.RunAsync(args);

        Assert.Equal((1, text + "\n"), (run.Status, run.Error));
    }

    public void Dispose() => _smith.Dispose();

    private static async Task WaitingAsync(System.Diagnostics.Process process, CancellationToken cancellationToken)
    {
        while (await process.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("Waiting for changes", StringComparison.Ordinal))
                return;
        }
        throw new InvalidOperationException("the command ended");
    }

    private string Make(string body) => _smith.Make("acme.x", PluginSmith.ProxyPlugin("acme/x", body), ["endpoint/proxy acme/x"]);

    private string MakeKinds() => _smith.Make("acme.kinds", Kinds, [], edit: static m => m["plugins"] = new JsonArray(
        new JsonObject { ["kind"] = "http-server", ["name"] = "acme" }, new JsonObject { ["kind"] = "middleware", ["name"] = "acme" }));
}
