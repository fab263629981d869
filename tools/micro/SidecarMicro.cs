using System.Diagnostics;
using System.Globalization;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Micro;

/// <summary>
/// Calls to a sidecar in a process of its own over a Unix socket: a request's head there, the verdict back; and, with the library that plugins of .NET are
/// written with, the head of the answer there too. One caller and 64 of them; processor time of both processes.
/// </summary>
internal static class SidecarMicro
{
    private const int Calls = 20_000;
    private const int Rounds = 7;
    private const int Callers = 64;
    private const string Secret = "0123456789012345678901234567890123456789012";

    private static readonly Response s_answer = new() { Status = 200, Headers = { new Header { Name = "Content-Type", Value = "application/json" }, new Header { Name = "Server", Value = "nginx" } } };

    public static void Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        Console.WriteLine($"{"call",-44} {"p50 us",7} {"p99 us",7} {"bytes",7} {"CPU us, both",13} {"64: 1/s",9} {"64: CPU us",11}");
        var folder = Directory.CreateTempSubdirectory("micro");
        var bare = Path.Combine(folder.FullName, "bare");
        await RunAsync(Start("sidecar-peer", bare), bare, async (peer, link) =>
        {
            await PrintAsync(peer, "start, last Proceed", link, Start(1)).ConfigureAwait(false);
            await PrintAsync(peer, "start, Finish", link, Start(2)).ConfigureAwait(false);
        }).ConfigureAwait(false);
        var library = Path.Combine(folder.FullName, "library");
        var plugin = Start("sidecar-plugin");
        await plugin.StandardInput.WriteLineAsync($$"""{"cookie":"krakenplugins","socket":"{{library}}","secret":"{{Secret}}","min_protocol":1,"max_protocol":1}""").ConfigureAwait(false);
        await RunAsync(plugin, library, async (peer, link) =>
        {
            var place = new Place { PlaceId = 1, Layer = Layer.Client, Name = SidecarPlugin.Namespace, ConfigJson = ByteString.CopyFromUtf8("{}") };
            var configured = await link.ConfigureAsync(new ConfigureRequest { Generation = 1, Places = { place } }, CancellationToken.None).ConfigureAwait(false);
            if (configured.Diagnostics.Count > 0)
                throw new InvalidOperationException(configured.ToString());
            await PrintAsync(peer, "library: start, Proceed, CallResult, Finish", link, Start(1)).ConfigureAwait(false);
        }).ConfigureAwait(false);
        folder.Delete(recursive: true);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true })!;

    private static async Task RunAsync(Process peer, string socket, Func<Process, SidecarLink, Task> measure)
    {
        using (peer)
        {
            await peer.StandardInput.FlushAsync().ConfigureAwait(false);
            var settings = new SidecarLinkSettings { Address = $"unix:{socket}", Secret = Secret, Calls = new() { Name = "micro", Logger = NullLogger.Instance } };
            var link = await SidecarLink.ConnectAsync(settings, CancellationToken.None).ConfigureAwait(false);
            await using (link.ConfigureAwait(false))
            {
                link.Open();
                await measure(peer, link).ConfigureAwait(false);
            }
            peer.StandardInput.Close();
            await peer.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    private static CallStart Start(uint place)
    {
        var start = new CallStart { PlaceId = place, TimeoutMs = 2_000, Request = new() { Method = "GET", Target = "/orders/17?limit=20", Scheme = "http", Authority = "api.example.com", ClientAddress = "192.0.2.7" } };
        foreach (var (name, value) in new[] { ("Accept", "application/json"), ("User-Agent", "curl/8.5.0"), ("Authorization", "Bearer 0123456789abcdef0123456789abcdef"), ("X-Request-Id", "8f14e45fceea167a") })
            start.Request.Headers.Add(new Header { Name = name, Value = value });
        return start;
    }

    private static async Task PrintAsync(Process peer, string name, SidecarLink link, CallStart start)
    {
        var times = new double[Calls];
        var (p50, p99, bytes, cpu) = (double.MaxValue, 0.0, double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var (used, before) = (CpuOf(peer), GC.GetTotalAllocatedBytes(true));
            await LoopAsync(link, start, times).ConfigureAwait(false);
            bytes = Math.Min(bytes, (double)(GC.GetTotalAllocatedBytes(true) - before) / Calls);
            cpu = Math.Min(cpu, (CpuOf(peer) - used).TotalMicroseconds / Calls);
            Array.Sort(times);
            if (times[Calls / 2] < p50)
                (p50, p99) = (times[Calls / 2], times[Calls * 99 / 100]);
        }
        var (rate, cpuAt64) = (0.0, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var (used, began) = (CpuOf(peer), Stopwatch.GetTimestamp());
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => LoopAsync(link, start, new double[Calls / 16])))).ConfigureAwait(false);
            rate = Math.Max(rate, Callers * (Calls / 16) / Stopwatch.GetElapsedTime(began).TotalSeconds);
            cpuAt64 = Math.Min(cpuAt64, (CpuOf(peer) - used).TotalMicroseconds / (Callers * (Calls / 16)));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44} {p50,7:F1} {p99,7:F1} {bytes,7:F0} {cpu,13:F1} {rate,9:F0} {cpuAt64,11:F1}"));
    }

    private static async Task LoopAsync(SidecarLink link, CallStart start, double[] times)
    {
        for (var i = 0; i < times.Length; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var call = link.NewCall();
            if (await call.StartAsync(start, CancellationToken.None).ConfigureAwait(false) is { } loss)
                throw new InvalidOperationException(loss.Message);
            var step = await call.NextAsync(CancellationToken.None).ConfigureAwait(false);
            if (step.Proceed is { IsLast: false } proceed)
            {
                call.SendResult(new CallResult { Attempt = proceed.Attempt, Response = s_answer });
                step = await call.NextAsync(CancellationToken.None).ConfigureAwait(false);
            }
            if (step.Loss is not null)
                throw new InvalidOperationException(step.Loss.Message);
            await call.DisposeAsync().ConfigureAwait(false);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }
    }

    private static TimeSpan CpuOf(Process peer)
    {
        peer.Refresh();
        return Environment.CpuUsage.TotalTime + peer.TotalProcessorTime;
    }
}
