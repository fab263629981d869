using System.Text;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

public sealed class HttpServerKindTests
{
    private const string Endpoints = """{"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/b"}]},{"endpoint":"/g","backend":[{"url_pattern":"/c"}]}""";

    [Fact, Spec("EXT-021")]
    public async Task The_last_name_handles_the_request_first_and_the_response_last()
    {
        var plugins = new PluginRegistry();
        foreach (var name in (string[])["A", "B", "C"])
            Handle(plugins, name, async (context, next) =>
            {
                context.Request.Headers["X-In"] += name;
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers["X-Out"] += name;
                    return Task.CompletedTask;
                });
                await next(context);
            });
        await using var rig = await StartAsync("""{"C":{},"name":["A","B","C"],"A":{}}""", plugins, """{"endpoint":"/g","input_headers":["X-In"],"backend":[{"url_pattern":"/c"}]}""");

        var reply = await rig.GetAsync("/g");

        // What starts the response calls back in reverse order of registration, from the innermost out.
        Assert.Equal(("CBA", "ABC"), (rig.Last.Header("X-In"), reply["X-Out"]));
    }

    [Fact, Spec("EXT-016", "EXT-019")]
    public async Task The_factory_gets_the_whole_namespace_and_a_context_that_ends_with_the_gateway()
    {
        ConfigNode? seen = null;
        IServiceContext? service = null;
        var plugins = new PluginRegistry();
        plugins.HttpServer("gate", (config, context, _) =>
        {
            (seen, service) = (config, context);
            return new HttpProbe(static (context, next) => next(context));
        });
        await using (await StartAsync("""{"name":"gate","gate":{"n":1},"other":[true]}""", plugins))
        {
            Assert.Equal("1", seen!["gate"]!["n"]!.Text);
            Assert.Equal(["name", "gate", "other"], seen.Members.Select(static m => m.Name));
            Assert.False(service!.Stopping.IsCancellationRequested);
        }
    }

    [Theory, Spec("EXT-019")]
    [InlineData("/__health", 200)]
    [InlineData("/__debug/x", 200)]
    [InlineData("/g", 200)]
    [InlineData("/unknown", 404)]
    public async Task A_handler_sees_every_request_before_routing(string path, int status)
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "gate", static (context, next) =>
        {
            context.Response.Headers["X-Seen"] = context.Request.Path.Value;
            return next(context);
        });
        await using var rig = await StartAsync("""{"name":["gate"]}""", plugins, Endpoints, ",\"debug_endpoint\":true");

        var reply = await rig.GetAsync(path);

        Assert.Equal((status, path), (reply.Status, reply["X-Seen"]));
    }

    [Fact, Spec("EXT-020")]
    public async Task A_handler_that_answers_itself_adds_no_header_of_the_gateway_and_leaves_other_paths()
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "hijack", static (context, next) =>
            context.Request.Path == "/hijack-me" ? context.Response.WriteAsync($"Hello, \"{context.Request.Path}\"") : next(context));
        await using var rig = await StartAsync("""{"name":["hijack"]}""", plugins);

        var own = await rig.GetAsync("/hijack-me");
        var health = await rig.GetAsync("/__health");

        Assert.Equal((200, "Hello, \"/hijack-me\"", null, null), (own.Status, own.Body, own["X-Krakend"], own["X-Krakend-Completed"]));
        Assert.Equal(200, health.Status);
    }

    [Theory, Spec("EXT-020")]
    [InlineData("/old/1%2F2", "/g?q=2", "/c?q=2")]
    [InlineData("/old/2?q=1", "/g", "/c?q=1")]
    public async Task A_path_that_a_handler_rewrites_is_the_one_that_is_routed(string target, string rewritten, string received)
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "rewrite", (context, next) =>
        {
            var query = rewritten.IndexOf('?', StringComparison.Ordinal);
            context.Request.Path = query < 0 ? rewritten : rewritten[..query];
            if (query >= 0)
                context.Request.QueryString = new(rewritten[query..]);
            return next(context);
        });
        await using var rig = await StartAsync("""{"name":["rewrite"]}""", plugins, """{"endpoint":"/g","input_query_strings":["*"],"backend":[{"url_pattern":"/c"}]}""");

        Assert.Equal(200, (await rig.GetAsync(target)).Status);
        Assert.Equal(received, rig.Last.Target);
    }

    [Fact, Spec("EXT-028")]
    public async Task A_body_that_a_handler_read_and_put_back_reaches_the_backend()
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "reader", static async (context, next) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = Encoding.UTF8.GetBytes((await reader.ReadToEndAsync()) + "!");
            context.Request.Body = new MemoryStream(body);
            context.Request.ContentLength = body.Length;
            await next(context);
        });
        await using var rig = await StartAsync("""{"name":["reader"]}""", plugins);

        Assert.Equal(200, (await rig.SendAsync("POST", "/a", body: "hello")).Status);
        Assert.Equal("hello!", rig.Last.Body);
    }

    [Theory, Spec("EXT-026")]
    [InlineData("json", """{"TARGET":"/C"}""")]
    [InlineData("no-op", """{"TARGET":"/C"}""")]
    public async Task A_handler_that_puts_a_plain_writer_in_place_of_the_responses_breaks_nothing_further_in(string encoding, string body)
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "shout", static async (context, next) =>
        {
            var outer = context.Response.Body;
            using var buffer = new MemoryStream();
            context.Response.Body = buffer;
            await next(context);
            context.Response.Body = outer;
            await outer.WriteAsync(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(buffer.ToArray()).ToUpperInvariant()));
        });
        await using var rig = await StartAsync("""{"name":["shout"]}""", plugins, $$"""{"endpoint":"/g","output_encoding":"{{encoding}}","backend":[{"url_pattern":"/c"}]}""");

        var reply = await rig.GetAsync("/g");

        Assert.Equal((200, body), (reply.Status, reply.Body));
    }

    [Fact, Spec("EXT-027")]
    public async Task A_handler_that_throws_costs_that_request_a_500_and_no_other()
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "fragile", static (context, next) =>
            context.Request.Headers.ContainsKey("X-Throw") ? throw new InvalidOperationException("thrown by fragile") : next(context));
        await using var rig = await StartAsync("""{"name":["fragile"]}""", plugins);

        var failed = await rig.GetAsync("/g", "X-Throw: 1");
        var next = await rig.GetAsync("/g");

        Assert.Equal((500, 200), (failed.Status, next.Status));
        await rig.Gateway.WaitForLogAsync("thrown by fragile");
    }

    [Fact, Spec("EXT-025")]
    public async Task A_preflight_is_answered_before_any_handler_runs()
    {
        var seen = 0;
        var plugins = new PluginRegistry();
        Handle(plugins, "gate", (context, next) =>
        {
            Interlocked.Increment(ref seen);
            return next(context);
        });
        plugins.Server("security/cors", ServerStages.Cors, static (_, _, _) => new HttpProbe(static (context, next) =>
        {
            if (context.Request.Method != "OPTIONS")
                return next(context);
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        }));
        await using var rig = await StartAsync("""{"name":["gate"]},"security/cors":{}""", plugins);

        Assert.Equal(204, (await rig.SendAsync("OPTIONS", "/g")).Status);
        Assert.Equal(0, seen);
        Assert.Equal(200, (await rig.GetAsync("/g")).Status);
        Assert.Equal(1, seen);
    }

    [Fact, Spec("EXT-022")]
    public async Task Each_handler_is_logged()
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "one", static (context, next) => next(context));
        Handle(plugins, "two", static (context, next) => next(context));
        plugins.HttpServer("out", static (_, _, _) => null);
        await using var rig = await StartAsync("""{"name":["one","out","two"]}""", plugins);

        await rig.Gateway.WaitForLogAsync("[PLUGIN: Server] Injecting plugin one");
        await rig.Gateway.WaitForLogAsync("[PLUGIN: Server] Injecting plugin two");
        Assert.DoesNotContain("Injecting plugin out", rig.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-023")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_whose_factory_fails_stops_the_start(bool throws)
    {
        var plugins = new PluginRegistry();
        plugins.HttpServer("gate", (config, _, diagnostics) =>
        {
            if (throws)
                throw new InvalidOperationException("no database");
            diagnostics.Error(config["gate"]!.Position, "extra_config.plugin/http-server.gate", "no database");
            return null;
        });

        var failure = await Assert.ThrowsAsync<ConfigurationException>(async () => await (await StartAsync("""{"name":["gate"],"gate":{}}""", plugins)).DisposeAsync());

        Assert.Contains("extra_config.plugin/http-server", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no database", failure.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-024")]
    [InlineData("\"gate\"", "expected an object with the member \"name\"")]
    [InlineData("{\"gate\":{}}", "no plugin is named")]
    [InlineData("{\"name\":[]}", "no plugin is named")]
    public async Task A_namespace_that_names_nobody_disables_the_handlers_and_warns(string value, string warning)
    {
        var plugins = new PluginRegistry();
        Handle(plugins, "gate", static (_, _) => throw new InvalidOperationException("not named"));
        await using var rig = await StartAsync(value, plugins);

        Assert.Equal(200, (await rig.GetAsync("/g")).Status);
        Assert.Contains(warning, Assert.Single(rig.Gateway.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    private static Task<Rig> StartAsync(string value, PluginRegistry plugins, string endpoints = Endpoints, string root = "") =>
        Rig.StartAsync(endpoints, $$"""
            "extra_config":{"plugin/http-server":{{value}}}{{root}}
            """, new() { Plugins = plugins });

    private static void Handle(PluginRegistry plugins, string name, Func<HttpContext, RequestDelegate, Task> run) =>
        plugins.HttpServer(name, (_, _, _) => new HttpProbe(run));
}
