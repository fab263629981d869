using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Sidecars;

/// <summary>A plugin of the gateway's own, run as a process by one word of its manifest.</summary>
public sealed class SidecarTests : IDisposable
{
    private readonly Folder _folder = new();

    public SidecarTests()
    {
        var source = Path.Combine(Path.GetDirectoryName(Executable.Path)!, "plugins", "martian");
        foreach (var file in Directory.GetFiles(source))
        {
            var target = _folder.Write(Path.Combine("plugins", "martian", Path.GetFileName(file)), "");
            File.Copy(file, target, overwrite: true);
        }
        Edit("\"runtime\": \"dotnet\"", "\"runtime\": \"process\"");
    }

    private string Manifest => Path.Combine(_folder.Path, "plugins", "martian", "plugin.json");

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("GRP-230"), Spec("GRP-140"), Spec("GRP-148")]
    public async Task Serves_shows_itself_and_comes_back_when_it_is_killed()
    {
        await using var gateway = await RunAsync();
        Assert.Equal("b", await CallAsync(gateway));
        Assert.Contains("\"plugins\":{\"martian\":\"ready\"}", await gateway.Client.GetStringAsync("/__health"), StringComparison.Ordinal);

        var first = Assert.Single(SidecarsOf(gateway));
        Process.GetProcessById(first).Kill();
        await gateway.WaitForLogAsync("[PLUGIN: martian] the sidecar was killed (SIGKILL)");
        await gateway.WaitForLogAsync("[PLUGIN: martian] the sidecar is ready", 2);

        Assert.Equal("b", await CallAsync(gateway));
        Assert.NotEqual(first, Assert.Single(SidecarsOf(gateway)));
        Assert.Contains("\"martian\":\"ready, 1 restart\"", await gateway.Client.GetStringAsync("/__health"), StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-240"), Spec("GRP-241"), Spec("GRP-242")]
    public async Task A_reload_shares_the_process_of_a_build_and_takes_another_for_another()
    {
        await using var gateway = await RunAsync();
        var first = Assert.Single(SidecarsOf(gateway));

        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");
        Assert.Equal(first, Assert.Single(SidecarsOf(gateway)));

        Edit("MartianPlugin\"", "NoPlugin\"");
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Not reloaded, the running configuration stays");
        Assert.Contains("there is no class KrakenPlugins.Martian.NoPlugin", gateway.Out, StringComparison.Ordinal);
        await RunningGateway.WaitUntilAsync(() => SidecarsOf(gateway) is [var only] && only == first, () => string.Join(' ', SidecarsOf(gateway)));

        Edit("NoPlugin\"", "MartianPlugin\"");
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints", 2);
        Assert.Equal("b", await CallAsync(gateway));
        await RunningGateway.WaitUntilAsync(() => SidecarsOf(gateway) is [var only] && only != first, () => string.Join(' ', SidecarsOf(gateway)));
    }

    [Fact, Spec("GRP-150")]
    public async Task A_stop_ends_the_process_and_a_kill_leaves_none()
    {
        await using (var gateway = await RunAsync())
        {
            var sidecar = Assert.Single(SidecarsOf(gateway));
            gateway.Send(PosixSignal.SIGTERM);
            Assert.Equal(0, await gateway.ExitAsync());
            Assert.False(IsRunning(sidecar));
        }
        await using var killed = await RunAsync();
        var orphan = Assert.Single(SidecarsOf(killed));
        Process.GetProcessById(killed.Id).Kill();
        await RunningGateway.WaitUntilAsync(() => !IsRunning(orphan), () => $"process {orphan} still runs");
    }

    [Fact, Spec("GRP-151")]
    public async Task A_gateway_that_is_killed_takes_along_what_its_sidecars_have_started()
    {
        var seconds = Random.Shared.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);
        Edit("\"entry\": { \"assembly\": \"KrakenPlugins.Martian.dll\", \"type\": \"KrakenPlugins.Martian.MartianPlugin\" }", $"\"entry\": {{ \"command\": [\"sh\", \"-c\", \"sleep {seconds} & wait\"] }}");
        var config = _folder.Write("krakend.json", Json("").Replace("$PORT", "8080", StringComparison.Ordinal));
        using var gateway = Executable.Start(Executable.Path, _folder.Path, null, "run", "-c", config, "--plugins", Path.Combine(_folder.Path, "plugins"));
        int[] Sleepers() => [.. Processes().Where(id => IsRunning(id) && CommandOf(id) == $"sleep\0{seconds}\0")];
        await RunningGateway.WaitUntilAsync(() => Sleepers().Length == 1, () => $"the sidecar did not start: {File.ReadAllText(Manifest)}");

        gateway.Kill();

        await RunningGateway.WaitUntilAsync(() => Sleepers().Length == 0, () => "what the sidecar started still runs");
        await gateway.WaitForExitAsync();
    }

    [Fact, Spec("GRP-236")]
    public async Task One_that_does_not_come_up_refuses_the_start_with_what_it_said()
    {
        Edit("MartianPlugin\"", "NoPlugin\"");
        var finished = await Executable.RunAsync("run", "-c", _folder.Write("krakend.json", Json("").Replace("$PORT", "8080", StringComparison.Ordinal)), "--plugins", Path.Combine(_folder.Path, "plugins"));
        Assert.NotEqual(0, finished.Status);
        Assert.Contains("starting it: the sidecar ended with status 1 before it had answered; the last lines of its error output: CRITICAL plugin martian", finished.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-239")]
    public async Task Settings_of_no_sidecar_are_refused_with_what_was_meant()
    {
        var json = Json("""
            "plugin": { "sidecars": { "martain": {}, "yaml": {}, "martian": { "on_failre": "bypass" } } },
            """);
        var finished = await Executable.RunAsync("check", "-c", _folder.Write("krakend.json", json), "--plugins", Path.Combine(_folder.Path, "plugins"));
        Assert.NotEqual(0, finished.Status);
        Assert.Contains("plugin.sidecars.martain: no installed plugin has the id \"martain\"; did you mean \"martian\"?", finished.Error, StringComparison.Ordinal);
        Assert.Contains("plugin.sidecars.yaml: the plugin \"yaml\" runs in the gateway's own process", finished.Error, StringComparison.Ordinal);
        Assert.Contains("\"on_failre\" is no attribute of this place and has no effect; did you mean \"on_failure\"?", finished.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".so", finished.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-230")]
    public async Task A_configuration_without_sidecars_loads_nothing_of_theirs()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var gateway = await RunningGateway.RunAsync(_folder, """{ "version": 3, "echo_endpoint": true }""", "--plugins", Path.Combine(_folder.Path, "plugins"));
        Assert.DoesNotContain("Gateway.Sidecars", await File.ReadAllTextAsync($"/proc/{gateway.Id}/maps"), StringComparison.Ordinal);
        Assert.Empty(SidecarsOf(gateway));
    }

    private static string Json(string more) => $$"""
        { "version": 3, {{more}} "echo_endpoint": true, "endpoints": [ { "endpoint": "/x", "backend": [ { "host": ["http://127.0.0.1:$PORT"], "url_pattern": "/__echo/y",
          "extra_config": { "modifier/martian": { "header.Modifier": { "scope": ["request"], "name": "X-Stamp", "value": "b" } } } } ] } ], "port": $PORT }
        """.Replace("$PORT", more.Length > 0 ? "8080" : "$PORT", StringComparison.Ordinal);

    private async Task<RunningGateway> RunAsync() =>
        await RunningGateway.RunOnPortOfFileAsync(_folder, Json(""), "--plugins", Path.Combine(_folder.Path, "plugins"));

    private static async Task<string?> CallAsync(RunningGateway gateway)
    {
        using var answer = await gateway.Client.GetAsync("/x");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var echo = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return (string?)echo["req_headers"]?["X-Stamp"]?[0];
    }

    private void Edit(string what, string with) => File.WriteAllText(Manifest, File.ReadAllText(Manifest).Replace(what, with, StringComparison.Ordinal));

    private static bool IsRunning(int process) => StatOf(process) is { } stat && !stat.Contains(") Z ", StringComparison.Ordinal);

    private static int[] SidecarsOf(RunningGateway gateway) =>
    [
        .. Processes().Where(id =>
            IsRunning(id) && StatOf(id) is { } stat && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == gateway.Id.ToString(CultureInfo.InvariantCulture)
            && CommandOf(id).Contains("\0sidecar\0", StringComparison.Ordinal)),
    ];

    private static IEnumerable<int> Processes() =>
        Directory.GetDirectories("/proc").Select(static d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(static id => id > 0);

    private static string? StatOf(int process) => Read($"/proc/{process}/stat");

    private static string CommandOf(int process) => Read($"/proc/{process}/cmdline") ?? "";

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
