using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>The published gateway with as little as a hardened container gives it.</summary>
[Collection(PublishedCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class UnprivilegedTests(PublishedGateway published) : IAsyncLifetime
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Folder _folder = new();
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = (await Upstream.StartAsync()).Answer("/ok", """{"a":1}""");

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        File.SetUnixFileMode(_folder.Path, ReadOnly | UnixFileMode.UserWrite);
        _folder.Dispose();
    }

    [Fact, Spec("CFG-279")]
    public async Task It_serves_and_loads_plugins_as_user_1000_without_capabilities_home_temporary_folder_and_writes_nothing()
    {
        var configuration = _folder.Write("krakend.json", $$$"""
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["{{{_upstream.Host}}}"],"url_pattern":"/ok",
             "extra_config":{"modifier/martian":{"header.Modifier":{"scope":["request"],"name":"X-Plugin","value":"loaded"} } } }] }] }
            """);
        File.SetUnixFileMode(_folder.Path, ReadOnly);
        var before = Files();

        string[] command = [.. Bare(), published.Path, "run", "-c", configuration];
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, command[1..], null, command[0]);

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/a"));
        Assert.Equal("loaded", Assert.Single(_upstream.ReceivedAt("/ok")).Header("X-Plugin"));
        using var health = await gateway.Client.GetAsync("/__health");
        Assert.Equal(200, (int)health.StatusCode);
        Assert.Equal(before, Files());
        var status = await File.ReadAllLinesAsync($"/proc/{gateway.Id}/status");
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.DoesNotContain("Uid:\t0\t0\t0\t0", status);
    }

    private string[] Files() => [.. new[] { _folder.Path, published.Folder }.SelectMany(static f => Directory.GetFileSystemEntries(f, "*", SearchOption.AllDirectories)).Order()];

    // No variable at all but these: neither HOME nor DOTNET_EnableDiagnostics. Only root has to give anything up.
    private static string[] Bare()
    {
        var runtime = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        string[] clean = ["env", "-i", "PATH=/usr/bin:/bin", "TMPDIR=/nonexistent", $"DOTNET_ROOT={runtime}"];
        return Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", .. clean]
            : clean;
    }
}
