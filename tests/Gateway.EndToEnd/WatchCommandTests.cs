using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Restart on change".</summary>
public sealed class WatchCommandTests
{
    private const string Restart = "WATCH files have changed";
    private static readonly HttpClient s_client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(60) };

    [Fact, Spec("CFG-270", "CFG-271")]
    public async Task A_saved_file_starts_the_command_again_within_two_seconds()
    {
        using var folder = new Folder();
        folder.Write("krakend.json", Config("/first"));
        var port = RunningGateway.FreePort();
        await using var watch = Run(folder, port);
        await watch.WaitForAsync("Listening on port");
        Assert.True(await IsServedAsync(port, "/first"));

        folder.Write("krakend.json", Config("/second"));
        await watch.WaitForAsync("Listening on port", 2);

        Assert.True(await IsServedAsync(port, "/second"));
        Assert.False(await IsServedAsync(port, "/first"));
        // The quickest of several: a busy machine holds up any single one.
        var quickest = long.MaxValue;
        for (var i = 2; i < 6 && quickest > 2000; i++)
        {
            var time = Stopwatch.StartNew();
            folder.Write("krakend.json", Config($"/{i}"));
            await watch.WaitForAsync(Restart, i);
            quickest = Math.Min(quickest, time.ElapsedMilliseconds);
            await watch.WaitForAsync("Listening on port", i + 1);
        }
        Assert.InRange(quickest, 0, 2000);
    }

    [Theory, Spec("CFG-270")]
    [InlineData("echo added > settings/new.json")]
    [InlineData("rm settings/old.json")]
    [InlineData("mv settings/old.json settings/renamed.json")]
    [InlineData("mkdir -p a/b/c && echo deep > a/b/c/deep.tmpl")]
    [InlineData("echo 123456 > target; ln -sfn target settings/link")]
    public async Task Files_that_are_saved_added_moved_or_deleted_anywhere_below_count(string change)
    {
        using var folder = new Folder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "settings"));
        folder.Write("settings/old.json", "{}");
        await using var watch = new WatchedProcess(folder.Path, null, "--", "echo", "started");
        await watch.WaitForAsync("started");

        using var shell = Executable.Start("sh", folder.Path, null, "-c", change);
        await Executable.FinishAsync(shell);

        await watch.WaitForAsync("started", 2);
    }

    [Fact, Spec("CFG-270")]
    public async Task Changes_that_come_together_are_one_restart()
    {
        using var folder = new Folder();
        await using var watch = new WatchedProcess(folder.Path, null, "--", "echo", "started");
        await watch.WaitForAsync("started");

        for (var i = 0; i < 20; i++)
            folder.Write($"settings{i}.json", "{}");
        await watch.WaitForAsync("started", 2);
        folder.Write("another.json", "{}");
        await watch.WaitForAsync("started", 3);

        Assert.Equal(2, watch.Count(Restart));
    }

    [Theory, Spec("CFG-272")]
    [InlineData("out.json", "", "{}")]
    [InlineData("rendered.json", "rendered.json", "{}")]
    [InlineData("result.json", "", """{"out":"result.json"}""")]
    public async Task What_a_load_writes_itself_starts_nothing(string output, string variable, string behaviour)
    {
        using var folder = new Folder();
        folder.Write("flexible_config.json", behaviour);
        // Were it not passed over, the command would start itself for ever.
        await using var watch = new WatchedProcess(folder.Path, new Dictionary<string, string> { ["FC_OUT"] = variable }, "--", "sh", "-c", $"date +%N > {output}; echo started");
        await watch.WaitForAsync("started");

        for (var i = 2; i < 5; i++)
        {
            folder.Write("krakend.tmpl", i.ToString(CultureInfo.InvariantCulture));
            await watch.WaitForAsync("started", i);
        }

        Assert.Equal(3, watch.Count(Restart));
    }

    [Fact, Spec("CFG-271")]
    public async Task Any_command_may_be_wrapped_with_its_arguments_and_variables()
    {
        using var folder = new Folder();
        folder.Write("krakend.json", """{"version":3,"timeout":"1s"}""");
        await using var watch = new WatchedProcess(folder.Path, new Dictionary<string, string> { ["KRAKEND_TIMEOUT"] = "7s" }, "--", "check", "-ddc", "krakend.json");
        await watch.WaitForAsync("Syntax OK!");
        Assert.Contains("Default timeout: 7s", watch.Text, StringComparison.Ordinal);

        folder.Write("krakend.json", """{"version":4}""");

        await watch.WaitForAsync("unsupported version: 4");
        Assert.False(watch.HasExited);
    }

    [Fact, Spec("CFG-274")]
    public async Task A_broken_configuration_leaves_no_gateway_and_the_next_good_one_starts_it()
    {
        using var folder = new Folder();
        folder.Write("krakend.json", Config("/first"));
        var port = RunningGateway.FreePort();
        await using var watch = Run(folder, port);
        await watch.WaitForAsync("Listening on port");

        folder.Write("krakend.json", "{");
        await watch.WaitForAsync("ERROR parsing the configuration file:");
        await RunningGateway.WaitUntilAsync(() => !IsOpen(port), () => "the port is still open");
        folder.Write("krakend.json", Config("/second"));
        await watch.WaitForAsync("Listening on port", 2);

        Assert.True(await IsServedAsync(port, "/second"));
    }

    [Fact, Spec("CFG-273")]
    public async Task Requests_in_progress_are_cut()
    {
        using var folder = new Folder();
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        var target = ((IPEndPoint)upstream.LocalEndpoint).Port;
        folder.Write("krakend.json", $$"""{"version":3,"endpoints":[{"endpoint":"/slow","timeout":"50s","backend":[{"host":["http://127.0.0.1:{{target}}"],"url_pattern":"/"}]}]}""");
        var port = RunningGateway.FreePort();
        await using var watch = Run(folder, port);
        await watch.WaitForAsync("Listening on port");
        var request = s_client.GetAsync($"http://127.0.0.1:{port}/slow");
        using var connection = await upstream.AcceptTcpClientAsync();

        folder.Write("touched", "");

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
    }

    [Theory, Spec("CFG-275")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_watcher_and_gateway(string signal)
    {
        using var folder = new Folder();
        folder.Write("krakend.json", Config("/first"));
        var port = RunningGateway.FreePort();
        await using var watch = Run(folder, port);
        await watch.WaitForAsync("Listening on port");

        await watch.SendAsync(signal);

        Assert.Equal(0, await watch.ExitAsync());
        Assert.False(IsOpen(port));
        Assert.Contains("Signal intercepted:", watch.Text, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-275")]
    public async Task Hang_up_is_handed_on_as_the_wish_to_reload()
    {
        using var folder = new Folder();
        folder.Write("krakend.json", Config("/first"));
        await using var watch = Run(folder, RunningGateway.FreePort());
        await watch.WaitForAsync("Listening on port");

        await watch.SendAsync("HUP");

        await watch.WaitForAsync("Reloading");
        Assert.False(watch.HasExited);
    }

    [Fact, Spec("CFG-275")]
    public async Task No_gateway_outlives_a_watcher_that_was_killed()
    {
        using var folder = new Folder();
        folder.Write("krakend.json", Config("/first"));
        var port = RunningGateway.FreePort();
        await using var watch = Run(folder, port);
        await watch.WaitForAsync("Listening on port");

        await watch.SendAsync("KILL");

        await RunningGateway.WaitUntilAsync(() => !IsOpen(port), () => "the gateway still runs");
    }

    [Theory, Spec("CFG-275", "CFG-209")]
    [InlineData(1, "no-such-program: ", "--", "no-such-program")]
    [InlineData(1, "absent: no such folder", "--folder", "absent", "--", "check")]
    [InlineData(255, "a watch cannot wrap another one", "--", "watch")]
    [InlineData(255, "unknown shorthand flag: 'c'", "run", "-c", "krakend.json")]
    public async Task What_cannot_be_watched_or_started_is_an_error(int status, string message, params string[] args)
    {
        using var folder = new Folder();

        var run = await Executable.RunInAsync(folder.Path, null, ["watch", .. args]);

        Assert.Equal(status, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-276")]
    public async Task Without_it_a_gateway_does_not_look_at_its_file()
    {
        using var folder = new Folder();
        await using var plain = await RunningGateway.RunAsync(folder, Config("/first"));
        await using var watch = new WatchedProcess(folder.Path, null, "--", "echo", "started");
        await watch.WaitForAsync("started");

        folder.Write("krakend.json", Config("/second"));
        await watch.WaitForAsync("started", 2);

        Assert.True(await IsServedAsync(plain.Port, "/first"));
        Assert.DoesNotContain("Reloading", plain.Out, StringComparison.Ordinal);
    }

    private static WatchedProcess Run(Folder folder, int port) =>
        new(folder.Path, null, "--", "run", "-c", "krakend.json", "-p", port.ToString(CultureInfo.InvariantCulture));

    private static string Config(string health) => $$$"""{"version":3,"extra_config":{"router":{"health_path":"{{{health}}}" } } }""";

    private static async Task<bool> IsServedAsync(int port, string path)
    {
        using var response = await s_client.GetAsync($"http://127.0.0.1:{port}{path}");
        return response.IsSuccessStatusCode;
    }

    private static bool IsOpen(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
