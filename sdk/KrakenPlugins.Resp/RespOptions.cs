using System.Net.Security;
using KrakenPlugins.Resp.Telemetry;

namespace KrakenPlugins.Resp;

/// <summary>How a <see cref="RespClient"/> connects, and its bounds.</summary>
public sealed record RespOptions
{
    /// <summary>Name of the pool, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>ACL user; empty for the default user.</summary>
    public string User { get; init; } = "";

    /// <summary>Password; empty for none.</summary>
    public string Password { get; init; } = "";

    /// <summary>Name that the server's list of clients shows; empty for none.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>Database that every connection selects; 0 in clusters.</summary>
    public int Database { get; init; }

    /// <summary>The longest that connecting, handshakes of TLS and credentials included, may take.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long commands wait for a lost connection to be made again before they fail at once; eight times as long for the first one, which
    /// loads the platform's cryptography.
    /// </summary>
    public TimeSpan DialGrace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the options of a TLS handshake with a host; <see langword="null"/> for clear text.</summary>
    public Func<string, SslClientAuthenticationOptions>? Tls { get; init; }

    /// <summary>Commands in flight at once; 0 for as many as <see cref="MaxPending"/>.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>How long a command waits while <see cref="MaxInFlight"/> are in flight.</summary>
    public TimeSpan PoolTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often a command is sent again.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Shortest pause before that.</summary>
    public TimeSpan MinRetryBackoff { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>Longest pause before that.</summary>
    public TimeSpan MaxRetryBackoff { get; init; } = TimeSpan.FromMilliseconds(512);

    /// <summary>Redirections of a cluster that a command follows.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>Commands that wait for answers on one connection, those included whose caller went away.</summary>
    public int MaxPending { get; init; } = 16_384;

    /// <summary>Bytes that wait to be sent on one connection.</summary>
    public int MaxUnsentBytes { get; init; } = 8 << 20;

    /// <summary>Bytes of one reply.</summary>
    public int MaxReplyBytes { get; init; } = 4 << 20;

    /// <summary>A connection on which commands wait and nothing comes for so long is replaced.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Measures; <see langword="null"/> for none. Whoever made them disposes them.</summary>
    public RespMetrics? Metrics { get; init; }

    /// <summary>Makes spans; <see langword="null"/> for none. Whoever made them disposes them.</summary>
    public RespTraces? Traces { get; init; }

    /// <summary>Told of connections made (<see langword="null"/>) and lost or refused (why), with the address; does not throw.</summary>
    public Action<RespAddress, string?>? Connection { get; init; }
}
