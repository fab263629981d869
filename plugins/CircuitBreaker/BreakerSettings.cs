using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>
/// <c>qos/circuit-breaker</c> and <c>qos/circuit-breaker/http</c>. Values are read as the original reads them: fractions are cut, numbers that
/// are written as texts count as 0 (TRF-116); the schema and a warning say so.
/// </summary>
/// <param name="Interval">Seconds of a window; 0 or less for ever.</param>
/// <param name="Timeout">Seconds that it stays open; 0 or less for 60.</param>
/// <param name="MaxErrors">Failures in a row that are tolerated.</param>
/// <param name="Name">Label in the log.</param>
/// <param name="LogsChanges">Whether changes of state are logged.</param>
internal sealed record BreakerSettings(long Interval, long Timeout, long MaxErrors, string Name, bool LogsChanges)
{
    private const long LongestSeconds = 10L * 365 * 24 * 3600;
    private const long UsualTimeout = 60;
    private const string Statuses = "valid_status_codes";
    private static readonly string[] s_attributes = ["interval", "timeout", "max_errors", "name", "log_status_change"];

    /// <summary>Reads an object; <see langword="null"/> when it asks for no breaker.</summary>
    /// <param name="config">The namespace's value.</param>
    /// <param name="namespace">Its name.</param>
    /// <param name="diagnostics">Told of what has no effect.</param>
    public static BreakerSettings? Read(ConfigNode config, string @namespace, ConfigDiagnostics diagnostics)
    {
        if (config.Kind != ConfigKind.Object)
        {
            diagnostics.Warning(config.Position, $"extra_config.{@namespace}", "expected an object with \"interval\", \"timeout\" and \"max_errors\"; there is no circuit breaker");
            return null;
        }
        var source = new ConfigSource(config, ConfigPath.Root.Member(@namespace));
        ReportUnknown(config, source, @namespace, diagnostics);
        var settings = new BreakerSettings(
            Number(source, "interval", diagnostics),
            Number(source, "timeout", diagnostics),
            Number(source, "max_errors", diagnostics),
            config["name"] is { Kind: ConfigKind.String } name ? name.Text : "",
            config["log_status_change"] is { Kind: ConfigKind.Boolean, Text: "true" });
        if (settings != new BreakerSettings(0, 0, 0, "", false))
            return settings;
        diagnostics.Warning(config.Position, source.Path.ToString(), "all values are zero or absent; there is no circuit breaker");
        return null;
    }

    /// <summary>A new breaker, closed.</summary>
    /// <param name="frequency">Time stamps per second.</param>
    /// <param name="now">Time stamp.</param>
    public Breaker Create(long frequency, long now) =>
        new(Math.Max(0, MaxErrors), Stamps(Math.Max(0, Interval), frequency), Stamps(Timeout > 0 ? Timeout : UsualTimeout, frequency), now);

    /// <summary>Reads <c>valid_status_codes</c>; <see langword="null"/> after errors were reported.</summary>
    public static FrozenSet<int>? ReadStatuses(ConfigNode config, string @namespace, ConfigDiagnostics diagnostics)
    {
        var source = new ConfigSource(config, ConfigPath.Root.Member(@namespace));
        if (config[Statuses] is not { Kind: ConfigKind.Array, Items.Count: > 0 } list)
        {
            source.Error(diagnostics, Statuses, "expected a list of one or more statuses that are successes, such as [200, 201]");
            return null;
        }
        var statuses = new HashSet<int>();
        var good = true;
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i].Kind == ConfigKind.Number && WeakTyping.TryInteger(list.Items[i], out var status) && status is >= 100 and <= 599)
            {
                statuses.Add((int)status);
                continue;
            }
            source.Error(diagnostics, Statuses, i, "expected a status from 100 to 599");
            good = false;
        }
        return good ? statuses.ToFrozenSet() : null;
    }

    // A misspelt "max_errors" is a breaker of another kind, or none.
    private static void ReportUnknown(ConfigNode config, ConfigSource source, string @namespace, ConfigDiagnostics diagnostics)
    {
        var knowsStatuses = @namespace == CircuitBreakerPlugin.HttpNamespace;
        foreach (var member in config.Members)
        {
            var isStatuses = member.Name == Statuses;
            if (ConfigBinder.IsMetadata(member.Name) || s_attributes.Contains(member.Name) || (isStatuses && knowsStatuses))
                continue;
            var (rule, message) = isStatuses
                ? (ConfigRules.Hint, $"\"{Statuses}\" has no effect here: it belongs to \"{CircuitBreakerPlugin.HttpNamespace}\"")
                : (ConfigRules.UnknownAttribute, $"{ConfigText.Quote(member.Name)} is no attribute of this place and has no effect{NearestName.Suggest(member.Name, knowsStatuses ? [.. s_attributes, Statuses] : s_attributes)}");
            diagnostics.Add(new(ConfigSeverity.Warning, member.NamePosition, source.Path.Member(member.Name).ToString(), message) { Rule = rule });
        }
    }

    private static long Number(ConfigSource source, string attribute, ConfigDiagnostics diagnostics)
    {
        if (source.Node[attribute] is not { } node || node.Kind == ConfigKind.Null)
            return 0;
        if (node.Kind != ConfigKind.Number || !WeakTyping.TryInteger(node, out var value))
        {
            source.Warning(diagnostics, attribute, "expected a whole number; this counts as 0");
            return 0;
        }
        if (value < 0)
            source.Warning(diagnostics, attribute, "expected 0 or more; this counts as 0");
        return value;
    }

    private static long Stamps(long seconds, long frequency) => Math.Min(seconds, Math.Min(LongestSeconds, long.MaxValue / 4 / frequency)) * frequency;
}
