namespace KrakenPlugins.Jose;

/// <summary>What came of asking for a key set: the set, or why there is none.</summary>
public readonly struct JwkResult
{
    private JwkResult(JwkSet? set, ReadOnlyMemory<byte> json, TimeSpan freshFor, string? failure)
    {
        Set = set;
        Json = json;
        FreshFor = freshFor;
        Failure = failure;
    }

    /// <summary>The set, or <see langword="null"/>.</summary>
    public JwkSet? Set { get; }

    /// <summary>The document that the set was read from.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>
    /// How long the server says that the set may be kept: <c>max-age</c> of <c>Cache-Control</c>, less <c>Age</c>; zero for <c>no-store</c>,
    /// <c>no-cache</c> and a server that says nothing.
    /// </summary>
    public TimeSpan FreshFor { get; }

    /// <summary>Why there is none, for the log; <see langword="null"/> with a set.</summary>
    public string? Failure { get; }

    /// <summary>A result with a set.</summary>
    public static JwkResult Of(JwkSet set, ReadOnlyMemory<byte> json, TimeSpan freshFor = default) => new(set, json, freshFor, null);

    /// <summary>A failure.</summary>
    public static JwkResult Failed(string failure) => new(null, default, default, failure);
}
