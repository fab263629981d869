using Gateway.Core.Server;
using Gateway.Testing;
using Microsoft.CodeAnalysis;

namespace Gateway.Plugins.Tests;

/// <summary>A plugin that cannot be used is named with phase and remedy, and takes no other plugin down.</summary>
public sealed class BrokenPluginTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    private const string Pass = "return await next(request, ct);";

    [Fact]
    [Spec("CFG-046", "EXT-009")]
    public async Task A_missing_dependency_is_named()
    {
        var absent = PluginSmith.Library("Acme.Absent", "3.1.0.0", "namespace Acme; public static class Absent { public static int N => 1; }", isShipped: false);
        fixture.MakeProxy("lonely", Pass, members: "public P() => GC.KeepAlive(Acme.Absent.N);", libraries: [absent]);

        await RefusesAsync("lonely", "constructing it", "assembly Acme.Absent 3.1.0.0 is neither in the plugin's folder nor shared by the gateway", "dotnet publish");
    }

    [Theory]
    [InlineData("[1.0,2.0)", "needs the SDK [1.0,2.0), the gateway has")]
    [InlineData("[0.0.1,0.1)", "the gateway has the later")]
    [Spec("EXT-084")]
    public async Task Another_range_of_the_SDK_is_refused_with_a_sentence(string range, string sentence)
    {
        var id = "range" + range.Length;
        fixture.Smith.Make(id, PluginSmith.ProxyPlugin($"{id}/{id}", Pass), [$"endpoint/proxy {id}/{id}"], edit: m => m["sdk"] = range);

        await RefusesAsync(id, "manifest", sentence, "version of the plugin");
    }

    [Fact]
    [Spec("EXT-009")]
    public async Task Another_processor_is_refused()
    {
        fixture.Smith.Make("armored", PluginSmith.ProxyPlugin("armored/armored", Pass), ["endpoint/proxy armored/armored"],
            platform: System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? Platform.X64 : Platform.Arm64);

        await RefusesAsync("armored", "loading its assemblies", "not a .NET assembly for this machine", "AnyCPU");
    }

    [Fact]
    public async Task A_file_that_is_no_assembly_is_refused()
    {
        var folder = fixture.MakeProxy("textual", Pass);
        await File.WriteAllTextAsync(Path.Combine(folder, "textual.dll"), "<html>404</html>");

        await RefusesAsync("textual", "loading its assemblies", "not a .NET assembly", "AnyCPU");
    }

    [Fact]
    public async Task A_time_limit_of_a_plugins_own_start_is_no_hang()
    {
        fixture.MakeProxy("impatient", Pass, members: "public override ValueTask StartAsync(IServiceContext context, CancellationToken ct) => throw new TimeoutException(\"no answer of the licence server\");");

        await RefusesAsync("impatient", "starting it", "TimeoutException: no answer of the licence server", "plugin test");
    }

    [Fact]
    public async Task A_throwing_constructor_is_named()
    {
        fixture.MakeProxy("thrower", Pass, members: "public P() => throw new InvalidOperationException(\"no licence file\");");

        await RefusesAsync("thrower", "constructing it", "InvalidOperationException: no licence file", "plugin test");
    }

    [Fact]
    public async Task A_throwing_Register_is_named()
    {
        fixture.MakeProxy("registrar", Pass, register: "throw new ArgumentException(\"twice\");\n#pragma warning disable CS0162\n");

        await RefusesAsync("registrar", "Register", "ArgumentException: twice", "plugin test");
    }

    [Fact]
    public async Task A_static_constructor_that_hangs_does_not_hold_the_start_up()
    {
        fixture.MakeProxy("sleeper", Pass, members: "static P() => Thread.Sleep(Timeout.Infinite);");

        await RefusesAsync("sleeper", "constructing it", "did not come back within 0.5 s", "sidecar");
    }

    [Fact]
    public async Task A_factory_that_hangs_does_not_hold_the_start_up()
    {
        fixture.Smith.Make("stuck", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry) => registry.Proxy("stuck/stuck", ProxyStages.Modifiers, static (c, x, d) => { Thread.Sleep(Timeout.Infinite); return null; });
            }
            """, ["endpoint/proxy stuck/stuck"]);

        await RefusesAsync("stuck", "the factory of stuck/stuck", "did not come back", "sidecar");
    }

    [Fact]
    public async Task A_StartAsync_that_fails_stops_the_start()
    {
        fixture.MakeProxy("starter", Pass, members: "public override ValueTask StartAsync(IServiceContext c, CancellationToken t) => throw new InvalidOperationException(\"no queue\");");

        await RefusesAsync("starter", "starting it", "InvalidOperationException: no queue", "plugin test");
    }

    [Fact]
    public async Task A_manifest_that_promises_what_the_code_lacks_is_refused()
    {
        fixture.Smith.Make("liar", PluginSmith.ProxyPlugin("liar/other", Pass), ["endpoint/proxy liar/liar"]);

        await RefusesAsync("liar", "Register", "its manifest promises proxy \"liar/liar\", which its code does not register", "plugin.json");
    }

    [Fact]
    public async Task Code_that_registers_more_than_the_manifest_says_is_refused()
    {
        fixture.MakeProxy("sneaky", Pass, register: "registry.Proxy(\"auth/validator\", ProxyStages.Modifiers, static (c, x, d) => null);");

        await RefusesAsync("sneaky", "Register", "registers proxy \"auth/validator\", of which its manifest says nothing", "plugin.json");
    }

    [Fact]
    public async Task A_class_that_does_not_exist_is_refused_with_the_one_that_does()
    {
        fixture.Smith.Make("misnamed", PluginSmith.ProxyPlugin("misnamed/misnamed", Pass), ["endpoint/proxy misnamed/misnamed"], edit: static m => m["entry"]!["type"] = "Acme.Plugin");

        await RefusesAsync("misnamed", "loading its assemblies", "there is no class Acme.Plugin", "\"P\"");
    }

    [Fact]
    public async Task A_file_that_was_changed_after_the_build_is_refused()
    {
        fixture.Smith.Make("tampered", PluginSmith.ProxyPlugin("tampered/tampered", Pass), ["endpoint/proxy tampered/tampered"],
            edit: static m => m["hashes"] = new System.Text.Json.Nodes.JsonObject { ["tampered.dll"] = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" });

        await RefusesAsync("tampered", "loading its assemblies", "tampered.dll is not the file that plugin.json names", "install the plugin again");
    }

    [Fact]
    public async Task A_newer_SDK_is_judged_by_the_range_and_never_not_found()
    {
        fixture.MakeProxy("futuristic", Pass, members: "static readonly Type s_t = Type.GetType(\"KrakenPlugins.Sdk.Plugins.GatewayPlugin, KrakenPlugins.Sdk, Version=9.0.0.0\", throwOnError: true);");
        await using var gateway = await fixture.StartAsync("futuristic");

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/futuristic"));
    }

    [Fact]
    [Spec("CFG-046")]
    public async Task The_others_run_when_the_broken_one_may_be_missing()
    {
        fixture.MakeProxy("broken", Pass, members: "public P() => throw new InvalidOperationException(\"no\");");
        fixture.MakeProxy("hanging", Pass, members: "static P() => Thread.Sleep(Timeout.Infinite);");
        fixture.MakeProxy("healthy", "var r = await next(request, ct); r.Response.Data.Tree[\"ok\"] = DataBoolean.True; return r;");
        var options = new TestGatewayOptions { AllowMissing = new HashSet<string> { "broken/broken", "hanging/hanging" }, Limits = new() { PluginStep = TimeSpan.FromSeconds(1) } };
        await using var gateway = await fixture.StartAsync(options, "broken", "hanging", "healthy");

        Assert.Equal("""{"a":1,"ok":true}""", await gateway.Client.GetStringAsync("/healthy"));
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/broken"));
        Assert.Contains("plugin broken", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("plugin hanging", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_plugins_for_one_namespace_are_an_error_that_names_both_unless_the_configuration_chooses()
    {
        fixture.Smith.Make("first.twin", PluginSmith.ProxyPlugin("twin/twin", "return new GatewayError(GatewayErrorKind.Rejected, \"\", 411);"), ["endpoint/proxy twin/twin"]);
        fixture.Smith.Make("second.twin", PluginSmith.ProxyPlugin("twin/twin", "return new GatewayError(GatewayErrorKind.Rejected, \"\", 412);"), ["endpoint/proxy twin/twin"]);

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => fixture.StartAsync("twin"));
        var chosen = PluginFixture.Config("twin").Replace("\"version\":3", "\"version\":3,\"extra_config\":{\"gateway/plugins\":{\"use\":{\"twin/twin\":\"second.twin\"}}}", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(chosen, fixture.Upstream.Host, new() { PluginFolders = [fixture.Smith.Folder] });
        using var answer = await gateway.Client.GetAsync("/twin");

        Assert.Contains("first.twin", refused.Message, StringComparison.Ordinal);
        Assert.Contains("second.twin", refused.Message, StringComparison.Ordinal);
        Assert.Contains("gateway/plugins", refused.Message, StringComparison.Ordinal);
        Assert.Equal(412, (int)answer.StatusCode);
    }

    private async Task RefusesAsync(string id, string phase, string reason, string remedy)
    {
        var options = new TestGatewayOptions { Limits = new() { PluginStep = TimeSpan.FromSeconds(0.5) } };

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => fixture.StartAsync(options, id));

        Assert.All([$"plugin {id}", phase, reason, remedy], part => Assert.True(refused.Message.Contains(part, StringComparison.Ordinal), $"\"{part}\" is not in: {refused.Message}"));
    }
}
