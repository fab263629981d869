using Gateway.EndToEnd.Deploy;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>What is published is whole: the gateway with its libraries, its plugins with theirs.</summary>
[Collection(PublishedCollection.Name)]
public sealed class PublishTests(PublishedGateway gateway) : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_published_gateway_lints_and_checks_its_own_plugins()
    {
        foreach (var id in Directory.GetDirectories(Path.Combine(gateway.Folder, "plugins")).Select(static d => Path.GetFileName(d)))
            Assert.Equal((0, id), ((await RunAsync("plugin", "check", "--run", id)).Status, id));
        var file = _folder.Write("krakend.json", """
            {"version":3,"extra_config":{"telemetry/logging":{"level":"DEBUG","stdout":true}},"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/",
             "extra_config":{"modifier/martian":{"header.Modifier":{"scope":["request"],"name":"X-A","value":"b"}}}}]}]}
            """);
        var check = await RunAsync("check", "-n", "-c", file);
        Assert.True(check.Status == 0, check.Error);

        async Task<Finished> RunAsync(params string[] args)
        {
            using var process = Executable.Start(gateway.Path, _folder.Path, null, args);
            return await Executable.FinishAsync(process);
        }
    }
}
