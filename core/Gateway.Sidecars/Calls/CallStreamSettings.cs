using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Calls;

/// <summary>What the gateway keeps to on a stream of calls, beside what both sides agreed on.</summary>
internal sealed record CallStreamSettings
{
    /// <summary>The plugin, for the log.</summary>
    public required string Name { get; init; }

    /// <summary>Time that a sidecar may owe an answer, and that a call may wait for a place.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Calls that may wait for a place; further ones are lost at once.</summary>
    public int MaxWaitingCalls { get; init; } = 1_000;

    /// <summary>Bytes that may wait for a sidecar that does not read, before starts and chunks of bodies wait themselves.</summary>
    public int QueueBytes { get; init; } = 16 << 20;

    /// <summary>Bytes that may wait together with results, which cannot; what is beyond ends its call.</summary>
    public int MostQueueBytes { get; init; } = 64 << 20;

    /// <summary>Pause between two looks for calls that are late.</summary>
    public TimeSpan SweepPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Application log.</summary>
    public required ILogger Logger { get; init; }
}
