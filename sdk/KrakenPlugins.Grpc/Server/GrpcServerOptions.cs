using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KrakenPlugins.Grpc.Server;

/// <summary>What a server takes and how long.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Sizes of messages and metadata.</summary>
    public GrpcLimits Limits { get; init; } = new();

    /// <summary>Calls under way at once, of all connections together; a further one ends with RESOURCE_EXHAUSTED. 10,000 by default.</summary>
    public int MaxConcurrentCalls { get; init; } = 10_000;

    /// <summary>Streams of one connection at once, as HTTP/2 announces them; 1,000 by default.</summary>
    public int MaxStreamsPerConnection { get; init; } = 1_000;

    /// <summary>Time that a call may take, whatever its client allows; <see langword="null"/>, the default, for no limit.</summary>
    public TimeSpan? MaxCallTime { get; init; }

    /// <summary>Silence of a connection after which it is pinged; 60 s by default, <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for the answer to a ping, after which the connection is closed; 20 s by default.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Sets what Kestrel itself decides for connections that carry gRPC: streams, pings and headers within the limits here; no limit for the
    /// body of a request and no least speed either way, because streams may rest for as long as both sides like.
    /// </summary>
    public void ApplyTo(KestrelServerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.KeepAlivePingDelay = KeepAlivePingDelay == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = KeepAlivePingTimeout;
        // Kestrel counts name and value; what is over our own limit but under its limit gets a status instead of a reset.
        limits.MaxRequestHeadersTotalSize = Math.Max(limits.MaxRequestHeadersTotalSize, 2 * Limits.MaxMetadataBytes);
        limits.MaxRequestHeaderCount = Math.Max(limits.MaxRequestHeaderCount, 2 * Limits.MaxMetadataEntries);
        limits.Http2.MaxRequestHeaderFieldSize = Math.Max(limits.Http2.MaxRequestHeaderFieldSize, Limits.MaxMetadataBytes);
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }
}
