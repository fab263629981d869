namespace Gateway.Core.Transport;

/// <summary>What a backend may cost at most. Everything here bounds memory or work that somebody outside controls.</summary>
public sealed record TransportLimits
{
    /// <summary>The limits when nothing is configured.</summary>
    public static TransportLimits Default { get; } = new();

    /// <summary>Bytes of one response head, status line included.</summary>
    public int MaxResponseHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Header lines of one response.</summary>
    public int MaxResponseHeaders { get; init; } = 2_000;

    /// <summary>Bytes of one request head.</summary>
    public int MaxRequestHeadBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of chunk extensions and trailers of one response.</summary>
    public int MaxChunkOverheadBytes { get; init; } = 64 << 10;

    /// <summary>Bytes that one compressed body may inflate to.</summary>
    public long MaxInflatedBytes { get; init; } = 256L << 20;

    /// <summary>Inflated bytes per compressed byte, checked once 1 MiB was inflated.</summary>
    public int MaxInflateRatio { get; init; } = 1_000;
}
