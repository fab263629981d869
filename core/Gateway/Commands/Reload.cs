using Gateway.Core.Configuration;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Commands;

/// <summary>
/// Takes up the configuration file anew (CFG-153). Whatever is wrong with it, the running configuration stays in place.
/// </summary>
/// <param name="file">The file of the start.</param>
/// <param name="options">How it was loaded at the start.</param>
/// <param name="host">The running gateway.</param>
/// <param name="started">The configuration that the listener was opened with.</param>
internal sealed partial class Reload(string file, LoadOptions options, GatewayHost host, ServiceConfig started)
{
    /// <summary>Loads, compiles and swaps.</summary>
    public async Task RunAsync()
    {
        var logger = host.Logger;
        Log.Reloading(logger, file);
        var loaded = ConfigLoader.Load(file, options);
        if (loaded.Config is null)
        {
            LogFindings(loaded.Diagnostics);
            Log.Stays(logger, "the file has errors");
            return;
        }
        try
        {
            await host.ReloadAsync(loaded.Config, loaded.Diagnostics).ConfigureAwait(false);
        }
        catch (ConfigurationException exception)
        {
            Log.Stays(logger, exception.Message);
            return;
        }
        catch (Exception exception)
        {
            // A fault of the product while it compiles must not take the running service down.
            Log.Failed(logger, exception);
            return;
        }
        LogFindings(loaded.Diagnostics);
        foreach (var setting in ChangedListenerSettings(started, loaded.Config))
            Log.NeedsRestart(host.Logger, setting);
    }

    private void LogFindings(ConfigDiagnostics diagnostics)
    {
        foreach (var finding in diagnostics.All)
            Log.Finding(host.Logger, finding.Severity == ConfigSeverity.Error ? LogLevel.Error : LogLevel.Warning, finding.ToString());
    }

    private static IEnumerable<string> ChangedListenerSettings(ServiceConfig before, ServiceConfig after)
    {
        if (before.Port != after.Port)
            yield return "port";
        if (!Equals(before.ListenIp, after.ListenIp))
            yield return "listen_ip";
        if (before.Server.ReadTimeout != after.Server.ReadTimeout)
            yield return "read_timeout";
        if (before.Server.ReadHeaderTimeout != after.Server.ReadHeaderTimeout)
            yield return "read_header_timeout";
        if (before.Server.WriteTimeout != after.Server.WriteTimeout)
            yield return "write_timeout";
        if (before.Server.IdleTimeout != after.Server.IdleTimeout)
            yield return "idle_timeout";
        if (before.Server.MaxHeaderBytes != after.Server.MaxHeaderBytes)
            yield return "max_header_bytes";
        if (before.Server.UseH2c != after.Server.UseH2c)
            yield return "use_h2c";
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Reloading {File}")]
        public static partial void Reloading(ILogger logger, string file);

        [LoggerMessage(Message = "[SERVICE: Config] {Finding}")]
        public static partial void Finding(ILogger logger, LogLevel level, string finding);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] Not reloaded, the running configuration stays: {Reason}")]
        public static partial void Stays(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] Not reloaded, the running configuration stays")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Gateway] \"{Setting}\" has changed; it takes effect with the next start")]
        public static partial void NeedsRestart(ILogger logger, string setting);
    }
}
