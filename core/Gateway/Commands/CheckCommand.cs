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
/// <c>check</c>: parse and lint, whose findings are shown together, then for a file without errors the dump, and everything built as a start
/// builds it, with the test of the routes served too (CFG-217 to 236).
/// </summary>
internal static class CheckCommand
{
    private const string Testing = "testing the configuration file";

    // As `run` says it: a file that it refuses is refused in the same words.
    private const string Building = "parsing the configuration file";

    // The reference promises about a second in which the routes are served (CFG-235).
    private static readonly TimeSpan s_testTime = TimeSpan.FromSeconds(1);

    public static Command Definition { get; } = new()
    {
        Name = "check",
        Alias = "validate",
        Purpose = "Validates a configuration file",
        Description = "Validates that the gateway can run a configuration file: all mistakes at once, each with its place. Everything is built as a start builds it, and nothing is started.\nWith --lint also against the schema of the gateway and its plugins, with --test-gin-routes by serving it for a second.",
        Usage = "check [flags]",
        Example = "check -c krakend.json\ncheck --lint --strict -c krakend.json\ncheck -l --format github -c krakend.json\ncheck -tddc krakend.json",
        Flags =
        [
            CommonFlags.Config, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Confine, CommonFlags.Plugins, CommonFlags.LicenseWithoutLetter,
            new("debug", 'd', FlagKind.Count, "Shows how the configuration is understood; up to three times for more"),
            FindingsFormat.Flag,
            new("indent", 'i', FlagKind.Text, "Indentation of what --debug shows", "\"\\t\""),
            LintStage.Lint, LintStage.NoNetwork, LintStage.OwnSchema,
            new("test-gin-routes", 't', FlagKind.Switch, "Binds the port and serves for a second"),
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
        return report.Finish(await TestAsync(loaded.Config!, plugins, serves: arguments.Has("test-gin-routes"), report).ConfigureAwait(false));
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

    // What passes has to start (CFG-220): everything is built as a start builds it, and with the flag it serves too.
    private static async Task<bool> TestAsync(ServiceConfig config, PluginHost plugins, bool serves, CheckReport report)
    {
        var title = serves ? Testing : Building;
        var limits = new Limits();
        using var log = new LogSink(Stream.Null, limits.LogQueue);
        var options = new GatewayHostOptions { Log = log, Limits = limits, PluginHost = plugins };
        var found = new ConfigDiagnostics();
        try
        {
            if (!serves)
            {
                await GatewayHost.JudgeAsync(config, found, options).ConfigureAwait(false);
                return report.Stage(title, found.All);
            }
            var host = GatewayHost.Create(config, found, options);
            await using (host.ConfigureAwait(false))
                return report.Stage(title, found.All) && await ServeAsync(host, config, report).ConfigureAwait(false);
        }
        catch (ConfigurationException exception)
        {
            return report.Stage(title, found.All) && report.Fail(title, exception.Message);
        }
    }

    private static async Task<bool> ServeAsync(GatewayHost host, ServiceConfig config, CheckReport report)
    {
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
        return true;
    }
}
