using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ApiKeys;

/// <summary><c>auth/api-keys</c> of the service.</summary>
[ConfigHint("client_max_rate", "a rate belongs to the \"auth/api-keys\" of an endpoint")]
[ConfigHint("roles", "roles stand with each key, and in the \"auth/api-keys\" of endpoints")]
internal sealed class ServiceSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The known keys.</summary>
    public IReadOnlyList<KeySettings>? Keys { get; init; }

    /// <summary>File with more of them.</summary>
    public string KeysFile { get; init; } = "";

    /// <summary>Where the key is looked for.</summary>
    [ConfigValues("header", "query_string")]
    public string Strategy { get; init; } = "header";

    /// <summary>Name of header or parameter; empty for the strategy's own.</summary>
    public string Identifier { get; init; } = "";

    /// <summary>How keys are stored.</summary>
    [ConfigValues("plain", "fnv128", "sha256", "sha1")]
    public string Hash { get; init; } = "plain";

    /// <summary>Put in front of a key before it is hashed.</summary>
    public string Salt { get; init; } = "";

    /// <summary>Header that gets the role; empty for none.</summary>
    public string PropagateRole { get; init; } = "";

    /// <summary>The name in effect.</summary>
    public string EffectiveIdentifier => Identifier.Length > 0 ? Identifier : Strategy == "header" ? "Authorization" : "key";
}

/// <summary>One of its <c>keys</c>.</summary>
internal sealed class KeySettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The key or its hash.</summary>
    [ConfigRequired]
    public string Key { get; init; } = "";

    /// <summary>Roles of whoever has it.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary><c>auth/api-keys</c> of an endpoint.</summary>
[ConfigHint("keys", "the keys stand in the \"auth/api-keys\" of the service")]
internal sealed class EndpointSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Admitted roles; empty admits every key.</summary>
    [ConfigRequired]
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Where the key is looked for; <see langword="null"/> for the service's.</summary>
    [ConfigValues("header", "query_string")]
    public string? Strategy { get; init; }

    /// <summary>Name of header or parameter; empty for the service's.</summary>
    public string Identifier { get; init; } = "";

    /// <summary>Requests per second and key; 0 for any number.</summary>
    public double ClientMaxRate { get; init; }
}
