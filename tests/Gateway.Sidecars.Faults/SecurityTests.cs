using System.Net.Sockets;
using Gateway.EndToEnd;
using Gateway.Sidecars.Faults.Testing;
using Gateway.Testing;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Protocol;
using Xunit;

namespace Gateway.Sidecars.Faults;

/// <summary>Others on the same machine: who may talk to the sidecar, who may pass for it, and what can be read.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SecurityTests
{
    [Fact, Spec("GRP-299")]
    public async Task The_socket_lies_where_nobody_else_may_go()
    {
        await using var rig = await FaultRig.StartAsync();

        var socket = rig.Socket();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
    }

    [Theory, Spec("GRP-299")]
    [InlineData(null)]
    [FullInlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Another_process_that_reaches_the_socket_gets_nothing(string? secret)
    {
        await using var rig = await FaultRig.StartAsync();
        var sidecar = await rig.SidecarAsync();
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = $"unix:{rig.Socket()}" });
        var options = new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10), Metadata = secret is null ? GrpcMetadata.Empty : new GrpcMetadata().Add(PluginServiceMethods.SecretName, secret) };

        var described = await channel.CallAsync(PluginServiceMethods.Describe, new DescribeRequest { MinProtocol = 1, MaxProtocol = 1 }, options);
        var shut = await channel.CallAsync(PluginServiceMethods.Shutdown, new ShutdownRequest(), options);
        await using var handle = channel.Open(PluginServiceMethods.Handle, options);

        Assert.Equal(GrpcStatusCode.Unauthenticated, described.Status.Code);
        Assert.Equal(GrpcStatusCode.Unauthenticated, shut.Status.Code);
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await handle.ReadAsync()).Status.Code);
        Assert.Equal(sidecar, await rig.SidecarAsync());
        await rig.RecoversAsync(FaultRig.Guard, TimeSpan.FromSeconds(5));
    }

    [Fact, Spec("GRP-299")]
    public async Task An_impostor_at_the_path_is_told_nothing()
    {
        var limits = FaultRig.Limits();
        limits["start_limit"] = "3s";
        await using var rig = await FaultRig.PrepareAsync(limits, faults: """{"start":"no-socket"}""");
        var gateway = rig.RunToEndAsync();
        await Wait.UntilAsync(() => rig.Sidecars.Count == 1 && rig.Folders.Length == 1, () => "no sidecar was started");

        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        impostor.Bind(new UnixDomainSocketEndPoint(Path.Combine(rig.Folders.Single(), "1")));
        impostor.Listen();
        var heard = await HearAsync(impostor, gateway);
        var end = await gateway;

        Assert.NotEqual(0, end.Status);
        Assert.Equal(0, heard);
        Assert.Contains("test.sidecar", end.Out + end.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-299")]
    public async Task The_secret_stands_in_no_list_of_processes_no_environment_and_no_log()
    {
        await using var rig = await FaultRig.StartAsync(faults: """{"leaves_secret":true}""");
        var sidecar = await rig.SidecarAsync();
        await rig.RecoversAsync(FaultRig.Guard, TimeSpan.FromSeconds(10));
        var secret = File.ReadAllText(Path.Combine(rig.Plugin.Folder, "secret"));

        Assert.Equal(43, secret.Length);
        foreach (var process in (int[])[sidecar, rig.Gateway.Id])
        {
            Assert.DoesNotContain(Processes.ArgumentsOf(process), text => text.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(Processes.EnvironmentOf(process), text => text.Contains(secret, StringComparison.Ordinal));
        }
        Assert.DoesNotContain(secret, rig.Gateway.Out + rig.Gateway.Error, StringComparison.Ordinal);

        Processes.Send(sidecar, Processes.Kill);
        await rig.RecoversAsync(FaultRig.Guard, TimeSpan.FromSeconds(10));
        Assert.NotEqual(secret, File.ReadAllText(Path.Combine(rig.Plugin.Folder, "secret")));
    }

    [Fact, Spec("GRP-299")]
    public async Task The_environment_of_a_sidecar_is_what_its_manifest_lists()
    {
        await using var rig = await FaultRig.PrepareAsync(edit: static manifest => manifest["permissions"]!["environment"]!.AsArray().Add("SIDECAR_LISTED"));
        await rig.RunAsync(new Dictionary<string, string> { ["SIDECAR_LISTED"] = "yes", ["SIDECAR_UNLISTED"] = "no" });

        var environment = Processes.EnvironmentOf(await rig.SidecarAsync());

        Assert.Equal(["SIDECAR_LISTED=yes"], environment.Where(static v => !v.StartsWith("DOTNET_ROOT=", StringComparison.Ordinal)));
    }

    // Bytes that came in over the connections until the gateway gave up.
    private static async Task<int> HearAsync(Socket impostor, Task<Finished> until)
    {
        var heard = 0;
        using var stop = new CancellationTokenSource();
        var hearing = Task.Run(async () =>
        {
            var buffer = new byte[4096];
            while (true)
            {
                using var connection = await impostor.AcceptAsync(stop.Token);
                heard += await connection.ReceiveAsync(buffer, stop.Token);
            }
        });
        await until;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
        return heard;
    }
}
