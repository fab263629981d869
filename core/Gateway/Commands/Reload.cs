using System.Diagnostics;
using Gateway.Admin;
using Gateway.CommandLine;
using Gateway.Core.Configuration;
using Gateway.Core.Files;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Commands;

/// <summary>
/// Takes up the configuration anew (CFG-153). Whatever is wrong with it, the running configuration stays in place.
/// </summary>
/// <param name="file">The file of the start.</param>
/// <param name="options">How it was loaded at the start.</param>
/// <param name="host">The running gateway.</param>
/// <param name="plugins">Where its plugins come from.</param>
/// <param name="admin">Its admin listener.</param>
/// <param name="started">The load of the start.</param>
internal sealed partial class Reload(string file, LoadOptions options, GatewayHost host, PluginHost plugins, AdminListener admin, LoadResult started)
{
    private IReadOnlyList<string> _sources = started.Sources;

    /// <summary>Warnings about the configuration that serves.</summary>
    public int Warnings { get; set; }

    /// <summary>Files and folders that a change of the configuration or of a plugin shows in.</summary>
    public IReadOnlyList<string> Paths => [.. _sources.Concat(plugins.WatchedPaths(host.Config.Plugin)).Distinct(StringComparer.Ordinal)];

    /// <summary>How the files of the last load were when it had read them; <see langword="null"/> before the first reload.</summary>
    public FileStamps? Read { get; private set; }

    /// <summary>Loads, compiles and swaps; never fails.</summary>
    public async Task<ReloadOutcome> RunAsync()
    {
        var at = DateTimeOffset.UtcNow;
        var start = Stopwatch.GetTimestamp();
        var (read, built) = (new ConfigDiagnostics(), new ConfigDiagnostics());
        var refusal = await TryAsync(read, built).ConfigureAwait(false);
        var findings = Findings.Together(read, built);
        foreach (var finding in findings)
            Log.Finding(host.Logger, finding.Severity == ConfigSeverity.Error ? LogLevel.Error : LogLevel.Warning, finding.ToString());
        if (refusal is null)
            Warnings = findings.Count(static f => f.Severity != ConfigSeverity.Error);
        else
            Log.Stays(host.Logger, refusal);
        return new(refusal, findings, host.Number, at, Stopwatch.GetElapsedTime(start));
    }

    private async Task<string?> TryAsync(ConfigDiagnostics read, ConfigDiagnostics built)
    {
        Log.Reloading(host.Logger, file);
        try
        {
            var loaded = ConfigLoader.Load(file, options);
            Read = new FileStamps(loaded.Sources);
            foreach (var finding in loaded.Diagnostics.All)
                read.Add(finding);
            if (loaded.Config is not { } config)
            {
                // What a broken load did not get to is looked at all the same: it may be what has to be corrected.
                _sources = [.. loaded.Sources.Union(_sources, StringComparer.Ordinal)];
                return "the file has errors";
            }
            _sources = loaded.Sources;
            var change = await admin.PrepareAsync(config.Admin).ConfigureAwait(false);
            await using (change.ConfigureAwait(false))
            {
                await host.ReloadAsync(config, built).ConfigureAwait(false);
                change.Apply();
            }
            return null;
        }
        catch (Exception exception) when (exception is ConfigurationException or AdminException)
        {
            return exception.Message;
        }
        catch (Exception exception)
        {
            // A fault of the product while it compiles must not take the running service down.
            Log.Failed(host.Logger, exception);
            return $"a fault of the gateway: {exception.Message}";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Reloading {File}")]
        public static partial void Reloading(ILogger logger, string file);

        [LoggerMessage(Message = "[SERVICE: Config] {Finding}")]
        public static partial void Finding(ILogger logger, LogLevel level, string finding);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] Not reloaded, the running configuration stays: {Reason}")]
        public static partial void Stays(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] The reload failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
