using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>A breaker at its place: the state machine, which outlives reloads, with the clock and the log of one configuration.</summary>
internal sealed partial class BreakerCore
{
    private const string CarryKey = "breaker";

    private static readonly GatewayError s_open = new(GatewayErrorKind.Rejected, "circuit breaker is open");
    private static readonly GatewayError s_probing = new(GatewayErrorKind.Rejected, "too many requests");

    private readonly Breaker _breaker;
    private readonly TimeProvider _time;
    private readonly ILogger? _changes;
    private readonly string _name;
    private readonly BreakerMetrics _metrics;
    private readonly BreakerTags _tags;

    private BreakerCore(Breaker breaker, BreakerSettings settings, BreakerMetrics metrics, BreakerTags tags, IBackendContext context)
    {
        _breaker = breaker;
        _metrics = metrics;
        _tags = tags;
        _time = context.Time;
        _changes = settings.LogsChanges ? context.Logger : null;
        _name = ConfigText.Inline(settings.Name);
    }

    /// <summary>The breaker of a backend; <see langword="null"/> when its object asks for none.</summary>
    public static BreakerCore? Create(ConfigNode config, string @namespace, BreakerHealth health, BreakerMetrics metrics, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (BreakerSettings.Read(config, @namespace, diagnostics) is not { } settings)
            return null;
        Log.Creating(context.Logger, context.UrlPattern, ConfigText.Inline(settings.Name));
        var time = context.Time;
        var breaker = context.Carry(CarryKey, config, () => settings.Create(time.TimestampFrequency, time.GetTimestamp()));
        var tags = new BreakerTags(context.UrlPattern, settings.Name);
        health.Add(breaker, tags);
        context.ShowHealth(health);
        return new BreakerCore(breaker, settings, metrics, tags, context);
    }

    /// <summary>Asks whether a call may go through; one that may must be followed by one <see cref="Exit"/>.</summary>
    /// <returns>Why it may not, or <see langword="null"/>.</returns>
    public GatewayError? Enter(out long generation)
    {
        var refusal = _breaker.Enter(_time.GetTimestamp(), out generation, out var transition);
        if (transition.IsChange)
            Report(transition);
        if (refusal != Refusal.None)
            _metrics.CountRefused(_tags);
        return refusal switch
        {
            Refusal.None => null,
            Refusal.Open => s_open,
            _ => s_probing,
        };
    }

    /// <summary>Tells how a call ended.</summary>
    public void Exit(long generation, Outcome outcome)
    {
        var transition = _breaker.Exit(_time.GetTimestamp(), generation, outcome);
        if (transition.IsChange)
            Report(transition);
    }

    /// <summary>What a failure says about a backend: nothing, when the client left, another attempt won (TRF-112) or a quota refused (TRF-167).</summary>
    public static Outcome Judge(ProxyRequest request, GatewayError error) =>
        error.IsNeutral || error.Kind is GatewayErrorKind.ClientAborted or GatewayErrorKind.Lost ? Outcome.Neutral
        : error.Kind == GatewayErrorKind.Timeout ? JudgeCancelled(request)
        : Outcome.Failure;

    /// <summary>What an exception says about a backend.</summary>
    public static Outcome Judge(ProxyRequest request, Exception exception) =>
        exception is OperationCanceledException ? JudgeCancelled(request) : Outcome.Failure;

    // A time limit and a client that leaves end a call in the same way.
    private static Outcome JudgeCancelled(ProxyRequest request) =>
        request.IsAbandoned || request.ClientAborted.IsCancellationRequested ? Outcome.Neutral : Outcome.Failure;

    private void Report(Transition transition)
    {
        _metrics.CountChange(_tags, NameOf(transition.To));
        if (_changes is not null)
            Log.Changed(_changes, _name, NameOf(transition.From), NameOf(transition.To));
    }

    private static string NameOf(BreakerState state) => state switch
    {
        BreakerState.Closed => "closed",
        BreakerState.Open => "open",
        _ => "half-open",
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[BACKEND: {Pattern}][CB] Creating the circuit breaker named '{Name}'")]
        public static partial void Creating(ILogger logger, string pattern, string name);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[CB] Circuit breaker named '{Name}' went from '{From}' to '{To}'")]
        public static partial void Changed(ILogger logger, string name, string from, string to);
    }
}
