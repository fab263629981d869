using System.Collections.Concurrent;
using Gateway.Core.Server;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>State of a component that outlives a reload. The plugin answers 420 plus how often it was called.</summary>
public sealed class CarryTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    private readonly ConcurrentQueue<string> _disposed = new();

    [Fact, Spec("CFG-336")]
    public async Task A_counter_goes_on_after_a_reload_while_its_configuration_is_equal()
    {
        await using var gateway = await StartAsync("carried");

        Assert.Equal([421, 422], await CallAsync(gateway, "/carried", 2));
        // Other positions and another order make no other configuration, and neither does a change elsewhere.
        await gateway.ReloadAsync(Config("carried", """{ "b" : [1], "a":1 }""").Replace("\"version\":3", "\"version\":3,\n\"timeout\":\"9s\"", StringComparison.Ordinal));
        Assert.Equal([423], await CallAsync(gateway, "/carried", 1));
        await gateway.ReloadAsync(Config("carried", """{"a":1,"b":[1]}"""));

        Assert.Equal([424], await CallAsync(gateway, "/carried", 1));
        Assert.Empty(_disposed);
    }

    [Fact, Spec("CFG-337")]
    public async Task A_counter_starts_again_when_its_configuration_has_changed_and_the_old_one_is_disposed()
    {
        await using var gateway = await StartAsync("changed");
        await CallAsync(gateway, "/changed", 3);

        await gateway.ReloadAsync(Config("changed", """{"a":2,"b":[1]}"""));

        Assert.Equal([421], await CallAsync(gateway, "/changed", 1));
        await WaitForDisposalsAsync("3");
    }

    [Fact, Spec("CFG-337")]
    public async Task A_counter_ends_with_its_endpoint_and_starts_again_when_that_comes_back()
    {
        await using var gateway = await StartAsync("gone");
        await CallAsync(gateway, "/gone", 2);

        await gateway.ReloadAsync(PluginFixture.Config());
        await WaitForDisposalsAsync("2");
        await gateway.ReloadAsync(Config("gone", """{"a":1,"b":[1]}"""));

        Assert.Equal([421], await CallAsync(gateway, "/gone", 1));
    }

    [Fact, Spec("CFG-337")]
    public async Task A_counter_of_another_endpoint_is_another_counter()
    {
        await using var gateway = await StartAsync("moved");
        await CallAsync(gateway, "/moved", 2);

        await gateway.ReloadAsync(Config("moved", """{"a":1,"b":[1]}""").Replace("\"endpoint\":\"/moved\"", "\"endpoint\":\"/elsewhere\"", StringComparison.Ordinal));

        Assert.Equal([421], await CallAsync(gateway, "/elsewhere", 1));
        await WaitForDisposalsAsync("2");
    }

    [Theory, Spec("CFG-338")]
    [InlineData("Counter")]
    [InlineData("System.Runtime.CompilerServices.StrongBox<int>")]
    public async Task Another_build_of_the_plugin_starts_with_state_of_its_own_even_of_a_type_that_both_share(string type)
    {
        var id = type == "Counter" ? "rebuilt" : "boxed";
        await using var gateway = await StartAsync(id, type);
        await CallAsync(gateway, $"/{id}", 2);

        Make(id, type, "public static int Other;");
        await gateway.ReloadAsync(Config(id, """{"a":1,"b":[1]}"""));

        Assert.Equal([421], await CallAsync(gateway, $"/{id}", 1));
        if (type == "Counter")
            await WaitForDisposalsAsync("2");
    }

    [Fact, Spec("CFG-339")]
    public async Task A_reload_that_is_refused_takes_nothing_away()
    {
        await using var gateway = await StartAsync("kept");
        await CallAsync(gateway, "/kept", 2);

        await Assert.ThrowsAsync<ConfigurationException>(() => gateway.ReloadAsync(Config("kept", """{"a":1,"b":[1]}""")
            .Replace("\"endpoints\":[", "\"endpoints\":[{\"endpoint\":\"/bad\",\"extra_config\":{\"kept/kept\":{\"bad\":true}},\"backend\":[{\"host\":[\"$UPSTREAM\"],\"url_pattern\":\"/ok\"}]},", StringComparison.Ordinal)));

        Assert.Equal([423], await CallAsync(gateway, "/kept", 1));
        await gateway.ReloadAsync(Config("kept", """{"a":1,"b":[1]}"""));
        Assert.Equal([424], await CallAsync(gateway, "/kept", 1));
        Assert.Empty(_disposed);
    }

    [Fact, Spec("CFG-339")]
    public async Task What_is_carried_is_disposed_once_when_the_gateway_ends()
    {
        await using (var gateway = await StartAsync("ended"))
        {
            await CallAsync(gateway, "/ended", 2);
            for (var i = 0; i < 3; i++)
                await gateway.ReloadAsync(Config("ended", """{"a":1,"b":[1]}"""));
        }

        Assert.Equal(["2"], _disposed);
    }

    private async Task<TestGateway> StartAsync(string id, string type = "Counter")
    {
        AppDomain.CurrentDomain.SetData($"carry/{id}", _disposed);
        Make(id, type, "");
        return await TestGateway.StartAsync(Config(id, """{"a":1,"b":[1]}"""), fixture.Upstream.Host, new() { PluginFolders = [fixture.Smith.Folder] });
    }

    private void Make(string id, string type, string members) => fixture.Smith.Make(id, $$"""
        public sealed class P : GatewayPlugin
        {
            {{members}}
            public override void Register(IPluginRegistry registry) => registry.Proxy("{{id}}/{{id}}", ProxyStages.Modifiers, static (config, context, diagnostics) =>
                config["bad"] is null ? new M(context.Carry("counter", config, static () => new {{type}}())) : throw new InvalidOperationException("bad"));
        }
        public sealed class Counter : IDisposable
        {
            public int Value;
            public void Dispose() => ((System.Collections.Concurrent.ConcurrentQueue<string>)AppDomain.CurrentDomain.GetData("carry/{{id}}")).Enqueue(Value.ToString());
        }
        public sealed class M({{type}} counter) : IProxyMiddleware
        {
            public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken ct) =>
                new(new GatewayError(GatewayErrorKind.Rejected, "", 420 + Interlocked.Increment(ref counter.Value)));
        }
        """, [$"endpoint/proxy {id}/{id}"]);

    private static string Config(string id, string value) =>
        PluginFixture.Config(id).Replace($"\"{id}/{id}\":{{}}", $"\"{id}/{id}\":{value}", StringComparison.Ordinal);

    private Task WaitForDisposalsAsync(params string[] expected) =>
        Wait.UntilAsync(() => _disposed.SequenceEqual(expected), () => $"disposed: {string.Join(' ', _disposed)}; expected: {string.Join(' ', expected)}");

    private static async Task<IReadOnlyList<int>> CallAsync(TestGateway gateway, string path, int times)
    {
        var statuses = new List<int>();
        for (var i = 0; i < times; i++)
        {
            using var answer = await gateway.Client.GetAsync(path);
            statuses.Add((int)answer.StatusCode);
        }
        return statuses;
    }
}
