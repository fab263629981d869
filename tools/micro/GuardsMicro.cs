using System.Diagnostics;
using System.Globalization;
using System.Text;
using KrakenPlugins.ApiKeys;
using KrakenPlugins.Cors;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;

namespace Gateway.Micro;

/// <summary>What the guards decide with every request: the look-up of an API key among few and many, and CORS.</summary>
internal static class GuardsMicro
{
    private const int Rounds = 300;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(500);
    private const int CallsPerRound = 2_000;

    public static void Run()
    {
        Console.WriteLine($"{"decision",-34} {"ns",8} {"bytes",6}");
        foreach (var count in (ReadOnlySpan<int>)[100, 100_000])
            ApiKeys(count);
        Cors("preflight, pattern and headers", "OPTIONS");
        Cors("actual request, pattern", "GET");
    }

    private static void ApiKeys(int count)
    {
        var document = new StringBuilder("{\"keys\":[");
        for (var i = 0; i < count; i++)
            document.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"key\":\"{KeyOf(i)}\",\"roles\":[\"r{i % 7}\"]}}");
        var settings = Bind<ServiceSettings>(document.Append("]}").ToString());
        var ring = KeyRing.Compile(settings, new ConfigDiagnostics())!;
        var presented = PresentedKey.Of("header", "Authorization");
        var request = new DefaultHttpContext().Request;
        var requests = Enumerable.Range(0, 1024).Select(i => $"Bearer {KeyOf(i * 7919 % count)}").ToArray();
        var next = 0;
        Print(string.Create(CultureInfo.InvariantCulture, $"key among {count}"), () => presented.Find(request, ring, out _) >= 0, () => request.Headers.Authorization = requests[next++ & 1023]);
        Print(string.Create(CultureInfo.InvariantCulture, $"unknown key among {count}"), () => presented.Find(request, ring, out _) < 0, () => request.Headers.Authorization = "Bearer 00000000-0000-0000-0000-00000000000x");
    }

    private static void Cors(string name, string method)
    {
        var findings = new ConfigDiagnostics();
        var config = JsonConfigReader.Read("micro.json", """{"allow_origins":["https://shop.example.com","https://*.partners.example.com"],"allow_headers":["Authorization","X-A"]}""", findings)!;
        var policy = CorsPolicy.Compile(config, findings)!;
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Headers.Origin = "https://eu.partners.example.com";
        request.Headers.AccessControlRequestMethod = "GET";
        request.Headers.AccessControlRequestHeaders = "authorization,x-a";
        Func<bool> decide = method == "OPTIONS" ? () => policy.JudgePreflight(request) == CorsVerdict.Allowed : () => policy.Judge(request) == CorsVerdict.Allowed;
        Print(name, decide, static () => { });
    }

    // The fastest round: what disturbs a round only ever adds to it.
    internal static void Print(string name, Func<bool> decide, Action prepare)
    {
        var best = double.MaxValue;
        double bytes = 0;
        // Until everything is compiled for good, which the runtime puts off while there is other work.
        prepare();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < s_warmUp;)
            decide();
        for (var round = 0; round < Rounds; round++)
        {
            prepare();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
            {
                if (!decide())
                    throw new InvalidOperationException($"{name}: another decision was expected");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerRound);
            bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {best,8:F1} {bytes,6:F1}"));
    }

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"4d2c61e1-34c4-e96c-9456-{number:x12}");

    private static T Bind<T>(string json) where T : class, new()
    {
        var findings = new ConfigDiagnostics();
        return new ConfigBinder(findings).Bind<T>(JsonConfigReader.Read("micro.json", json, findings)!, ConfigPath.Root);
    }
}
