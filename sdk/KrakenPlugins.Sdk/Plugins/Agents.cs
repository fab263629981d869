namespace KrakenPlugins.Sdk.Plugins;

/// <summary>A worker without client: waits for work and calls <see cref="IAgentContext.CallAsync"/>.</summary>
public interface IAgent
{
    /// <summary>
    /// Works until the token fires, then returns when the work in hand is done. Returning earlier, or an exception, ends this agent alone and
    /// is logged as an error (NRC-232).
    /// </summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>Something whose state <c>/__health</c> shows.</summary>
public interface IHealthContributor
{
    /// <summary>Its state in a word or a line, without secrets: <c>ok</c>, <c>circuit open since 12:00:01</c>. Quick, does not wait; one that throws is shown as <c>failed</c>.</summary>
    string Status { get; }
}
