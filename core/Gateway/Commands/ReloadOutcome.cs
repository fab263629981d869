using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>What became of a reload.</summary>
/// <param name="Refusal">Why the running configuration stays; <see langword="null"/> when the new one serves.</param>
/// <param name="Findings">What was found about the configuration.</param>
/// <param name="Generation">Number of the configuration that serves.</param>
/// <param name="At">When it was asked for.</param>
/// <param name="Took">How long it took.</param>
internal sealed record ReloadOutcome(string? Refusal, IReadOnlyList<ConfigDiagnostic> Findings, int Generation, DateTimeOffset At, TimeSpan Took);
