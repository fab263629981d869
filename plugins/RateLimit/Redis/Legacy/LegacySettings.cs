using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.RateLimit.Redis.Legacy;

/// <summary><c>redis-ratelimit</c> of <c>plugin/http-server</c>.</summary>
internal sealed class LegacySettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Server, <c>host:port</c>.</summary>
    [ConfigRequired]
    public string Host { get; init; } = "";

    /// <summary>How clients are told apart.</summary>
    [ConfigRequired]
    [ConfigValues("jwt", "ip", "url", "path", "header", "param", "cookie")]
    public string Tokenizer { get; init; } = "";

    /// <summary>Header, cookie, placeholder or claim.</summary>
    public string TokenizerField { get; init; } = "";

    /// <summary>Requests of a client at once.</summary>
    [ConfigRequired]
    public long Burst { get; init; }

    /// <summary>Requests of a client per <see cref="Period"/>.</summary>
    [ConfigRequired]
    public double Rate { get; init; }

    /// <summary>Window of the rate.</summary>
    [ConfigRequired]
    public string Period { get; init; } = "";
}
