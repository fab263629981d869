using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Logging;

/// <summary><c>telemetry/logging</c> of the service.</summary>
internal sealed class LoggingSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Least severe record written; required, but its absence is a fault like an unknown level.</summary>
    public string? Level { get; init; }

    /// <summary>Text in front of every line of <c>format: default</c>, tag in syslog.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Application log to standard output.</summary>
    public bool Stdout { get; init; }

    /// <summary>Application log to the local syslog daemon.</summary>
    public bool Syslog { get; init; }

    /// <summary><c>local0</c> to <c>local7</c>.</summary>
    [ConfigValues("local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7", Severity = ConfigSeverity.Warning)]
    public string SyslogFacility { get; init; } = "local3";

    /// <summary>Layout of the application log.</summary>
    [ConfigValues("", "default", "logstash", "custom", Severity = ConfigSeverity.Warning)]
    public string Format { get; init; } = "default";

    /// <summary>Pattern of <c>format: custom</c>.</summary>
    public string CustomFormat { get; init; } = "";

    /// <summary>Layout of the access log; empty keeps the built-in one.</summary>
    [ConfigValues("", "default", "httpdCommon", "httpdCombined", "httpdCombine", "json", "custom", Severity = ConfigSeverity.Warning)]
    public string AccessLogFormat { get; init; } = "";

    /// <summary>Pattern of <c>access_log_format: custom</c>.</summary>
    public string AccessLogCustomFormat { get; init; } = "";

    /// <summary>Printed for a variable without value.</summary>
    public string AccessLogMissingKeyMarker { get; init; } = "-";

    /// <summary>The log of all backends, or <see langword="null"/>.</summary>
    public ConfigNode? Backend { get; init; }
}

/// <summary><c>telemetry/gelf</c>.</summary>
internal sealed class GelfSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary><c>host:port</c> of the collector.</summary>
    [ConfigRequired]
    public string Address { get; init; } = "";

    /// <summary>Whether it is reached over TCP instead of UDP.</summary>
    public bool EnableTcp { get; init; }
}

/// <summary><c>telemetry/logstash</c>.</summary>
internal sealed class LogstashSettings
{
    /// <summary>Whether messages become JSON.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>The log of a backend, as far as one place says it; what it leaves out comes from the service.</summary>
internal sealed class BackendLogSettings
{
    /// <summary>The pattern.</summary>
    public string? CustomFormat { get; init; }

    /// <summary>Value of <c>%{prefix}</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Printed for a variable without value.</summary>
    public string? NoValue { get; init; }

    /// <summary>Severity of the lines, which the level of the service may then suppress.</summary>
    public string? LogWithLevel { get; init; }
}

/// <summary><c>telemetry/logging</c> of a backend: the attributes themselves, or nested under <c>backend</c>, which wins (OBS-030).</summary>
internal sealed class BackendPlaceSettings
{
    /// <inheritdoc cref="BackendLogSettings.CustomFormat"/>
    public string? CustomFormat { get; init; }

    /// <inheritdoc cref="BackendLogSettings.Prefix"/>
    public string? Prefix { get; init; }

    /// <inheritdoc cref="BackendLogSettings.NoValue"/>
    public string? NoValue { get; init; }

    /// <inheritdoc cref="BackendLogSettings.LogWithLevel"/>
    public string? LogWithLevel { get; init; }

    /// <summary>The same attributes, nested.</summary>
    public BackendLogSettings? Backend { get; init; }
}
