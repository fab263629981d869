using Gateway.CommandLine;
using Gateway.Commands.Lint;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary><c>check</c>: parse, lint, dump, test of the routes, in that order; the first failure ends it (CFG-217 to 236).</summary>
internal static class CheckCommand
{
    // The reference promises about a second in which the routes are served (CFG-235).
    private static readonly TimeSpan s_testTime = TimeSpan.FromSeconds(1);

    public static Command Definition { get; } = new()
    {
        Name = "check",
        Alias = "validate",
        Purpose = "Validates a configuration file",
        Description = "Validates that the gateway can run a configuration file. Change the file with the --config flag.",
        Usage = "check [flags]",
        Example = "check -d -c krakend.json",
        Flags =
        [
            CommonFlags.Config, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Confine, CommonFlags.Plugins, CommonFlags.LicenseWithoutLetter,
            new("debug", 'd', FlagKind.Count, "Shows how the configuration is understood; up to three times for more"),
            new("indent", 'i', FlagKind.Text, "Indentation of what --debug shows", "\"\\t\""),
            LintStage.Lint, LintStage.NoNetwork, LintStage.OwnSchema,
            new("test-gin-routes", 't', FlagKind.Switch, "Builds everything, binds the port and serves for a second"),
        ],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        var lints = LintStage.IsWanted(arguments);
        if (CommonFlags.ConfigFile(arguments, terminal) is not { } file)
            return ExitStatus.Failure;

        terminal.Error($"Parsing configuration file: {file}\n");
        using var plugins = CommonFlags.PluginHost(arguments);
        var loaded = ConfigLoader.Load(file, CommonFlags.LoadOptions(arguments, plugins, isDebug: false));
        if (loaded.Config is not { } config)
        {
            Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
            Findings.PrintGoPlugins(terminal, plugins.Catalog);
            return ExitStatus.Failure;
        }
        if (!lints)
            Findings.PrintWarnings(terminal, loaded.Diagnostics);
        else if (!LintStage.Run(arguments, config, loaded.Diagnostics, plugins.Catalog, terminal))
            return ExitStatus.Failure;
        if (arguments.Count("debug") is var level && level > 0)
            terminal.Error(new ConfigDump(level, arguments.Text("indent") ?? "\t").Of(config) + "\n");
        if (arguments.Has("test-gin-routes") && !await TestRoutesAsync(config, plugins, terminal).ConfigureAwait(false))
            return ExitStatus.Failure;
        terminal.Error(terminal.Green("Syntax OK!") + "\n");
        return ExitStatus.Success;
    }

    private static async Task<bool> TestRoutesAsync(ServiceConfig config, PluginHost plugins, Terminal terminal)
    {
        var limits = new Limits();
        using var log = new LogSink(Stream.Null, limits.LogQueue);
        var found = new ConfigDiagnostics();
        GatewayHost host;
        try
        {
            host = GatewayHost.Create(config, found, new GatewayHostOptions { Log = log, Limits = limits, PluginHost = plugins });
        }
        catch (ConfigurationException exception)
        {
            return Fails(terminal, exception.Message);
        }
        await using (host.ConfigureAwait(false))
        {
            if (found.HasErrors)
            {
                Findings.PrintErrors(terminal, "testing the configuration file", found);
                return false;
            }
            Findings.PrintWarnings(terminal, found);
            try
            {
                await host.StartAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (ListenFailure.Reason(exception) is not null)
            {
                return Fails(terminal, $"cannot listen on port {config.Port}: {ListenFailure.Reason(exception)}");
            }
            await Task.Delay(s_testTime).ConfigureAwait(false);
            // A stranger's slow request must not hold the command up; it ends with the process.
            await host.StopAsync().WaitAsync(s_testTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return true;
    }

    private static bool Fails(Terminal terminal, string reason)
    {
        terminal.Error($"{terminal.Red("ERROR")} testing the configuration file: {reason}\n");
        return false;
    }
}
