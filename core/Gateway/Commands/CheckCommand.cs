using Gateway.CommandLine;
using Gateway.Commands.Lint;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary><c>check</c>: parse, dump, test of the routes, in that order; the first failure ends it (CFG-217 to 236).</summary>
internal static class CheckCommand
{
    private static readonly string[] s_lintFlags = ["lint", "lint-no-network", "lint-schema"];

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
            CommonFlags.Config, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Plugins, CommonFlags.LicenseWithoutLetter,
            new("debug", 'd', FlagKind.Count, "Shows how the configuration is understood; up to three times for more"),
            new("indent", 'i', FlagKind.Text, "Indentation of what --debug shows", "\"\\t\""),
            new("lint", 'l', FlagKind.Switch, "Lints against the schema of the gateway and its plugins"),
            new("lint-no-network", 'n', FlagKind.Switch, "The same as --lint, which needs no network here"),
            new("lint-schema", 's', FlagKind.Text, "Lints against a JSON Schema file of your own"),
            new("test-gin-routes", 't', FlagKind.Switch, "Builds everything, binds the port and serves for a second"),
        ],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        RefuseSeveralLints(arguments);
        if (CommonFlags.ConfigFile(arguments, terminal) is not { } file)
            return ExitStatus.Failure;

        terminal.Error($"Parsing configuration file: {file}\n");
        using var plugins = CommonFlags.PluginHost(arguments);
        var loaded = ConfigLoader.Load(file, CommonFlags.LoadOptions(arguments, plugins, isDebug: false));
        if (loaded.Config is not { } config)
        {
            Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
            return ExitStatus.Failure;
        }
        Findings.PrintWarnings(terminal, loaded.Diagnostics);
        if (!Lint(arguments, config, plugins, terminal))
            return ExitStatus.Failure;
        if (arguments.Count("debug") is var level && level > 0)
            terminal.Error(new ConfigDump(level, arguments.Text("indent") ?? "\t").Of(config) + "\n");
        if (arguments.Has("test-gin-routes") && !await TestRoutesAsync(config, plugins, terminal).ConfigureAwait(false))
            return ExitStatus.Failure;
        terminal.Error(terminal.Green("Syntax OK!") + "\n");
        return ExitStatus.Success;
    }

    private static void RefuseSeveralLints(Arguments arguments)
    {
        var given = s_lintFlags.Where(arguments.Has).ToArray();
        if (given.Length > 1)
            throw new UsageException($"if any flags in the group [{string.Join(' ', s_lintFlags)}] are set none of the others can be; [{string.Join(' ', given)}] were all set");
    }

    private static bool Lint(Arguments arguments, ServiceConfig config, PluginHost plugins, Terminal terminal)
    {
        if (!s_lintFlags.Any(arguments.Has))
            return true;
        var found = new ConfigDiagnostics();
        try
        {
            var linter = arguments.Text("lint-schema") is { Length: > 0 } file ? Linter.Of(file) : Linter.Of(plugins.Catalog, found);
            Findings.PrintWarnings(terminal, found);
            found = linter.Lint(config.Source);
        }
        catch (LintException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} compiling the schema: {exception.Message}\n");
            return false;
        }
        catch (JsonSchemaException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} compiling the schema: {exception.Message}; a plugin's schema is broken, `gateway plugin check` finds which\n");
            return false;
        }
        if (found.HasErrors)
            Findings.PrintErrors(terminal, "linting the configuration file", found);
        return !found.HasErrors;
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
