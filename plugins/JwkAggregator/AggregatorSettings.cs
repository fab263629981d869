using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JwkAggregator;

/// <summary><c>jwk-aggregator</c> in <c>plugin/http-server</c>.</summary>
internal sealed class AggregatorSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Port on the loopback addresses.</summary>
    [ConfigRequired]
    public int Port { get; init; }

    /// <summary>URLs of the key sets.</summary>
    [ConfigRequired]
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Whether the keys of an origin are kept as long as it says.</summary>
    public bool Cache { get; init; }
}
