using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>What a plugin throws while requests run stays with the request in hand.</summary>
public sealed class FaultTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    [Theory]
    [InlineData("early", "throw new InvalidOperationException(\"secret text\");")]
    [InlineData("late", "await next(request, ct); throw new InvalidOperationException(\"secret text\");")]
    [Spec("EXT-059", "OBS-009")]
    public async Task An_exception_answers_500_without_its_text_and_names_the_plugin_in_the_log(string id, string body)
    {
        fixture.MakeProxy(id, $"#pragma warning disable CS1998, CS0162\n{body}\n");
        await using var gateway = await fixture.StartAsync(id);

        using var answer = await gateway.Client.GetAsync($"/{id}");

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        await gateway.WaitForLogAsync($"[PLUGIN: {id}] {id}/{id} failed");
        await gateway.WaitForLogAsync("secret text");
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/plain"));
    }

    [Fact]
    [Spec("OBS-012")]
    public async Task A_log_that_throws_costs_neither_the_request_nor_the_record()
    {
        fixture.Smith.Make("brittle", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry) => registry.Logging("brittle/log", static (c, x, d) => new L());
            }
            public sealed class L : IGatewayLog, ILogger
            {
                public ILogger Logger => this;
                public IAccessLog Access => null;
                public ValueTask DisposeAsync() => default;
                public IDisposable BeginScope<T>(T state) => throw new InvalidOperationException("scope");
                public bool IsEnabled(LogLevel level) => true;
                public void Log<T>(LogLevel level, EventId id, T state, Exception e, Func<T, Exception, string> f) => throw new InvalidOperationException("disk full");
            }
            """, ["service/logging brittle/log"]);
        var config = PluginFixture.Config().Replace("\"version\":3", "\"version\":3,\"extra_config\":{\"brittle/log\":{}}", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(config, fixture.Upstream.Host, new() { PluginFolders = [fixture.Smith.Folder] });

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/plain"));
        await gateway.WaitForLogAsync("the log failed; what it does not take is written here");
        await gateway.WaitForLogAsync("[SERVICE: Gin] Listening on port");
    }

    [Fact]
    public async Task A_plugin_that_fails_under_load_is_logged_once_a_second_at_most()
    {
        fixture.MakeProxy("noisy", "#pragma warning disable CS1998, CS0162\nthrow new InvalidOperationException(\"again\");");
        await using var gateway = await fixture.StartAsync("noisy");
        var started = DateTime.UtcNow;

        for (var i = 0; i < 200; i++)
            (await gateway.Client.GetAsync("/noisy")).Dispose();

        await gateway.WaitForLogAsync("[PLUGIN: noisy]");
        var lines = gateway.Log.Split("[PLUGIN: noisy]").Length - 1;
        Assert.InRange(lines, 1, 2 + (int)(DateTime.UtcNow - started).TotalSeconds);
    }

    [Fact]
    [Spec("EXT-027")]
    public async Task An_exception_in_a_server_component_answers_500_and_the_others_go_on()
    {
        fixture.Smith.Make("door", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry) => registry.Server("door/door", ServerStages.HttpServerPlugins, static (c, x, d) => new M());
            }
            public sealed class M : IHttpMiddleware
            {
                public Task InvokeAsync(HttpContext context, RequestDelegate next) => context.Request.Query.ContainsKey("boom") ? throw new InvalidOperationException("door") : next(context);
            }
            """, ["service/server door/door"]);
        var config = PluginFixture.Config().Replace("\"version\":3", "\"version\":3,\"extra_config\":{\"door/door\":{}}", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(config, fixture.Upstream.Host, new() { PluginFolders = [fixture.Smith.Folder] });

        using var failed = await gateway.Client.GetAsync("/plain?boom=1");

        Assert.Equal(500, (int)failed.StatusCode);
        await gateway.WaitForLogAsync("[PLUGIN: door] door/door failed");
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/plain"));
    }

    [Fact]
    public async Task A_broken_backend_is_not_blamed_on_the_plugin_around_it()
    {
        fixture.MakeProxy("innocent", "return await next(request, ct);");
        await using var gateway = await TestGateway.StartAsync(PluginFixture.Config("innocent"), "http://127.0.0.1:19", new() { PluginFolders = [fixture.Smith.Folder] });

        using var answer = await gateway.Client.GetAsync("/innocent");

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.DoesNotContain("[PLUGIN: innocent]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_on_a_thread_that_a_plugin_started_is_logged_with_its_name_and_ends_nothing_else()
    {
        fixture.MakeProxy("threader", "var t = new Thread(static () => throw new InvalidOperationException(\"on my own\")); t.Start(); t.Join(); return await next(request, ct);");
        await using var gateway = await fixture.StartAsync("threader");
        Core.Plugins.StrayFaults.Contain(gateway.Host.Logger);

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/threader"));
        await gateway.WaitForLogAsync("[PLUGIN: threader] an exception ended a thread");
        await gateway.WaitForLogAsync("on my own");
    }
}
