using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Retries;

/// <summary><c>backend/retry</c>.</summary>
internal sealed class RetrySettings
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Attempts of a call, the first one included.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Time of an attempt up to the head of its answer; zero for no limit.</summary>
    public TimeSpan PerTryTimeout { get; init; }

    /// <summary>Failures after which a call is made again.</summary>
    [ConfigValues("connect_failure", "reset", "timeout")]
    public IReadOnlyList<string> RetryOn { get; init; } = ["connect_failure", "reset", "timeout"];

    /// <summary>Statuses after which a call is made again.</summary>
    public IReadOnlyList<int> RetryOnStatus { get; init; } = [502, 503, 504];

    /// <summary>Methods whose calls may be made again.</summary>
    [ConfigValues("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH")]
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

    /// <summary>Bytes of a request body that are kept for another attempt.</summary>
    public int MaxBody { get; init; } = 64 << 10;

    /// <summary>The pauses.</summary>
    public BackoffSettings Backoff { get; init; } = new();

    /// <summary>How many further attempts there are.</summary>
    public BudgetSettings Budget { get; init; } = new();

    /// <summary>Reads the object; <see langword="null"/> after errors were reported.</summary>
    public static RetrySettings? Read(ConfigNode config, string name, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<RetrySettings>(config, ConfigPath.Root.Member("extra_config").Member(name), out var settings))
            return null;
        var found = new ConfigDiagnostics();
        settings.Check(found);
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        return found.HasErrors ? null : settings;
    }

    private void Check(ConfigDiagnostics diagnostics)
    {
        var source = Source!;
        if (Attempts is < 2 or > 10)
            source.Error(diagnostics, "attempts", "expected a whole number from 2 to 10: the first attempt counts");
        if (MaxBody is < 0 or > 1 << 20)
            source.Error(diagnostics, "max_body", "expected 0 to 1048576 bytes");
        if (Methods.Count == 0)
            source.Error(diagnostics, "methods", "expected one or more methods");
        if (RetryOn.Count == 0 && RetryOnStatus.Count == 0)
            source.Warning(diagnostics, "retry_on", "without \"retry_on\" and \"retry_on_status\" nothing is ever made again");
        for (var i = 0; i < RetryOnStatus.Count; i++)
        {
            if (RetryOnStatus[i] is < 400 or > 599)
                source.Error(diagnostics, "retry_on_status", i, "expected a status from 400 to 599");
        }
        Between(source, "per_try_timeout", PerTryTimeout, TimeSpan.Zero, diagnostics);
        if (Backoff.Source is { } backoff)
        {
            Between(backoff, "initial", Backoff.Initial, TimeSpan.Zero, diagnostics);
            Between(backoff, "max", Backoff.Max, TimeSpan.Zero, diagnostics);
        }
        if (Budget.Source is not { } budget)
            return;
        if (!(Budget.Ratio is >= 0 and <= 10))
            budget.Error(diagnostics, "ratio", "expected a number from 0 to 10: further attempts for each call");
        if (Budget.Minimum is < 0 or > 1_000_000)
            budget.Error(diagnostics, "minimum", "expected a whole number from 0 to 1000000");
        Between(budget, "window", Budget.Window, TimeSpan.FromMilliseconds(100), diagnostics);
    }

    private static void Between(ConfigSource source, string attribute, TimeSpan value, TimeSpan least, ConfigDiagnostics diagnostics)
    {
        if (value < least || value > s_longest)
            source.Error(diagnostics, attribute, string.Create(CultureInfo.InvariantCulture, $"expected a duration from {least.TotalSeconds}s to 1h"));
    }
}

/// <summary><c>backoff</c>.</summary>
internal sealed class BackoffSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Longest pause before the second attempt.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Longest pause before any attempt.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause before an attempt.</summary>
    /// <param name="failed">Attempts that failed, at least 1.</param>
    /// <param name="random">0 to 1.</param>
    public TimeSpan Delay(int failed, double random)
    {
        var longest = Initial * (1L << Math.Min(failed - 1, 20));
        return (longest < Max ? longest : Max) * random;
    }
}

/// <summary><c>budget</c>.</summary>
internal sealed class BudgetSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Further attempts for each call.</summary>
    public double Ratio { get; init; } = 0.2;

    /// <summary>Further attempts in a window in any case.</summary>
    public int Minimum { get; init; } = 10;

    /// <summary>Length of the window.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);
}
