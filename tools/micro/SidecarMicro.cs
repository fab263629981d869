using System.Diagnostics;
using System.Globalization;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Micro;

/// <summary>
/// Calls to a sidecar in a process of its own over a Unix socket: a request's head there, the verdict back. One caller and 64 of them; processor time of
/// both processes.
/// </summary>
internal static class SidecarMicro
{
    private const int Calls = 20_000;
    private const int Rounds = 7;
    private const int Callers = 64;

    public static void Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("micro");
        var socket = Path.Combine(folder.FullName, "s");
        using var peer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["sidecar-peer", socket]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var settings = new SidecarLinkSettings { Address = $"unix:{socket}", Calls = new() { Name = "micro", Logger = NullLogger.Instance } };
        var link = await SidecarLink.ConnectAsync(settings, CancellationToken.None).ConfigureAwait(false);
        await using (link.ConfigureAwait(false))
        {
            link.Open();
            Console.WriteLine($"{"call",-44} {"p50 us",7} {"p99 us",7} {"bytes",7} {"CPU us, both",13} {"64: 1/s",9} {"64: CPU us",11}");
            await PrintAsync(peer, "start, last Proceed", link, Start(1)).ConfigureAwait(false);
            await PrintAsync(peer, "start, Finish", link, Start(2)).ConfigureAwait(false);
        }
        peer.StandardInput.Close();
        await peer.WaitForExitAsync().ConfigureAwait(false);
        folder.Delete(recursive: true);
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
            var (used, before) = (await CpuAsync(peer).ConfigureAwait(false), GC.GetTotalAllocatedBytes(true));
            await LoopAsync(link, start, times).ConfigureAwait(false);
            bytes = Math.Min(bytes, (double)(GC.GetTotalAllocatedBytes(true) - before) / Calls);
            cpu = Math.Min(cpu, (await CpuAsync(peer).ConfigureAwait(false) - used).TotalMicroseconds / Calls);
            Array.Sort(times);
            if (times[Calls / 2] < p50)
                (p50, p99) = (times[Calls / 2], times[Calls * 99 / 100]);
        }
        var (rate, cpuAt64) = (0.0, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var (used, began) = (await CpuAsync(peer).ConfigureAwait(false), Stopwatch.GetTimestamp());
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => LoopAsync(link, start, new double[Calls / 16])))).ConfigureAwait(false);
            rate = Math.Max(rate, Callers * (Calls / 16) / Stopwatch.GetElapsedTime(began).TotalSeconds);
            cpuAt64 = Math.Min(cpuAt64, (await CpuAsync(peer).ConfigureAwait(false) - used).TotalMicroseconds / (Callers * (Calls / 16)));
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
            if (step.Loss is not null)
                throw new InvalidOperationException(step.Loss.Message);
            await call.DisposeAsync().ConfigureAwait(false);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }
    }

    private static async Task<TimeSpan> CpuAsync(Process peer)
    {
        await peer.StandardInput.WriteLineAsync().ConfigureAwait(false);
        await peer.StandardInput.FlushAsync().ConfigureAwait(false);
        var theirs = long.Parse((await peer.StandardOutput.ReadLineAsync().ConfigureAwait(false))!, CultureInfo.InvariantCulture);
        return Environment.CpuUsage.TotalTime + TimeSpan.FromTicks(theirs);
    }
}
