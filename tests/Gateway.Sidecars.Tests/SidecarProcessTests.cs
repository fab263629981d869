using System.Collections.Concurrent;
using System.Diagnostics;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Processes;
using Gateway.Testing;
using Xunit;

namespace Gateway.Sidecars.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SidecarProcessTests
{
    private const string ConfineCommand = "confine";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    [Fact]
    public async Task What_it_prints_arrives_with_the_stream_it_was_printed_on()
    {
        await using var process = await StartAsync("echo out; echo err >&2; exit 3");
        var end = await process.End.WaitAsync(s_patience);
        Assert.Equal(3, end.Status);
        Assert.Equal("ended with status 3", end.ToString());
        Assert.Equal(["out"], _output);
        Assert.Equal(["err"], _errors);
    }

    [Fact]
    [Spec("GRP-225")]
    public async Task Secrets_go_over_the_standard_input_and_stand_in_no_list_of_processes()
    {
        await using var process = await StartAsync("read line; echo \"got $line\"; cat /proc/$$/environ /proc/$$/cmdline | tr '\\0' ' '; echo; read more; echo closed", greeting: "one-time-secret");
        await Wait.UntilAsync(() => _output.Count >= 2, () => string.Join("\n", _output.Concat(_errors)));
        Assert.Equal("got one-time-secret", _output.First());
        Assert.DoesNotContain(_output.Skip(1), static l => l.Contains("one-time-secret", StringComparison.Ordinal));
        Assert.True(await process.StopAsync(s_patience));
    }

