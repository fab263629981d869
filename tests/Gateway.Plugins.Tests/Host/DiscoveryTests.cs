using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>Where plugins are found, and which of several.</summary>
public sealed class DiscoveryTests : IAsyncLifetime
{
    private readonly PluginSmith _first = new();
    private readonly PluginSmith _second = new();
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = (await Upstream.StartAsync()).Answer("/ok", """{"a":1}""");

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    [Spec("EXT-003", "EXT-004", "EXT-085")]
    public async Task The_configurations_folder_is_searched_whatever_the_pattern_says()
    {
        Make(_first, "one", 418);
        await using var gateway = await StartAsync($$"""{"folder":"{{_first.Folder}}/","pattern":"nothing-like-it"}""", "one");

        Assert.Equal(418, await StatusAsync(gateway, "one"));
    }

    [Fact]
    [Spec("EXT-002", "EXT-006")]
    public async Task Loading_is_bracketed_in_the_log_after_the_logger_and_before_the_pipes()
    {
        Make(_first, "one", 418);
        await using var gateway = await StartAsync($$"""{"folder":"{{_first.Folder}}","pattern":".dll"}""", "one");

        var order = new[] { "Starting the gateway instance", "[SERVICE: Plugin Loader] Starting loading process", "Loaded one 1.0.0", "[SERVICE: Plugin Loader] Loading process completed", "Building the proxy pipe" };
        Assert.Equal(order, order.OrderBy(text => gateway.Log.IndexOf(text, StringComparison.Ordinal)));
        Assert.All(order, text => Assert.Contains(text, gateway.Log, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("EXT-001")]
    public async Task Without_the_key_no_bracket_is_logged()
    {
        await using var gateway = await TestGateway.StartAsync(PluginFixture.Config(), _upstream.Host);

        Assert.DoesNotContain("Plugin Loader", gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/opt/krakend/plugins/")]
    [InlineData("./no/such/folder")]
    [Spec("EXT-005", "CFG-040")]
    public async Task A_missing_folder_of_the_configuration_does_no_harm(string folder)
    {
        await using var gateway = await StartAsync($$"""{"folder":"{{folder}}","pattern":".so"}""");

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/plain"));
    }

    [Fact]
    public async Task A_missing_folder_of_the_command_line_refuses_the_start()
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() =>
            TestGateway.StartAsync(PluginFixture.Config(), _upstream.Host, new() { PluginFolders = ["/no/such/folder"] }));

        Assert.Contains("/no/such/folder", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--plugins: no such folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("EXT-013")]
    public async Task A_Go_plugin_is_named_with_what_to_do_and_the_start_goes_on()
    {
        await File.WriteAllBytesAsync(Path.Combine(_first.Folder, "krakend-thing.so"), [0x7F, (byte)'E', (byte)'L', (byte)'F']);
        await using var gateway = await StartAsync($$"""{"folder":"{{_first.Folder}}","pattern":".so"}""");

        Assert.Contains("ERROR: [SERVICE: Plugin Loader] " + Path.Combine(_first.Folder, "krakend-thing.so") + " is a Go plugin", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("plugin new", gateway.Log, StringComparison.Ordinal);
        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/plain"));
    }

    [Fact]
    public async Task A_plugin_found_earlier_hides_a_later_one_of_the_same_id()
    {
        Make(_first, "one", 418);
        Make(_second, "one", 419);
        await using var gateway = await TestGateway.StartAsync(PluginFixture.Config("one"), _upstream.Host, new() { PluginFolders = [_second.Folder, _first.Folder] });

        Assert.Equal(419, await StatusAsync(gateway, "one"));
        Assert.Contains($"one 1.0.0 ({Path.Combine(_first.Folder, "one")}) is hidden by", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folders_are_searched_in_the_documented_order()
    {
        var search = new PluginSearch { CommandLine = ["/a", "/b"], Machine = "/m", Beside = "/x/plugins" };

        Assert.Equal(["/a", "/b", "/c", "/m", "/x/plugins"], search.Folders(new PluginFolderConfig("/c", ".so")).Select(static f => f.Path));
        Assert.Equal("/opt/gateway/plugins", new PluginSearch().Machine);
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "plugins"), new PluginSearch().Beside);
    }

    [Fact]
    public async Task A_folder_that_is_a_plugin_itself_counts_as_one()
    {
        var folder = Make(_first, "one", 418);
        await using var gateway = await TestGateway.StartAsync(PluginFixture.Config("one"), _upstream.Host, new() { PluginFolders = [folder] });

        Assert.Equal(418, await StatusAsync(gateway, "one"));
    }

    [Fact]
    [Spec("EXT-009")]
    public async Task A_manifest_that_cannot_be_read_is_an_error_in_the_log_and_costs_nobody_else()
    {
        Make(_first, "one", 418);
        Make(_first, "two", 419);
        await File.WriteAllTextAsync(Path.Combine(_first.Folder, "two", "plugin.json"), "{ \"id\": \"two\", \"verzion\": }");
        await using var gateway = await TestGateway.StartAsync(PluginFixture.Config("one"), _upstream.Host, new() { PluginFolders = [_first.Folder] });

        Assert.Equal(418, await StatusAsync(gateway, "one"));
        Assert.Contains("two cannot be used: ", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("plugin.json:1:27", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("EXT-007", "EXT-008")]
    public async Task Each_kind_of_the_language_that_was_loaded_is_counted_in_the_log()
    {
        _first.Make("many", """
            public sealed class P : GatewayPlugin
            {
                public override void Register(IPluginRegistry registry)
                {
                    registry.RequestModifier("many-in", static (c, x, d) => new M());
                    registry.ResponseModifier("many-out", static (c, x, d) => new M());
                    registry.Middleware("many-around", static (c, x, d) => null);
                }
            }
            public sealed class M : IRequestModifier, IResponseModifier
            {
                public ValueTask<GatewayError> ModifyAsync(ProxyRequest request, CancellationToken ct) => default;
                public ValueTask<GatewayError> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken ct) { response.Data.Tree["m"] = DataBoolean.True; return default; }
            }
            """, [], edit: static m => m["plugins"] = new System.Text.Json.Nodes.JsonArray(
                Kind("request-modifier", "many-in"), Kind("response-modifier", "many-out"), Kind("middleware", "many-around")));
        var config = PluginFixture.Config().Replace("\"endpoint\":\"/plain\"", "\"endpoint\":\"/plain\",\"extra_config\":{\"plugin/req-resp-modifier\":{\"name\":[\"many-in\",\"many-out\"]}}", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(config, _upstream.Host, new() { PluginFolders = [_first.Folder] });

        Assert.Equal("""{"a":1,"m":true}""", await gateway.Client.GetStringAsync("/plain"));
        Assert.Contains("INFO: [SERVICE: Modifier Plugin] Total plugins loaded: 1", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("INFO: [SERVICE: Middleware Plugin] Total plugins loaded: 1", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Handler Plugin", gateway.Log, StringComparison.Ordinal);
    }

    private static System.Text.Json.Nodes.JsonObject Kind(string kind, string name) => new() { ["kind"] = kind, ["name"] = name };

    private static string Make(PluginSmith smith, string id, int status) =>
        smith.Make(id, PluginSmith.ProxyPlugin($"{id}/{id}", $"return new GatewayError(GatewayErrorKind.Rejected, \"\", {status});"), [$"endpoint/proxy {id}/{id}"]);

    private Task<TestGateway> StartAsync(string plugin, params string[] names) =>
        TestGateway.StartAsync(PluginFixture.Config(names).Replace("\"version\":3", $"\"version\":3,\"plugin\":{plugin}", StringComparison.Ordinal), _upstream.Host);

    private static async Task<int> StatusAsync(TestGateway gateway, string name)
    {
        using var answer = await gateway.Client.GetAsync($"/{name}");
        return (int)answer.StatusCode;
    }
}
