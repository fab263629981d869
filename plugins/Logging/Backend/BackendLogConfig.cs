using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Backend;

/// <summary>What the log of one backend is built from: its own attributes over those of the service (OBS-030).</summary>
internal sealed class BackendLogConfig
{
    private const string DefaultPattern = "%{prefix}%{time} |%{statusCode}| %{latencyMs} | %{method} %{host} %{path}\n";

    private static readonly ConfigPath s_service = ConfigPath.Root.Member("extra_config").Member(LoggingPlugin.Logging).Member("backend");

    /// <summary>The pattern, compiled; its last character is a line break.</summary>
    public required BackendPattern Pattern { get; init; }

    /// <summary>
    /// The log of a backend, or <see langword="null"/> when there is none: nobody asked for one, the level of the service suppresses it, or it
    /// is faulty. A faulty log fails no endpoint; it is reported as a warning.
    /// </summary>
    public static BackendLogConfig? Of(IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var service = context.ServiceConfig(LoggingPlugin.Logging);
        var general = service?["backend"] is { } node ? new ConfigBinder(found).Bind<BackendLogSettings>(node, s_service) : null;
        // What is wrong there was said once, when the log was built.
        if (found.HasErrors)
            general = null;
        var own = context.BackendConfig(LoggingPlugin.Logging);
        if (general is null && own is null)
            return null;

        found = new ConfigDiagnostics();
        var path = ConfigPath.Root.Member("backend").Member("extra_config").Member(LoggingPlugin.Logging);
        var settings = own is null ? general! : Merge(new ConfigBinder(found).Bind<BackendPlaceSettings>(own, path), general);
        var config = Compile(settings, context, own?.Position ?? service!.Position, path, found);
        if (own is not null)
            Report(found, diagnostics);
        return config is not null && IsAdmitted(settings, service) ? config : null;
    }

    /// <summary>Reports what is wrong with the settings of the service.</summary>
    public static void Check(ConfigNode node, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        var settings = new ConfigBinder(diagnostics).Bind<BackendLogSettings>(node, path);
        if (node.Members.Count == 0)
            diagnostics.Warning(node.Position, path.ToString(), "at least one of \"custom_format\", \"prefix\", \"no_value\" and \"log_with_level\" is expected");
        if (settings.LogWithLevel is { Length: > 0 } level && !LogLevels.TryParse(level, out _))
            diagnostics.Error(node.Position, path.Member("log_with_level").ToString(), $"\"{level}\" is no level; expected one of {LogLevels.All}");
        try
        {
            BackendPattern.Compile(PatternOf(settings), settings.Prefix ?? "", settings.NoValue ?? "", isNoOp: true);
        }
        catch (PatternException exception)
        {
            diagnostics.Error(node.Position, path.Member("custom_format").ToString(), exception.Message);
        }
    }

    private static BackendLogSettings Merge(BackendPlaceSettings own, BackendLogSettings? general) => new()
    {
        CustomFormat = own.Backend?.CustomFormat ?? own.CustomFormat ?? general?.CustomFormat,
        Prefix = own.Backend?.Prefix ?? own.Prefix ?? general?.Prefix,
        NoValue = own.Backend?.NoValue ?? own.NoValue ?? general?.NoValue,
        LogWithLevel = own.Backend?.LogWithLevel ?? own.LogWithLevel ?? general?.LogWithLevel,
    };

    private static BackendLogConfig? Compile(BackendLogSettings settings, IBackendContext context, SourcePosition position, ConfigPath path, ConfigDiagnostics found)
    {
        try
        {
            var isNoOp = string.Equals(context.Encoding, "no-op", StringComparison.Ordinal);
            return new() { Pattern = BackendPattern.Compile(PatternOf(settings), settings.Prefix ?? "", settings.NoValue ?? "", isNoOp) };
        }
        catch (PatternException exception)
        {
            found.Warning(position, path.Member("custom_format").ToString(), $"{exception.Message}; this backend has no log");
            return null;
        }
    }

    private static string PatternOf(BackendLogSettings settings)
    {
        var pattern = string.IsNullOrEmpty(settings.CustomFormat) ? DefaultPattern : settings.CustomFormat;
        return pattern.EndsWith('\n') ? pattern : pattern + "\n";
    }

    // Lines without a level are always written; lines with one obey the level of the service (OBS-035).
    private static bool IsAdmitted(BackendLogSettings settings, ConfigNode? service) =>
        !LogLevels.TryParse(settings.LogWithLevel, out var level)
        || !(service?["level"] is { Kind: ConfigKind.String } minimum && LogLevels.TryParse(minimum.Text, out var least))
        || level >= least;

    private static void Report(ConfigDiagnostics found, ConfigDiagnostics diagnostics)
    {
        foreach (var finding in found.All)
            diagnostics.Add(finding with { Severity = ConfigSeverity.Warning });
    }
}