    [Fact]
    [Spec("GRP-226")]
    public async Task The_environment_holds_what_is_listed_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("SIDECAR_TEST_LISTED", "yes");
        Environment.SetEnvironmentVariable("SIDECAR_TEST_SECRET", "no");
        await using var process = await StartAsync("/usr/bin/env", environment: ["SIDECAR_TEST_LISTED", "SIDECAR_TEST_ABSENT"]);
        await process.End.WaitAsync(s_patience);
        // What the shell itself sets.
        Assert.Equal(["SIDECAR_TEST_LISTED=yes"], _output.Where(static l => !l.StartsWith("PWD=", StringComparison.Ordinal) && !l.StartsWith("SHLVL=", StringComparison.Ordinal) && !l.StartsWith("_=", StringComparison.Ordinal) && !l.StartsWith("OLDPWD=", StringComparison.Ordinal)));
    }

    [Fact]
    [Spec("GRP-227")]
    public async Task Limits_hold_in_the_program()
    {
        var limits = new ProcessLimits { OpenFiles = 77, CpuTime = TimeSpan.FromMinutes(3), Memory = 300 << 20 };
        await using var process = await StartAsync("ulimit -n; ulimit -t; ulimit -d; cat /proc/$$/status | grep SigIgn", limits: limits);
        await process.End.WaitAsync(s_patience);
        Assert.Equal(["77", "180", "307200"], _output.Take(3));
        Assert.Equal("SigIgn: 0000000000000000", _output.Last().Replace('\t', ' '));
    }

    [Fact]
    [Spec("GRP-227")]
    public async Task A_program_that_may_not_have_so_much_memory_fails_alone()
    {
        await using var process = await StartAsync("exec /usr/bin/python3 -c 'x = bytearray(1 << 30)'", limits: new() { Memory = 200 << 20 });
        var end = await process.End.WaitAsync(s_patience);
        Assert.NotEqual(0, end.Status);
        Assert.Contains(_errors, static l => l.Contains("MemoryError", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_asks_first()
    {
        await using var process = await StartAsync("trap 'echo bye; exit 0' TERM; echo up; while :; do read x || sleep 0.01; done");
        await Wait.UntilAsync(() => _output.Contains("up"), () => string.Join("\n", _output.Concat(_errors)));
        Assert.True(await process.StopAsync(s_patience));
        Assert.Equal(0, (await process.End).Status);
        Assert.Contains("bye", _output);
    }

    [Fact]
    [Spec("GRP-150")]
    public async Task Its_input_ends_after_it_had_the_time_to_finish_on_the_signal()
    {
        const string Program = """
            import os, signal, sys, threading
            def gone():
                sys.stdin.read()
                os._exit(9)
            def asked(*_):
                threading.Event().wait(0.3)
                print('finished', flush=True)
                os._exit(0)
            signal.signal(signal.SIGTERM, asked)
            threading.Thread(target=gone, daemon=True).start()
            print('up', flush=True)
            while True: signal.pause()
            """;
        await using var process = await StartAsync(["/usr/bin/python3", "-c", Program]);
        await Wait.UntilAsync(() => _output.Contains("up"), () => string.Join("\n", _output.Concat(_errors)));
        Assert.True(await process.StopAsync(s_patience));
        Assert.Equal("ended with status 0", (await process.End).ToString());
        Assert.Contains("finished", _output);
    }

    [Fact]
    [Spec("GRP-150")]
    public async Task Whoever_does_not_listen_is_killed_with_everything_it_started()
    {
        await using var process = await StartAsync("trap '' TERM; /usr/bin/sleep 1000 & echo $!; while :; do /usr/bin/sleep 1000; done");
        await Wait.UntilAsync(() => !_output.IsEmpty, () => string.Join("\n", _output.Concat(_errors)));
        Assert.False(await process.StopAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal("was killed (SIGKILL)", (await process.End).ToString());
        var child = int.Parse(_output.First(), System.Globalization.CultureInfo.InvariantCulture);
        await Wait.UntilAsync(() => IsGone(child), () => string.Join("\n", _output.Concat(_errors)));
    }

    [Fact]
    public async Task What_has_ended_and_was_disposed_of_can_be_killed_again()
    {
        var process = await StartAsync("exit 4");
        await process.End;
        await process.DisposeAsync();

        process.Kill();

        Assert.Equal(4, (await process.End).Status);
    }

    [Fact]
    [Spec("GRP-151")]
    public async Task It_ends_with_the_gateway_however_that_ends()
    {
        // The shell stands for the gateway.
        var info = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add($"{Launcher[0]} {Launcher[1]} --parent $$ -- /bin/sh -c 'echo $$; while :; do /usr/bin/sleep 0.05; done' & wait");
        using var gateway = Process.Start(info)!;
        var sidecar = int.Parse((await gateway.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(IsGone(sidecar));
        gateway.Kill();
        await Wait.UntilAsync(() => IsGone(sidecar), () => "the sidecar still runs");
    }

    [Fact]
    public async Task A_sidecar_of_a_gateway_that_is_gone_already_does_not_begin()
    {
        var info = new ProcessStartInfo(Launcher[0]) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Launcher[1], "--parent", "1", "--", "/bin/sh", "-c", "echo began"])
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task A_program_that_there_is_not_says_so()
    {
        await using var process = await StartAsync(["/nowhere/program"]);
        Assert.Equal(126, (await process.End.WaitAsync(s_patience)).Status);
        Assert.Contains(_errors, static l => l.Contains("/nowhere/program: No such file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_socket_of_a_sidecar_names_its_process()
    {
        using var folder = new PrivateFolder();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        var path = folder.NextSocket();
        await using var process = await StartAsync(["/usr/bin/python3", "-c", "import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print('up', flush=True); s.accept()[0].recv(1)", path]);
        await Wait.UntilAsync(() => _output.Contains("up"), () => string.Join("\n", _output.Concat(_errors)));
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        Assert.Equal(process.Id, PeerCredentials.Of(socket)!.Value.Process);
    }

    private static bool IsGone(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private Task<SidecarProcess> StartAsync(string script, string greeting = "", IReadOnlyList<string>? environment = null, ProcessLimits? limits = null) =>
        StartAsync(["/bin/sh", "-c", script], greeting, environment, limits);

    private Task<SidecarProcess> StartAsync(IReadOnlyList<string> command, string greeting = "", IReadOnlyList<string>? environment = null, ProcessLimits? limits = null) =>
        SidecarProcess.StartAsync(new() { Command = command, Folder = "/", Greeting = greeting, Environment = environment ?? [], Limits = limits ?? ProcessLimits.None },
            Launcher, _output.Enqueue, _errors.Enqueue);

    private static string[] Launcher => [Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "core", "Gateway", "bin", "Release", "net10.0", "gateway")), ConfineCommand];
}
