namespace KrakenPlugins.Jose;

/// <summary>What came of asking for a key set: the set, or why there is none.</summary>
public readonly struct JwkResult
{
    private JwkResult(JwkSet? set, ReadOnlyMemory<byte> json, string? failure)
    {
        Set = set;
        Json = json;
        Failure = failure;
    }

    /// <summary>The set, or <see langword="null"/>.</summary>
    public JwkSet? Set { get; }

    /// <summary>The document that the set was read from.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Why there is none, for the log; <see langword="null"/> with a set.</summary>
    public string? Failure { get; }

    /// <summary>A result with a set.</summary>
    public static JwkResult Of(JwkSet set, ReadOnlyMemory<byte> json) => new(set, json, null);

    /// <summary>A failure.</summary>
    public static JwkResult Failed(string failure) => new(null, default, failure);
}
