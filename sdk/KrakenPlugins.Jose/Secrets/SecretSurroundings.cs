namespace KrakenPlugins.Jose;

/// <summary>What keepers of secrets take from outside; tests replace it.</summary>
internal sealed record SecretSurroundings
{
    /// <summary>An environment variable, or <see langword="null"/>.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}
