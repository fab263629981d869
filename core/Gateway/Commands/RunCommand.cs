using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.CommandLine;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Files;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Fips;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;

namespace Gateway.Commands;

/// <summary><c>run</c>: the service in the foreground (CFG-211 to 216).</summary>
internal static class RunCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "run",
        Purpose = "Runs the gateway",
        Description = "Runs the gateway in the foreground until SIGINT or SIGTERM. SIGHUP takes the configuration up anew; --watch does when its files or those of a plugin change.",
        Usage = "run [flags]",
        Example = "run -c krakend.json\nrun -p 9000 --strict -c krakend.json",
        Flags =
        [
            CommonFlags.Config, CommonFlags.Port, CommonFlags.Strict, CommonFlags.AllowMissing, CommonFlags.Confine, CommonFlags.Plugins, CommonFlags.License, AdminFlags.Listen,
            new("watch", null, FlagKind.Switch, "Reloads when files of the configuration or of a plugin change"),
            new("debug", 'd', FlagKind.Count, "Enables the /__debug/ endpoint"),
        ],
        Run = static async (arguments, terminal) =>
            CommonFlags.ConfigFile(arguments, terminal) is { } file ? await RunAsync(file, arguments, terminal, command: null).ConfigureAwait(false) : ExitStatus.Failure,
    };

    /// <summary>Serves a configuration in the foreground; the result is the exit status.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">Where to talk to the person who started it.</param>
    /// <param name="command">The command of a plugin to serve in place of the endpoints, or <see langword="null"/>.</param>
    public static async Task<int> RunAsync(string file, Arguments arguments, Terminal terminal, ServedCommand? command)
    {
        if (FipsStart.Refusal() is { } refusal)
        {
            terminal.Error($"{terminal.Red("ERROR")} {refusal}\n");
            return ExitStatus.Failure;
        }
        var fixedAdmin = AdminFlags.Config(arguments);
        using var signals = new Signals();
        // Before the file is read, so that no change is missed.
        var stamps = arguments.Has("watch") ? new FileStamps([Path.GetFullPath(file)]) : null;
        using var plugins = CommonFlags.PluginHost(arguments);
        var options = CommonFlags.LoadOptions(arguments, plugins, arguments.Count("debug") > 0, isMissingFine: command is not null);
        var loaded = ConfigLoader.Load(file, options);
        // Before plugins and the listener take their time.
        stamps?.Follow([.. stamps.Paths, .. loaded.Sources]);
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
            host = GatewayHost.Create(config, built, new GatewayHostOptions { Log = log, IsTerminal = terminal.HasOutColours, Limits = limits, PluginHost = plugins, IsStrict = options.Strict, Command = command });
        }
        catch (ConfigurationException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} parsing the configuration file: {exception.Message}\n");
            return ExitStatus.Usage;
        }
        await using (host.ConfigureAwait(false))
        {
            if (options.Strict && Strict(built) is { HasErrors: true } refused)
            {
                Findings.PrintErrors(terminal, "parsing the configuration file", refused);
                return ExitStatus.Usage;
            }
            var service = new Service(host, log, signals);
            service.LogWarnings(loaded.Diagnostics, built);
            FipsStart.LogMode(host.Logger);
            var admin = new AdminListener(fixedAdmin, () => host.Logger);
            await using var _ = admin.ConfigureAwait(false);
            var reload = new Reload(file, options, host, plugins, admin, loaded) { Warnings = Findings.Together(loaded.Diagnostics, built).Count(static f => f.Severity != ConfigSeverity.Error) };
            var reloads = new ReloadQueue(reload.RunAsync);
            admin.Actions = new AdminActions(() => StatusDocument.Of(host, reload, reloads, admin), () => ReloadAsync(reloads), () => host.AdminOperations);
            if (!await service.TryStartAsync(config.Port, () => StartAsync(admin, config.Admin)).ConfigureAwait(false))
                return ExitStatus.Failure;
            return await ServeAsync(service, reloads, stamps is null ? null : new ConfigWatch(stamps, () => reload.Paths, () => reload.Read, reloads, ConfigWatch.Interval, TimeProvider.System)).ConfigureAwait(false);
        }
    }

    private static async Task<int> ServeAsync(Service service, ReloadQueue reloads, ConfigWatch? watch)
    {
        using var stopping = new CancellationTokenSource();
        var watching = watch?.RunAsync(stopping.Token) ?? Task.CompletedTask;
        var status = await service.ServeAsync(reloads).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        return status;
    }

    private static async Task StartAsync(AdminListener admin, AdminConfig? config)
    {
        var change = await admin.PrepareAsync(config).ConfigureAwait(false);
        change.Apply();
    }

    private static async Task<(int Status, JsonObject Answer)> ReloadAsync(ReloadQueue reloads)
    {
        if (reloads.Request() is not { } reload)
            return (StatusCodes.Status503ServiceUnavailable, new JsonObject { ["error"] = "the gateway is stopping" });
        var outcome = await reload.ConfigureAwait(false);
        return (outcome.Refusal is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity, StatusDocument.Of(outcome));
    }

    // What components warn about counts under --strict as well; their errors cost an endpoint, not the start (CFG-021).
    private static ConfigDiagnostics Strict(ConfigDiagnostics built)
    {
        var strict = new ConfigDiagnostics();
        foreach (var warning in built.All.Where(static f => f.Severity == ConfigSeverity.Warning))
            strict.Add(warning with { Severity = ConfigSeverity.Error });
        return strict;
    }
}
