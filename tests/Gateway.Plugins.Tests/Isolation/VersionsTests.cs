using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>Each plugin has its own dependencies.</summary>
public sealed class VersionsTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    private static readonly SmithLibrary s_old = PluginSmith.Library("Shared.Library", "1.0.0.0", "namespace Shared; public static class Greeting { public static string Say() => \"one\"; }");
    private static readonly SmithLibrary s_new = PluginSmith.Library("Shared.Library", "2.0.0.0", "namespace Shared; public sealed class Greeting(int n) { public string Say() => \"two \" + n; }");

    private const string Mark = "var r = await next(request, ct); r.Response.Data.Tree[\"lib\"] = new DataString(VALUE); return r;";

    [Fact]
    public async Task Two_plugins_run_side_by_side_with_incompatible_versions_of_one_library()
    {
        fixture.MakeProxy("old", Mark.Replace("VALUE", "Shared.Greeting.Say()"), libraries: [s_old]);
        fixture.MakeProxy("new", Mark.Replace("VALUE", "new Shared.Greeting(7).Say()"), libraries: [s_new]);
        await using var gateway = await fixture.StartAsync("old", "new");

        Assert.Equal("""{"a":1,"lib":"one"}""", await gateway.Client.GetStringAsync("/old"));
        Assert.Equal("""{"a":1,"lib":"two 7"}""", await gateway.Client.GetStringAsync("/new"));
    }

    [Fact]
    public async Task A_native_library_in_the_plugins_folder_is_found()
    {
        var folder = fixture.Smith.Make("native", PluginSmith.ProxyPlugin("native/native", "var r = await next(request, ct); r.Response.Data.Tree[\"pid\"] = new DataNumber(Native.Pid().ToString()); return r;")
            + "\npublic static class Native { [System.Runtime.InteropServices.DllImport(\"acme_native\", EntryPoint = \"SystemNative_GetPid\")] public static extern int Pid(); }", ["endpoint/proxy native/native"]);
        var platform = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        File.Copy(Path.Combine(platform, "libSystem.Native.so"), Path.Combine(folder, "libacme_native.so"));
        await using var gateway = await fixture.StartAsync("native");

        Assert.Equal($$"""{"a":1,"pid":{{Environment.ProcessId}}}""", await gateway.Client.GetStringAsync("/native"));
    }

    [Fact]
    public async Task A_library_of_the_gateway_itself_is_not_lent_to_plugins()
    {
        fixture.MakeProxy("borrower", "System.Reflection.Assembly.Load(\"Gateway.Core\"); return await next(request, ct);");
        await using var gateway = await fixture.StartAsync("borrower");

        using var answer = await gateway.Client.GetAsync("/borrower");

        Assert.Equal(500, (int)answer.StatusCode);
        await gateway.WaitForLogAsync("belongs to the gateway itself");
    }

    [Fact]
    public async Task Only_plugins_that_the_configuration_uses_are_loaded()
    {
        fixture.MakeProxy("idle", "return await next(request, ct);", members: "static P() => System.Environment.SetEnvironmentVariable(\"IDLE_PLUGIN_RAN\", \"yes\");");
        fixture.MakeProxy("busy", "return await next(request, ct);");
        await using var gateway = await fixture.StartAsync("busy");

        Assert.Contains("Loaded busy 1.0.0", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Loaded idle", gateway.Log, StringComparison.Ordinal);
        Assert.Null(Environment.GetEnvironmentVariable("IDLE_PLUGIN_RAN"));
    }

    [Fact]
    public async Task A_loaded_file_can_be_overwritten_in_place_without_harm()
    {
        var folder = fixture.MakeProxy("overwritten", "return new GatewayError(GatewayErrorKind.Rejected, \"no\", 418);");
        await using var gateway = await fixture.StartAsync("overwritten");

        await File.WriteAllBytesAsync(Path.Combine(folder, "overwritten.dll"), new byte[100]);

        using var answer = await gateway.Client.GetAsync("/overwritten");
        Assert.Equal(418, (int)answer.StatusCode);
    }

    [Fact]
    [Spec("EXT-014", "EXT-084")]
    public async Task A_plugin_of_the_first_SDK_runs_on_every_layer_that_it_knew()
    {
        const string Config = """
            {"version":3,"extra_config":{"first/server":{"value":"s"}},"endpoints":[
              {"endpoint":"/a","extra_config":{"first/endpoint":{"value":"e"},"first/proxy":{"value":"p"}},
               "backend":[{"host":["$UPSTREAM"],"url_pattern":"/ok","extra_config":{"first/client":{"value":"c"},"first/backend":{"value":"b"}}}]},
              {"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/ok","extra_config":{"first/executor":{"value":"hello"}}}]}]}
            """;
        var fixtures = Path.Combine(RepositoryRoot.Find(), "tests", "fixtures");
        await using var gateway = await TestGateway.StartAsync(Config, fixture.Upstream.Host, new() { PluginFolders = [fixtures] });

        using var answer = await gateway.Client.GetAsync("/a");

        Assert.Equal("""{"a":1,"backend":"b","proxy":"p"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("s", answer.Headers.GetValues("X-Server").Single());
        Assert.Equal("e", answer.Headers.GetValues("X-Endpoint").Single());
        Assert.Equal("c", fixture.Upstream.ReceivedAt("/ok")[^1].Header("X-Client"));
        Assert.Equal("""{"executor":"hello"}""", await gateway.Client.GetStringAsync("/x"));
        Assert.Contains("[PLUGIN: first] started", gateway.Log, StringComparison.Ordinal);
    }
}
