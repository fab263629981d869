using Gateway.CommandLine;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary><c>run</c>: the service in the foreground (CFG-211 to 216).</summary>
internal static class RunCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "run",
        Purpose = "Runs the gateway",
        Description = "Runs the gateway in the foreground until SIGINT or SIGTERM. SIGHUP takes the configuration file up anew.",
        Usage = "run [flags]",
        Example = "run -c krakend.json",
        Flags =
        [
            CommonFlags.Config, CommonFlags.Port, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Confine, CommonFlags.Plugins, CommonFlags.License,
            new("debug", 'd', FlagKind.Count, "Enables the /__debug/ endpoint"),
        ],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (CommonFlags.ConfigFile(arguments, terminal) is not { } file)
            return ExitStatus.Failure;
        using var signals = new Signals();
        using var plugins = CommonFlags.PluginHost(arguments);
        var options = CommonFlags.LoadOptions(arguments, plugins, arguments.Count("debug") > 0);
        var loaded = ConfigLoader.Load(file, options);
        if (loaded.Config is not { } config)
        {
            Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
            Findings.PrintGoPlugins(terminal, plugins.Catalog);
            return ExitStatus.Usage;
        }

        var limits = new Limits();
        using var log = new LogSink(StandardStreams.Output(), limits.LogQueue);
        var built = new ConfigDiagnostics();
        GatewayHost host;
        try
        {
            host = GatewayHost.Create(config, built, new GatewayHostOptions { Log = log, IsTerminal = ShowsColours(), Limits = limits, PluginHost = plugins });
        }
        catch (ConfigurationException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} parsing the configuration file: {exception.Message}\n");
            return ExitStatus.Usage;
        }
        await using (host.ConfigureAwait(false))
        {
            var service = new Service(host, log, signals);
            service.LogWarnings(loaded.Diagnostics);
            service.LogWarnings(built);
            if (!await service.TryStartAsync(config.Port).ConfigureAwait(false))
                return ExitStatus.Failure;
            return await service.ServeAsync(new Reload(file, options, host, config).RunAsync).ConfigureAwait(false);
        }
    }

    // Log lines are coloured only where a person reads them (OBS-018).
    private static bool ShowsColours() => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
}
