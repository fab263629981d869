using System.Net;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary><c>run --watch</c> on the real executable.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-340", "CFG-018")]
    public async Task A_file_that_has_changed_is_taken_up()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, Json("/one"), "--watch");

        _folder.Write("krakend.json", Json("/two"));
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(gateway, "/one"));
        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(gateway, "/two"));
    }

    [Fact, Spec("CFG-340")]
    public async Task What_is_changed_while_the_gateway_starts_is_taken_up()
    {
        using var smith = new PluginSmith();
        smith.Make("slow", PluginSmith.ProxyPlugin("slow/slow", "return await next(request, ct);", """
            public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
            {
                System.IO.File.WriteAllText("begun", "");
                while (!System.IO.File.Exists("go"))
                    await Task.Delay(5, cancellationToken);
            }
            """), ["endpoint/proxy slow/slow"]);
        var partials = Directory.CreateDirectory(Path.Combine(_folder.Path, "partials")).FullName;
        _folder.Write("partials/path", "/one");
        var json = Json("{{ include \"path\" }}").Replace("\"backend\":", "\"extra_config\":{\"slow/slow\":{}},\"backend\":", StringComparison.Ordinal);
        var starting = RunningGateway.StartAsync(_folder.Path, ["run", "-c", _folder.Write("krakend.json", json), "--watch", "--plugins", smith.Folder],
            new Dictionary<string, string> { ["FC_ENABLE"] = "1", ["FC_PARTIALS"] = partials });
        await RunningGateway.WaitUntilAsync(() => File.Exists(Path.Combine(_folder.Path, "begun")), () => "the plugin was never started");

        _folder.Write("partials/path", "/other");
        _folder.Write("go", "");
        await using var gateway = await starting;
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(gateway, "/other"));
    }

    [Fact, Spec("CFG-341")]
    public async Task A_broken_file_is_told_once_and_its_correction_is_seen()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, Json("/one"), "--watch");

        _folder.Write("krakend.json", "{");
        await gateway.WaitForLogAsync("the running configuration stays");
        _folder.Write("krakend.json", """{"version":2}""");
        await gateway.WaitForLogAsync("the running configuration stays", 2);
        File.Delete(Path.Combine(_folder.Path, "krakend.json"));
        await gateway.WaitForLogAsync("the running configuration stays", 3);
        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(gateway, "/one"));
        _folder.Write("krakend.json", Json("/two"));
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(gateway, "/two"));
        Assert.Equal(4, gateway.Out.Split("the running configuration stays").Length);
    }

    [Fact, Spec("CFG-342")]
    public async Task A_mounted_folder_whose_link_is_swapped_is_a_change()
    {
        foreach (var version in new[] { "one", "two" })
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, "..", Path.GetFileName(_folder.Path), $"..{version}"));
            _folder.Write($"..{version}/k.json", Json($"/{version}"));
        }
        var data = Path.Combine(_folder.Path, "..data");
        Directory.CreateSymbolicLink(data, "..one");
        var file = Path.Combine(_folder.Path, "k.json");
        File.CreateSymbolicLink(file, Path.Combine("..data", "k.json"));
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file, "--watch"]);

        File.Delete(data);
        Directory.CreateSymbolicLink(data, "..two");
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(gateway, "/two"));
    }

    [Fact, Spec("CFG-340")]
    public async Task Another_build_of_a_plugin_is_taken_up()
    {
        using var smith = new PluginSmith();
        Make(smith, 418);
        var json = Json("/one").Replace("\"endpoint\":\"/one\"", "\"endpoint\":\"/one\",\"extra_config\":{\"live/live\":{}}", StringComparison.Ordinal);
        await using var gateway = await RunningGateway.RunAsync(_folder, json, "--watch", "--plugins", smith.Folder);
        Assert.Equal(418, (int)await StatusAsync(gateway, "/one"));

        Make(smith, 419);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.Equal(419, (int)await StatusAsync(gateway, "/one"));
    }

    private static void Make(PluginSmith smith, int status) =>
        smith.Make("live", PluginSmith.ProxyPlugin("live/live", $"return new GatewayError(GatewayErrorKind.Rejected, \"\", {status});"), ["endpoint/proxy live/live"]);

    private static async Task<HttpStatusCode> StatusAsync(RunningGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(path);
        return response.StatusCode;
    }

    private static string Json(string path) =>
        $$"""{"version":3,"endpoints":[{"endpoint":"{{path}}","backend":[{"host":["http://127.0.0.1:9999"],"url_pattern":"/x"}]}]}""";
}
