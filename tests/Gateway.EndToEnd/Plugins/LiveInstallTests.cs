using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>A new build of a plugin under a gateway that runs.</summary>
public sealed class LiveInstallTests : IDisposable
{
    private readonly TestPackage _packages = new();
    private readonly Folder _target = new();
    private readonly Folder _folder = new();

    [Fact]
    public async Task A_new_build_answers_after_the_reload_and_no_request_fails_meanwhile()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", "{}");
        await InstallAsync("1.0.0", "old");
        await using var gateway = await RunningGateway.RunAsync(_folder, $$"""{"version":3,"timeout":"60s","endpoints":[{"endpoint":"/a","extra_config":{"acme.x/ns":{} },"backend":[{"host":["{{upstream.Host}}"],"url_pattern":"/x"}]}]}""", "--plugins", _target.Path);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 3).Select(_ => CallAsync(gateway.Client, stop.Token)).ToArray();

        var run = await InstallAsync("1.1.0", "new");
        Assert.Contains("(replaced 1.0.0)", run.Out, StringComparison.Ordinal);
        Assert.Equal("old", await AskAsync(gateway.Client));
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");
        Assert.Equal("new", await AskAsync(gateway.Client));
        await stop.CancelAsync();

        foreach (var answers in await Task.WhenAll(callers))
            Assert.Equal(answers.Order(StringComparer.Ordinal).Reverse(), answers);
        Assert.Equal(["old", "new"], (await Task.WhenAll(callers)).SelectMany(static a => a).Distinct());
    }

    public void Dispose()
    {
        _packages.Dispose();
        _target.Dispose();
        _folder.Dispose();
    }

    private static async Task<List<string>> CallAsync(HttpClient client, CancellationToken stop)
    {
        var answers = new List<string>();
        do
            answers.Add(await AskAsync(client));
        while (!stop.IsCancellationRequested);
        answers.Add(await AskAsync(client));
        return answers;
    }

    private static async Task<string> AskAsync(HttpClient client)
    {
        using var answer = JsonDocument.Parse(await client.GetStringAsync("/a"));
        return answer.RootElement.GetProperty("build").GetString()!;
    }

    private async Task<Finished> InstallAsync(string version, string answer)
    {
        var plugin = _packages.Plugin(version: version, body: $"var result = await next(request, ct); result.Response!.Data!.Tree[\"build\"] = new DataString(\"{answer}\"); return result;");
        var run = await Executable.RunAsync("plugin", "install", plugin, "--to", _target.Path);
        Assert.Equal((0, ""), (run.Status, run.Error));
        return run;
    }
}
