using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Basic;

/// <summary><c>auth/basic</c>, of the service or of an endpoint.</summary>
internal class BasicSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>File with users; empty for none.</summary>
    public string HtpasswdPath { get; init; } = "";

    /// <summary>Users with their hashes.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();
}

/// <summary><c>basic-auth</c> of <c>plugin/http-server</c>.</summary>
internal sealed class LegacySettings : BasicSettings
{
    /// <summary>Paths of the protected endpoints.</summary>
    [ConfigRequired]
    public IReadOnlyList<string> Endpoints { get; init; } = [];
}
