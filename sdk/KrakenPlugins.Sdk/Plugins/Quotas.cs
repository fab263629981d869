namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// The quotas of the namespace <c>governance/processors</c> by name: a service (<see cref="IServiceContext.Service{T}"/>), absent when the
/// configuration has no such namespace (TRF-184).
/// </summary>
public interface IQuotaProcessors
{
    /// <summary>The names of all usable processors.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The processor of this name, or <see langword="null"/> when none has it or its configuration is faulty (TRF-161).</summary>
    IQuotaProcessor? Find(string name);
}

/// <summary>Rules, and the Redis in which their counters are. Safe for concurrent use.</summary>
public interface IQuotaProcessor
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>The names of its rules.</summary>
    IReadOnlyList<string> Rules { get; }

    /// <summary>
    /// The limits of a rule for the clients of a tier, or <see langword="null"/> when no rule has the name. Counters are those of every other place
    /// with the same processor and tier (TRF-151). Bind when a component is built, not per request.
    /// </summary>
    /// <param name="ruleName">Name of the rule.</param>
    /// <param name="tierValue">The tier, of the component's own choosing.</param>
    /// <param name="tierValueAs">The second part of the key in Redis: <c>literal</c>, <c>policy</c> or <c>*</c>.</param>
    IQuota? Bind(string ruleName, string tierValue, string tierValueAs = "literal");
}

/// <summary>
/// The limits of a rule for the clients of a tier. A decision is one atomic step for all instances of the gateway, in calendar windows of the Redis
/// server's own clock (UTC, weeks of ISO 8601). Safe for concurrent use; what goes wrong is told by the decision, not by an exception.
/// </summary>
public interface IQuota
{
    /// <summary>The rule's name.</summary>
    string Rule { get; }

    /// <summary>The tier.</summary>
    string TierValue { get; }

    /// <summary>
    /// Admits what every window has room for and then counts it in all of them; what is refused is counted in none (TRF-150). A weight of 0 counts
    /// nothing and asks whether anything is left in every window.
    /// </summary>
    /// <param name="client">Who asks; not empty.</param>
    /// <param name="weight">What it costs: 0 to 2^53.</param>
    /// <param name="timeout">The longest that it may take.</param>
    /// <param name="cancellationToken">Ends the wait; it may have been counted.</param>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    ValueTask<QuotaDecision> TakeAsync(string client, double weight, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Counts what is already spent in all windows, however full they are (TRF-173). See <see cref="TakeAsync"/>.</summary>
    ValueTask<QuotaDecision> ChargeAsync(string client, double weight, TimeSpan timeout, CancellationToken cancellationToken = default);
}

/// <summary>How a request stands with its quota.</summary>
public enum QuotaOutcome
{
    /// <summary>There was room.</summary>
    Allowed,

    /// <summary>A window is exhausted.</summary>
    Exhausted,

    /// <summary>Redis did not answer, and the processor lets requests pass uncounted (<c>on_failure_allow</c>).</summary>
    Uncounted,

    /// <summary>Redis did not answer, and the processor lets nothing pass.</summary>
    Unavailable,
}

/// <summary>A decision about a request.</summary>
/// <param name="Outcome">What it is.</param>
/// <param name="RetryAfter">When exhausted: until the last of the exhausted windows ends, in whole seconds, at least one; else zero.</param>
/// <param name="Windows">
/// The windows in the order of the rule's limits; empty when Redis was not asked or did not answer.
/// </param>
public readonly record struct QuotaDecision(QuotaOutcome Outcome, TimeSpan RetryAfter, ReadOnlyMemory<QuotaWindow> Windows)
{
    /// <summary>Whether the request may go on.</summary>
    public bool IsAllowed => Outcome is QuotaOutcome.Allowed or QuotaOutcome.Uncounted;
}

/// <summary>A window of a decision.</summary>
/// <param name="Unit"><c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c> or <c>year</c>.</param>
/// <param name="TierValue">The tier.</param>
/// <param name="Amount">The limit.</param>
/// <param name="Consumed">What is counted, with this request if it was.</param>
/// <param name="Refill">Until the window ends, in whole seconds, at least one.</param>
/// <param name="IsAllowed">Whether this window had room for the request.</param>
public readonly record struct QuotaWindow(string Unit, string TierValue, double Amount, double Consumed, TimeSpan Refill, bool IsAllowed)
{
    /// <summary>What is left; 0 also for a window that weights have overdrawn.</summary>
    public double Remaining => Math.Max(0, Amount - Consumed);
}
