using System.Diagnostics;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Hosting;
using KrakenPlugins.Sidecar.Protocol;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class ProcessTests
{
    private const int Terminate = 15;

    [Theory]
    [InlineData("")]
    [InlineData("{\"cookie\":\"other\",\"socket\":\"/tmp/x\",\"secret\":\"s\"}\n")]
    [InlineData("hello\n")]
    [Spec("GRP-201")]
    public async Task A_program_that_no_gateway_started_says_so(string input)
    {
        using var process = Start(GatewayProcess.Martian);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync().InTime();
        await process.WaitForExitAsync().InTime();

        Assert.Equal((3, Greeting.Refusal + "\n"), (process.ExitCode, error));
    }

    [Fact]
    [Spec("GRP-202", "GRP-213")]
    public async Task The_class_that_the_manifest_names_runs_until_the_gateway_is_gone()
    {
        await using var started = await Started.BeginAsync(GatewayProcess.Martian);

        var described = (await started.Channel.CallAsync(PluginServiceMethods.Describe, new DescribeRequest { MinProtocol = 1, MaxProtocol = 1 }, Peer.Options).InTime()).Require();
        started.Process.StandardInput.Close();
        await started.Process.WaitForExitAsync().InTime();

        Assert.Equal(("martian", "modifier/martian", Layer.Client), (described.Id, described.Components.Single().Name, described.Components.Single().Layer));
        Assert.Equal(0, started.Process.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Spec("GRP-218")]
    public async Task It_ends_well_when_it_is_asked_to(bool bySignal)
    {
        await using var started = await Started.BeginAsync(GatewayProcess.Martian);
        await using var handle = started.Channel.Open(PluginServiceMethods.Handle, Peer.Options);
        await handle.ReadHeadersAsync().InTime();

        GrpcRead<HandleResponse> read;
        if (bySignal)
        {
            Assert.Equal(0, Kill(started.Process.Id, Terminate));
            read = await handle.ReadAsync().InTime();
            Assert.Equal("SIGTERM", read.Message!.Frames.Single().GoingAway.Reason);
        }
        else
        {
            (await started.Channel.CallAsync(PluginServiceMethods.Shutdown, new ShutdownRequest { GraceMs = 5_000 }, Peer.Options).InTime()).Require();
        }
        read = await handle.ReadAsync().InTime();
        await started.Process.WaitForExitAsync().InTime();

        Assert.Equal((GrpcStatusCode.Ok, 0), (read.Status.Code, started.Process.ExitCode));
    }

    [Fact]
    [Spec("GRP-213")]
    public async Task A_folder_without_a_plugin_is_refused()
    {
        using var process = Start(Path.GetTempPath());
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync().InTime();
        await process.WaitForExitAsync().InTime();

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("CRITICAL ", error, StringComparison.Ordinal);
        Assert.Contains("no plugin.json", error, StringComparison.Ordinal);
    }

    private static Process Start(string folder) => Process.Start(new ProcessStartInfo(GatewayProcess.Executable, ["sidecar", "--folder", folder])
    {
        RedirectStandardInput = true,
        RedirectStandardError = true,
        RedirectStandardOutput = true,
    })!;

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);

    private sealed class Started : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("sidecar-").FullName;

        private Started(string plugin)
        {
            Process = Start(plugin);
            Channel = new GrpcChannel(new GrpcChannelOptions { Address = $"unix:{Socket}" });
        }

        public Process Process { get; }

        public GrpcChannel Channel { get; }

        private string Socket => Path.Combine(_folder, "s");

        public static async Task<Started> BeginAsync(string plugin)
        {
            var started = new Started(plugin);
            await started.Process.StandardInput.WriteAsync($$"""{"cookie":"krakenplugins","socket":"{{started.Socket}}","secret":"{{Peer.Secret}}","min_protocol":1,"max_protocol":1,"gateway_version":"0.6.0"}""" + "\n");
            await started.Process.StandardInput.FlushAsync();
            var until = Stopwatch.StartNew();
            while (!(await started.Channel.CallAsync(PluginServiceMethods.Health, new HealthRequest(), Peer.Options)).Status.IsOk)
            {
                Assert.False(started.Process.HasExited, "the sidecar ended");
                Assert.True(until.Elapsed < Waiting.Patience, "the sidecar does not listen");
            }
            return started;
        }

        public async ValueTask DisposeAsync()
        {
            Channel.Dispose();
            if (!Process.HasExited)
                Process.Kill();
            await Process.WaitForExitAsync();
            Process.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
