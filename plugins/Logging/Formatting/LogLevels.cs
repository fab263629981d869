using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>The levels of the language: DEBUG, INFO, WARNING, ERROR, CRITICAL.</summary>
internal static class LogLevels
{
    /// <summary>Their names, least severe first.</summary>
    public const string All = "DEBUG, INFO, WARNING, ERROR, CRITICAL";

    /// <summary>The level of a name in any letter case (OBS-002).</summary>
    public static bool TryParse(string? name, out LogLevel level)
    {
        level = name?.ToUpperInvariant() switch
        {
            "DEBUG" => LogLevel.Debug,
            "INFO" => LogLevel.Information,
            "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "CRITICAL" => LogLevel.Critical,
            _ => LogLevel.None,
        };
        return level != LogLevel.None;
    }

    /// <summary>The name of a level.</summary>
    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    /// <summary>The severity of syslog (OBS-037).</summary>
    public static int SyslogSeverity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };
}
