using KrakenPlugins.RateLimiting;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.RateLimit;

/// <summary>
/// Reads what the limits have in common. A limit that cannot be read refuses the start: what it was to protect would be open.
/// </summary>
/// <param name="diagnostics">Where faults are reported.</param>
internal sealed class LimitReader(ConfigDiagnostics diagnostics)
{
    /// <summary>The rates of limits with clients.</summary>
    public const string BothRates = "\"max_rate\" or \"client_max_rate\"";

    private static readonly string[] s_numbers = ["max_rate", "capacity", "client_max_rate", "client_capacity"];

    /// <summary>Binds the object; <see langword="null"/> after errors were reported.</summary>
    public T? Bind<T>(ConfigNode config, ConfigPath path) where T : class, new()
    {
        var found = new ConfigDiagnostics();
        new ConfigBinder(found).TryBind<T>(config, path, out var settings);
        // Numbers in quotes have no effect in the engine (TRF-033).
        foreach (var number in s_numbers)
        {
            if (config[number] is { Kind: ConfigKind.String } text && WeakTyping.TryDouble(text, out _))
                found.Error(text.Position, path.Member(number).ToString(), "expected a number, without quotes");
        }
        foreach (var finding in found.All)
            diagnostics.Add(finding.Severity == ConfigSeverity.Error ? finding with { RefusesStart = true } : finding);
        return found.HasErrors ? null : settings;
    }

    /// <summary>The rate of a bucket; <see langword="null"/> where there is no limit. Returns false after an error.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="prefix"><c>client_</c>, or empty.</param>
    /// <param name="maxRate">Tokens per window.</param>
    /// <param name="capacity">Tokens of a full bucket.</param>
    /// <param name="every">The window.</param>
    /// <param name="rate">The rate.</param>
    public bool TryRate(ConfigSource source, string prefix, double maxRate, long capacity, TimeSpan every, out TokenRate? rate)
    {
        rate = null;
        if (capacity < 0)
        {
            Refuse(source, $"{prefix}capacity", "expected 0 or more requests");
            return false;
        }
        if (maxRate <= 0)
            return true;
        if (!TokenRate.TryCreate(maxRate, every, capacity, out var created))
        {
            Refuse(source, $"{prefix}capacity", "a bucket of this size would take more than 73 years to fill; expected a smaller one, or a higher rate");
            return false;
        }
        rate = created;
        return true;
    }

    /// <summary>Tells that settings set no limit (TRF-010).</summary>
    /// <param name="source">Where they stand.</param>
    /// <param name="rates">The attributes that would have, in quotes.</param>
    public void NoteNoLimit(ConfigSource source, string rates) =>
        diagnostics.Warning(source.Node.Position, source.Path.ToString(), $"nothing is limited here; expected a number above 0 in {rates}");

    /// <summary>The window (TRF-011): one second for what is none.</summary>
    public TimeSpan Window(ConfigSource source, string every, TimeSpan least) =>
        Duration(source, "every", every, TimeSpan.FromSeconds(1), least);

    /// <summary>A duration, or else a fallback with a warning.</summary>
    public TimeSpan Duration(ConfigSource source, string attribute, string text, TimeSpan fallback, TimeSpan least)
    {
        if (!GoDuration.TryParse(text, out var duration) || duration <= TimeSpan.Zero)
        {
            source.Warning(diagnostics, attribute, $"{ConfigText.Quote(text)} is no time, {fallback.TotalSeconds} s are used; expected a duration such as \"1s\", \"10m\" or \"24h\"");
            return fallback;
        }
        if (duration >= least)
            return duration;
        source.Warning(diagnostics, attribute, $"{ConfigText.Quote(text)} is shorter than a second, 1 s is used");
        return least;
    }

    /// <summary>The answer of a refused request; <see langword="null"/> after an error.</summary>
    /// <param name="settings">Its settings, or <see langword="null"/> for a bare one.</param>
    /// <param name="status">Status without settings.</param>
    public Refusal? Refusal(RefusalSettings? settings, int status)
    {
        if (settings is null)
            return new Refusal(status, "", "");
        if (settings.Status is not (0 or >= 400 and <= 599))
        {
            Refuse(settings.Source!, "status", "expected a status from 400 to 599");
            return null;
        }
        if (settings.ContentType.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
        {
            Refuse(settings.Source!, "content_type", "the value holds characters that no header may hold");
            return null;
        }
        return new Refusal(settings.Status == 0 ? status : settings.Status, settings.Body, settings.ContentType);
    }

    /// <summary>Reports what makes a limit unusable.</summary>
    public void Refuse(ConfigSource source, string attribute, string message) =>
        diagnostics.Add(new(ConfigSeverity.Error, source.PositionOf(attribute), source.Path.Member(attribute).ToString(), message) { RefusesStart = true });
}
