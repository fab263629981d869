using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.RateLimit;

/// <summary><c>qos/ratelimit/router</c> and <c>qos/ratelimit/service</c>.</summary>
[ConfigHint("maxRate", "the attribute is \"max_rate\"; the protection is not active")]
[ConfigHint("clientMaxRate", "the attribute is \"client_max_rate\"; the protection is not active")]
internal sealed class LimitSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Requests of all clients per <see cref="Every"/>; 0 or less for any number.</summary>
    public double MaxRate { get; init; }

    /// <summary>Burst of all clients; 0 for what one second admits.</summary>
    public long Capacity { get; init; }

    /// <summary>Requests of each client per <see cref="Every"/>; 0 or less for any number.</summary>
    public double ClientMaxRate { get; init; }

    /// <summary>Burst of each client; 0 for what one second admits.</summary>
    public long ClientCapacity { get; init; }

    /// <summary>Window of both rates.</summary>
    public string Every { get; init; } = "1s";

    /// <summary>How clients are told apart.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>Header, placeholder or claim.</summary>
    public string Key { get; init; } = "";

    /// <summary>Groups of clients.</summary>
    public int NumShards { get; init; } = 2048;

    /// <summary>Pause between two looks for clients to forget.</summary>
    public string CleanupPeriod { get; init; } = "1m";

    /// <summary>Accepted for compatibility; one is enough.</summary>
    public int CleanupThreads { get; init; } = 1;

    /// <summary>Clients with a bucket of their own.</summary>
    public int MaxClients { get; init; } = 1_000_000;

    /// <summary>Whether answers tell what is left.</summary>
    public bool Headers { get; init; }

    /// <summary>Whether nothing is refused, only noted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Answer when the shared bucket is empty.</summary>
    public RefusalSettings? Error { get; init; }

    /// <summary>Answer when the bucket of the client is empty, or the client is unknown.</summary>
    public RefusalSettings? ClientError { get; init; }
}

/// <summary><c>qos/ratelimit/proxy</c>.</summary>
[ConfigHint("maxRate", "the attribute is \"max_rate\"; the protection is not active")]
internal sealed class BackendSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Calls per <see cref="Every"/>; 0 or less for any number.</summary>
    public double MaxRate { get; init; }

    /// <summary>Burst; 0 for what one second admits.</summary>
    public long Capacity { get; init; }

    /// <summary>Window of the rate.</summary>
    public string Every { get; init; } = "1s";

    /// <summary>Whether nothing is refused, only noted.</summary>
    public bool DryRun { get; init; }

    /// <summary>The failure of a refused call.</summary>
    public RefusalSettings? Error { get; init; }
}

/// <summary>What a refused request gets.</summary>
internal sealed class RefusalSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Status; 0 for the limit's own.</summary>
    public int Status { get; init; }

    /// <summary>Body; empty for none.</summary>
    public string Body { get; init; } = "";

    /// <summary>Content-Type of the body.</summary>
    public string ContentType { get; init; } = "application/json";
}
