using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Start, run and stop of the process": signals.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private const string Json = """{"version":3,"timeout":"60s",MORE"endpoints":[{"endpoint":"/slow","backend":[{"host":["UPSTREAM"],"url_pattern":"/slow"}]}]}""";

    private readonly Folder _folder = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.On("/slow", async context =>
        {
            await _release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("""{"done":true}""");
        });
    }

    public async Task DisposeAsync()
    {
        _release.TrySetResult();
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Theory, Spec("CFG-149", "CFG-158")]
    [InlineData(PosixSignal.SIGINT, "interrupt")]
    [InlineData(PosixSignal.SIGTERM, "terminated")]
    public async Task A_signal_ends_an_idle_gateway_with_status_0(PosixSignal signal, string name)
    {
        await using var gateway = await StartAsync();
        using var response = await gateway.Client.GetAsync("/__health");

        gateway.Send(signal);

        Assert.Equal(0, await gateway.ExitAsync());
        await gateway.WaitForLogAsync($"Signal intercepted: {name}\n");
        Assert.Single(Regex.Matches(gateway.Out, "Signal intercepted"));
    }

    [Fact, Spec("CFG-149", "CFG-150")]
    public async Task Requests_in_progress_finish_while_new_ones_are_refused()
    {
        await using var gateway = await StartAsync();
        var request = gateway.Client.GetAsync("/slow");
        await RunningGateway.WaitUntilAsync(() => _upstream.Received.Count > 0, () => "the request never arrived");

        gateway.Send(PosixSignal.SIGTERM);
        await RunningGateway.WaitUntilAsync(() => !Connects(gateway.Port), () => "new connections are still taken");
        Assert.False(request.IsCompleted);
        _release.SetResult();

        using var response = await request;
        Assert.Equal("""{"done":true}""", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.ConnectionClose);
        Assert.Equal(0, await gateway.ExitAsync());
        Assert.DoesNotContain("ERROR", gateway.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-150")]
    public async Task The_wait_for_requests_has_the_limit_of_the_configuration()
    {
        await using var gateway = await StartAsync("\"max_shutdown_wait_time\":\"500ms\",");
        var request = gateway.Client.GetAsync("/slow");
        await RunningGateway.WaitUntilAsync(() => _upstream.Received.Count > 0, () => "the request never arrived");
        var time = Stopwatch.StartNew();

        gateway.Send(PosixSignal.SIGTERM);

        Assert.Equal(0, await gateway.ExitAsync());
        Assert.InRange(time.Elapsed.TotalSeconds, 0.5, 20);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
        await gateway.WaitForLogAsync("(max_shutdown_wait_time)");
        Assert.Single(Regex.Matches(gateway.Out, " KRAKEND ERROR: .*max_shutdown_wait_time"));
    }

    [Theory, Spec("CFG-152")]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public async Task A_second_signal_ends_the_drain(PosixSignal second, int status)
    {
        await using var gateway = await StartAsync();
        var request = gateway.Client.GetAsync("/slow");
        await RunningGateway.WaitUntilAsync(() => _upstream.Received.Count > 0, () => "the request never arrived");

        gateway.Send(PosixSignal.SIGTERM);
        await gateway.WaitForLogAsync("Signal intercepted: terminated");
        gateway.Send(PosixSignal.SIGHUP);
        gateway.Send(second);

        Assert.Equal(status, await gateway.ExitAsync());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
    }

    private Task<RunningGateway> StartAsync(string more = "") =>
        RunningGateway.RunAsync(_folder, Json.Replace("UPSTREAM", _upstream.Host, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal));

    private static bool Connects(int port)
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
