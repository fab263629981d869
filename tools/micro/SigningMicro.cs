using System.Diagnostics;
using System.Globalization;
using System.Text;
using KrakenPlugins.AwsSigV4;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;

namespace Gateway.Micro;

/// <summary>What the signature of a request costs (<c>auth/aws-sigv4</c>), beside what the bare hashes of it cost.</summary>
internal static class SigningMicro
{
    private const int Rounds = 200;
    private const int CallsPerRound = 500;

    public static void Run()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        var host = PluginTestHost.Create<AwsSigV4Plugin>();
        var signing = host.Client(AwsSigV4Plugin.Namespace, """{"service":"execute-api","region":"us-east-1"}""");
        Console.WriteLine($"{"request",-34} {"ns",8} {"bytes",6}");
        Measure("GET, no query", signing, Request("GET", "/prod/orders/42", 0));
        Measure("GET, query of three", signing, Request("GET", "/prod/orders/42?size=10&page=2&sort=name", 0));
        Measure("GET, path that is normalised", signing, Request("GET", "/prod//orders/./42", 0));
        Measure("POST, 1 KB", signing, Request("POST", "/prod/orders", 1 << 10));
        Measure("POST, 64 KB", signing, Request("POST", "/prod/orders", 64 << 10));
    }

    private static ProxyRequest Request(string method, string target, int body) => TestRequest.Create(
        method, target,
        [("Accept", "application/json"), ("Content-Type", "application/json"), ("X-Forwarded-For", "192.0.2.1"), ("X-Request-Id", "0c9a4b1e")],
        body: RequestBody.Of(Encoding.ASCII.GetBytes(new string('x', body))), host: new BackendHost("https", "abc.execute-api.us-east-1.amazonaws.com", 443));

    private static void Measure(string name, IClientMiddleware signing, ProxyRequest request)
    {
        ClientHandler next = static (_, _) => default;
        signing.InvokeAsync(request, next, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var (best, least) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var call = 0; call < CallsPerRound; call++)
                _ = signing.InvokeAsync(request, next, CancellationToken.None).GetAwaiter().GetResult();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / CallsPerRound);
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)CallsPerRound);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {best,8:F0} {least,6:F0}"));
    }
}
