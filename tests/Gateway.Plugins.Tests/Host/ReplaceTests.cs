using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.Plugins.Tests;

/// <summary>A new build of a plugin is taken up by a reload, and the old one goes.</summary>
public sealed class ReplaceTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    private const string Answer = "return new GatewayError(GatewayErrorKind.Rejected, \"\", STATUS);";

    [Fact]
    public async Task A_reload_takes_a_new_build_up_while_a_request_is_still_in_the_old_one()
    {

        var code = PluginSmith.ProxyPlugin("swap/swap", "await next(request, ct); " + Answer.Replace("STATUS", "418"));
        fixture.Smith.Make("swap", code, ["endpoint/proxy swap/swap"]);
        var release = new TaskCompletionSource();
        fixture.Upstream.On("/slow", async context => { await release.Task; await context.Response.WriteAsync("{}"); });
        var config = PluginFixture.Config("swap").Replace("\"endpoint\":\"/swap\"", "\"endpoint\":\"/swap\",\"timeout\":\"20s\"", StringComparison.Ordinal).Replace("\"url_pattern\":\"/ok\"}]}]", "\"url_pattern\":\"/slow\"}]}]", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(config, fixture.Upstream.Host, new() { PluginFolders = [fixture.Smith.Folder] });

        var slow = gateway.Client.GetAsync("/swap");
        await Wait.UntilAsync(() => fixture.Upstream.ReceivedAt("/slow").Count == 1, () => "the request did not arrive");
        fixture.MakeProxy("swap", Answer.Replace("STATUS", "419"));
        await gateway.ReloadAsync(config);
        using var next = await gateway.Client.GetAsync("/swap");
        release.SetResult();
        using var first = await slow;

        Assert.Equal(419, (int)next.StatusCode);
        Assert.Equal(418, (int)first.StatusCode);
    }

    [Fact]
    public async Task A_new_build_that_is_broken_leaves_the_running_one_in_place()
    {
        fixture.MakeProxy("worse", Answer.Replace("STATUS", "418"));
        await using var gateway = await fixture.StartAsync("worse");

        fixture.MakeProxy("worse", Answer.Replace("STATUS", "419"), members: "public P() => throw new InvalidOperationException(\"broken build\");");
        var refused = await Assert.ThrowsAsync<Core.Server.ConfigurationException>(() => gateway.ReloadAsync(PluginFixture.Config("worse")));
        using var answer = await gateway.Client.GetAsync("/worse");

        Assert.Contains("broken build", refused.Message, StringComparison.Ordinal);
        Assert.Equal(418, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_build_that_hung_is_left_out_and_the_next_one_gets_its_chance()
    {
        fixture.MakeProxy("sluggish", Answer.Replace("STATUS", "418"));
        var options = new TestGatewayOptions { Limits = new() { PluginStep = TimeSpan.FromSeconds(2) } };
        await using var gateway = await fixture.StartAsync(options, "sluggish");

        fixture.MakeProxy("sluggish", Answer.Replace("STATUS", "419"), members: "static P() => Thread.Sleep(Timeout.Infinite);");
        var refused = await Assert.ThrowsAsync<Core.Server.ConfigurationException>(() => gateway.ReloadAsync(PluginFixture.Config("sluggish")));
        fixture.MakeProxy("sluggish", Answer.Replace("STATUS", "420"), members: "public static int Fixed;");
        await gateway.ReloadAsync(PluginFixture.Config("sluggish"));
        using var answer = await gateway.Client.GetAsync("/sluggish");

        Assert.Contains("until another build of it is installed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(420, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_reload_with_an_endpoint_that_cannot_be_built_keeps_what_runs()
    {
        fixture.Smith.Make("picky", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry) => registry.Proxy("picky/picky", ProxyStages.Modifiers, static (config, context, diagnostics) =>
                {
                    if (config["bad"] is { } bad)
                        diagnostics.Error(bad.Position, "bad", "there is no bad");
                    return new M();
                });
            }
            public sealed class M : IProxyMiddleware
            {
                public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken ct) => new(new GatewayError(GatewayErrorKind.Rejected, "", 418));
            }
            """, ["endpoint/proxy picky/picky"]);
        await using var gateway = await fixture.StartAsync("picky");

        var refused = await Assert.ThrowsAsync<Core.Server.ConfigurationException>(() =>
            gateway.ReloadAsync(PluginFixture.Config("picky").Replace("\"picky/picky\":{}", "\"picky/picky\":{\"bad\":1}", StringComparison.Ordinal)));
        using var answer = await gateway.Client.GetAsync("/picky");

        Assert.Contains("there is no bad", refused.Message, StringComparison.Ordinal);
        Assert.Equal(418, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_unchanged_plugin_keeps_its_code_over_a_reload_and_gets_a_new_instance()
    {
        fixture.MakeProxy("steady", "return new GatewayError(GatewayErrorKind.Rejected, \"\", 400 + P.Instances);", members: "public static int Instances; public P() => Instances++;");
        await using var gateway = await fixture.StartAsync("steady");

        await gateway.ReloadAsync(PluginFixture.Config("steady"));
        using var answer = await gateway.Client.GetAsync("/steady");

        Assert.Equal(402, (int)answer.StatusCode);
    }
}
