using Gateway.CommandLine;
using Gateway.CommandLine.Reports;
using Gateway.Commands.Lint;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>
/// <c>check</c>: parse and lint, whose findings are shown together, then dump and test of the routes for a file without errors (CFG-217
/// to 236).
/// </summary>
internal static class CheckCommand
{
    private const string Testing = "testing the configuration file";

    // The reference promises about a second in which the routes are served (CFG-235).
    private static readonly TimeSpan s_testTime = TimeSpan.FromSeconds(1);

    public static Command Definition { get; } = new()
    {
        Name = "check",
        Alias = "validate",
        Purpose = "Validates a configuration file",
        Description = "Validates that the gateway can run a configuration file: all mistakes at once, each with its place.\nWith --lint also against the schema of the gateway and its plugins, with --test-gin-routes by serving it for a second.",
        Usage = "check [flags]",
        Example = "check -c krakend.json\ncheck --lint --strict -c krakend.json\ncheck -l --format github -c krakend.json\ncheck -tddc krakend.json",
        Flags =
        [
            CommonFlags.Config, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Confine, CommonFlags.Plugins, CommonFlags.LicenseWithoutLetter,
            new("debug", 'd', FlagKind.Count, "Shows how the configuration is understood; up to three times for more"),
            FindingsFormat.Flag,
            new("indent", 'i', FlagKind.Text, "Indentation of what --debug shows", "\"\\t\""),
            LintStage.Lint, LintStage.NoNetwork, LintStage.OwnSchema,
            new("test-gin-routes", 't', FlagKind.Switch, "Builds everything, binds the port and serves for a second"),
        ],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        var lints = LintStage.IsWanted(arguments);
        var write = FindingsFormat.Of(arguments);
        if (CommonFlags.ConfigFile(arguments, terminal) is not { } file)
            return ExitStatus.Failure;

        terminal.Error($"Parsing configuration file: {file}\n");
        var report = new CheckReport(terminal, file, arguments.Has(CommonFlags.Strict.Name), write);
        using var plugins = CommonFlags.PluginHost(arguments);
        var loaded = ConfigLoader.Load(file, CommonFlags.LoadOptions(arguments, plugins, isDebug: false));
        if (!Examine(arguments, lints, loaded, plugins.Catalog, report))
        {
            if (loaded.Config is null)
                Findings.PrintGoPlugins(terminal, plugins.Catalog);
            return report.Finish(isGood: false);
        }
        if (arguments.Count("debug") is var level && level > 0)
            terminal.Error(new ConfigDump(level, arguments.Text("indent") ?? "\t").Of(loaded.Config!) + "\n");
        return report.Finish(!arguments.Has("test-gin-routes") || await TestRoutesAsync(loaded.Config!, plugins, report).ConfigureAwait(false));
    }

    // What the load and the lint find makes one list: whoever corrects a file wants to see all of it.
    private static bool Examine(Arguments arguments, bool lints, LoadResult loaded, PluginCatalog catalog, CheckReport report)
    {
        var findings = (IEnumerable<ConfigDiagnostic>)loaded.Diagnostics.All;
        string? unusable = null;
        if (lints && loaded.Document is { } document)
            findings = LintStage.Run(arguments, document, loaded.Diagnostics, catalog, out unusable);
        var isGood = report.Stage(loaded.Config is null ? "parsing the configuration file" : "linting the configuration file", findings);
        return unusable is null ? isGood && loaded.Config is not null : report.Fail("compiling the schema", unusable);
    }

    private static async Task<bool> TestRoutesAsync(ServiceConfig config, PluginHost plugins, CheckReport report)
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
            return found.HasErrors ? report.Stage(Testing, found.All) : report.Fail(Testing, exception.Message);
        }
        await using (host.ConfigureAwait(false))
        {
            if (!report.Stage(Testing, found.All))
                return false;
            try
            {
                await host.StartAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (ListenFailure.Reason(exception) is not null)
            {
                return report.Fail(Testing, $"cannot listen on port {config.Port}: {ListenFailure.Reason(exception)}");
            }
            await Task.Delay(s_testTime).ConfigureAwait(false);
            // A stranger's slow request must not hold the command up; it ends with the process.
            await host.StopAsync().WaitAsync(s_testTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return true;
    }
}
