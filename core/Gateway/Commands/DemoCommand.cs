using Gateway.CommandLine;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Demo;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary><c>demo</c>: the example shop with services behind it, and command lines to try.</summary>
internal static class DemoCommand
{
    private static readonly string s_file = Path.Combine(AppContext.BaseDirectory, "examples", "shop", "krakend.json");

    public static Command Definition { get; } = new()
    {
        Name = "demo",
        Purpose = "Runs an example shop with its services",
        Description = "Runs the gateway with the example configuration of a shop, and the services that it calls, until Ctrl-C.",
        Usage = "demo [flags]",
        Example = "demo -p 9000",
        Flags = [CommonFlags.Port, CommonFlags.License],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        using var signals = new Signals();
        var shop = await ShopServer.StartAsync().ConfigureAwait(false);
        await using var _ = shop.ConfigureAwait(false);
        using var plugins = CommonFlags.PluginHost(arguments);
        var loaded = Load(CommonFlags.LoadOptions(arguments, plugins, isDebug: false, isFlexible: false), shop);
        if (loaded.Config is not { } config)
        {
            Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
            return ExitStatus.Usage;
        }
        var limits = new Limits();
        using var log = new LogSink(StandardStreams.Output(), limits.LogQueue);
        var host = GatewayHost.Create(config, new ConfigDiagnostics(), new GatewayHostOptions { Log = log, Limits = limits, PluginHost = plugins });
        await using (host.ConfigureAwait(false))
        {
            var service = new Service(host, log, signals);
            if (!await service.TryStartAsync(config.Port).ConfigureAwait(false))
                return ExitStatus.Failure;
            terminal.Out(Guide($"http://localhost:{host.Port}", shop.Url));
            return await service.ServeAsync(null).ConfigureAwait(false);
        }
    }

    // The example names a fixed address; when something else has it, every mention of it is replaced.
    private static LoadResult Load(LoadOptions options, ShopServer shop)
    {
        var loaded = ConfigLoader.Load(s_file, options);
        return loaded.Config is null || shop.Url == ShopServer.Address
            ? loaded
            : ConfigLoader.Load(Replace(loaded.Config.Source, ShopServer.Address, shop.Url), options, new ConfigDiagnostics());
    }

    private static ConfigNode Replace(ConfigNode node, string old, string current) => node.Kind switch
    {
        ConfigKind.String when node.Text == old => ConfigNode.String(node.Position, current),
        ConfigKind.Array => ConfigNode.Array(node.Position, [.. node.Items.Select(item => Replace(item, old, current))]),
        ConfigKind.Object => ConfigNode.Object(node.Position, [.. node.Members.Select(member => member with { Value = Replace(member.Value, old, current) })]),
        _ => node,
    };

    private static string Guide(string gateway, string services) => $"""

        The shop is open: configuration {s_file}, services at {services}

          one answer out of three services, filtered, renamed and grouped
            curl -i {gateway}/profile/1
          a list that stays a list (is_collection, json-collection)
            curl {gateway}/reviews/1
          XML behind, JSON in front
            curl {gateway}/stock
          a service that is too slow: a partial answer, X-Krakend-Completed: false
            curl -i {gateway}/home/1
          a service that fails: its error in the answer (return_error_details)
            curl -i {gateway}/checkout/1
          handed through untouched (no-op)
            curl -i {gateway}/orders.csv
          health
            curl {gateway}/__health

        Ctrl-C closes it.


        """;
}
