using System.Runtime.InteropServices;
using Gateway.Admin;
using Gateway.CommandLine;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Commands;

/// <summary>A gateway from its start to the end of its drain, in the foreground (CFG-144 to 153).</summary>
internal sealed partial class Service(GatewayHost host, LogSink log, Signals signals)
{
    /// <summary>Binds; <see langword="false"/> after one ERROR when the port cannot be had (CFG-147) or a plugin does not start.</summary>
    /// <param name="port">The port, for the message.</param>
    /// <param name="first">What has to succeed before, or <see langword="null"/>.</param>
    public async Task<bool> TryStartAsync(int port, Func<Task>? first = null)
    {
        StrayFaults.Contain(host.Logger);
        try
        {
            if (first is not null)
                await first().ConfigureAwait(false);
            await host.StartAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (ListenFailure.Reason(exception) is not null)
        {
            Log.CannotListen(host.Logger, port, ListenFailure.Reason(exception)!);
            return false;
        }
        catch (AdminException exception)
        {
            Log.NoAdmin(host.Logger, exception.Message);
            return false;
        }
        catch (ConfigurationException exception)
        {
            Log.CannotStart(host.Logger, exception.Message);
            return false;
        }
    }

    /// <summary>
    /// Logs the findings of a load and of what was built from it: those who run a service read its log.
    /// </summary>
    public void LogWarnings(ConfigDiagnostics loaded, ConfigDiagnostics built)
    {
        foreach (var finding in Findings.Together(loaded, built))
        {
            if (finding.Severity != ConfigSeverity.Error)
                Log.Finding(host.Logger, finding.ToString());
        }
    }

    /// <summary>Serves until SIGINT or SIGTERM, drains, and gives the exit status. SIGHUP reloads.</summary>
    /// <param name="reloads">What SIGHUP asks, or <see langword="null"/> when there is nothing to reload.</param>
    public async Task<int> ServeAsync(ReloadQueue? reloads)
    {
        var signal = await signals.NextAsync().ConfigureAwait(false);
        for (; signal == PosixSignal.SIGHUP; signal = await signals.NextAsync().ConfigureAwait(false))
            reloads?.Request();

        Log.Intercepted(host.Logger, signal == PosixSignal.SIGINT ? "interrupt" : "terminated");
        var drained = StopAsync(reloads);
        var second = signals.NextEndAsync();
        if (await Task.WhenAny(drained, second).ConfigureAwait(false) == second)
            End(await second.ConfigureAwait(false));
        await drained.ConfigureAwait(false);
        return ExitStatus.Success;
    }

    // What a reload is about to put in place would not know of the stop.
    private async Task StopAsync(ReloadQueue? reloads)
    {
        if (reloads is not null)
            await reloads.CloseAsync().ConfigureAwait(false);
        await host.StopAsync().ConfigureAwait(false);
    }

    // A person who asks twice does not want to wait (CFG-152).
    private void End(PosixSignal signal)
    {
        log.Dispose();
        Environment.Exit(signal == PosixSignal.SIGINT ? 130 : 143);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gin] cannot listen on port {Port}: {Reason}")]
        public static partial void CannotListen(ILogger logger, int port, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugin Loader] {Reason}")]
        public static partial void CannotStart(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] {Reason}")]
        public static partial void NoAdmin(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Config] {Finding}")]
        public static partial void Finding(ILogger logger, string finding);

        [LoggerMessage(Level = LogLevel.Information, Message = "Signal intercepted: {Signal}")]
        public static partial void Intercepted(ILogger logger, string signal);
    }
}
