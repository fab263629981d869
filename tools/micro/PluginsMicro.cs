using System.Diagnostics;
using System.Globalization;
using System.Text;
using Gateway.Bench;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Micro;

/// <summary>What the middleware of a plugin costs a request: plugins that do nothing, loaded from disk, with the gateway's guard.</summary>
internal static class PluginsMicro
{
    private const int Most = 10;
    private const int Rounds = 1_000;
    private const int CallsPerRound = 2_000;

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("micro-plugins-").FullName;
        try
        {
            NoOpFolders.Stage(Path.Combine(AppContext.BaseDirectory, "noop"), folder);
            Measure(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(string folder)
    {
        using var host = new PluginHost(PluginSearch.None with { CommandLine = [folder] });
        var config = Load(host);
        var diagnostics = new ConfigDiagnostics();
        var set = host.Load(config, diagnostics, NullLogger.Instance);
        if (diagnostics.HasErrors)
            throw new InvalidOperationException(string.Join('\n', diagnostics.All));
        var endpoint = config.Endpoints[0];
        var context = new EndpointContext(new GenerationContext(config, new GenerationScope(NullLogger.Instance, TimeProvider.System), set.Registry, NullLogger.Instance, TimeProvider.System), endpoint);
        var middleware = set.Registry.ProxyComponents.Select(c => c.Build(endpoint.ExtraConfig[c.Name]!, context, diagnostics)!).ToArray();

        var inside = new LateAnswer();
        Console.WriteLine($"{"plugins",-8} {"inside",-10} {"ns",8} {"per plugin",11} {"bytes",6}");
        foreach (var isLate in (ReadOnlySpan<bool>)[false, true])
        {
            double bare = 0;
            foreach (var count in (ReadOnlySpan<int>)[0, 1, Most])
            {
                var handler = Pipeline.Compose(middleware[..count], isLate ? inside.Later : inside.AtOnce);
                var (nanoseconds, bytes) = Best(handler, isLate ? inside : null);
                bare = count == 0 ? nanoseconds : bare;
                var each = count == 0 ? "" : ((nanoseconds - bare) / count).ToString("F1", CultureInfo.InvariantCulture);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,-8} {(isLate ? "later" : "at once"),-10} {nanoseconds,8:F1} {each,11} {bytes,6:F1}"));
            }
        }
    }

    private static ServiceConfig Load(PluginHost host)
    {
        var namespaces = string.Join(',', Enumerable.Range(0, Most).Select(static i => $"\"{NoOpFolders.Namespace(i)}\": {{}}"));
        var text = $$"""
            { "version": 3, "endpoints": [ { "endpoint": "/x", "extra_config": { {{namespaces}} }, "backend": [ { "host": ["http://127.0.0.1:8000"], "url_pattern": "/x" } ] } ] }
            """;
        var diagnostics = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("micro.json", Encoding.UTF8.GetBytes(text), diagnostics);
        var options = new LoadOptions { PluginFolderKnown = host.Discover, IsAvailable = host.ProvidesNamespace };
        return root is not null && ConfigLoader.Load(root, options, diagnostics).Config is { } config
            ? config
            : throw new InvalidOperationException(string.Join('\n', diagnostics.All));
    }

    // The fastest round: what disturbs a round only ever adds to it. Bytes are those of the last one.
    private static (double Nanoseconds, double Bytes) Best(ProxyHandler handler, LateAnswer? late)
    {
        var request = new ProxyRequest { Method = "GET", Headers = new(ignoreCase: true), Query = new(ignoreCase: false), Parameters = new(ignoreCase: false), Body = RequestBody.Empty };
        var best = double.MaxValue;
        double bytes = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
                Call(handler, request, late);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerRound);
            bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound;
        }
        return (best, bytes);
    }

    private static void Call(ProxyHandler handler, ProxyRequest request, LateAnswer? late)
    {
        var call = handler(request, CancellationToken.None);
        // Everything in between waits for the answer, so that it ends within this call.
        late?.Come();
        if (call.GetAwaiter().GetResult().Response is null)
            throw new InvalidOperationException("the answer is lost");
    }
}
