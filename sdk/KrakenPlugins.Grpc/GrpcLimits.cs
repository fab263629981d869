namespace KrakenPlugins.Grpc;

/// <summary>What one call may cost. The same numbers hold at both ends.</summary>
public sealed record GrpcLimits
{
    /// <summary>Bytes of a message that is received, decompressed and as it comes; 4 MiB by default.</summary>
    public int MaxReceivedMessage { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of a message that is sent, before compression; 4 MiB by default.</summary>
    public int MaxSentMessage { get; init; } = 4 * 1024 * 1024;

    /// <summary>Entries of metadata in one block of headers or trailers that is received; 100 by default.</summary>
    public int MaxMetadataEntries { get; init; } = 100;

    /// <summary>Bytes of metadata in one such block, counted as HTTP/2 does (name, value, and 32 for each entry); 16 KiB by default.</summary>
    public int MaxMetadataBytes { get; init; } = 16 * 1024;
}
