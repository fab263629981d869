using System.Net.Security;

namespace KrakenPlugins.Grpc.Client;

/// <summary>Where a channel leads and what it takes.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary><c>http://host:port</c> (clear text), <c>https://host:port</c>, or <c>unix:/path/of/socket</c> (clear text).</summary>
    public required string Address { get; init; }

    /// <summary>Sizes of messages and metadata.</summary>
    public GrpcLimits Limits { get; init; } = new();

    /// <summary>Settings of TLS for <c>https</c>; the platform's defaults when <see langword="null"/>.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Opens connections in place of the channel itself, so that the caller can look at the peer first. <see cref="Address"/> still gives scheme and authority.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>Time for opening a connection; 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Silence of a connection after which it is pinged, with calls or without; never by default, because other implementations' servers close
    /// connections that ping them more often than every five minutes. For peers that are known to bear it.
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Time for the answer to a ping, after which the connection and its calls fail; 20 s by default.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time without calls after which a connection is closed; 5 min by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether further connections are opened when the server's limit of streams is reached; calls wait otherwise.</summary>
    public bool AllowsManyConnections { get; init; } = true;

    /// <summary>Bytes that a server may send ahead on one stream; 64 KiB by default. The platform lets it grow on fast, far connections.</summary>
    public int InitialStreamWindow { get; init; } = 64 * 1024;

    /// <summary>What the channel calls itself.</summary>
    public string UserAgent { get; init; } = $"grpc-krakenplugins/{typeof(GrpcChannelOptions).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The clock of timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
