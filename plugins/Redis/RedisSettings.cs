using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Redis;

/// <summary>The namespace <c>redis</c>.</summary>
internal class RedisSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Single servers.</summary>
    public IReadOnlyList<PoolSettings> ConnectionPools { get; init; } = [];

    /// <summary>Clusters.</summary>
    public IReadOnlyList<PoolSettings> Clusters { get; init; } = [];
}

/// <summary>The namespace with what predates its schema (TRF-081).</summary>
internal sealed class WrittenSettings : RedisSettings
{
    /// <summary>Old name of <see cref="RedisSettings.ConnectionPools"/>; both lists count.</summary>
    public IReadOnlyList<PoolSettings> Nodes { get; init; } = [];
}

/// <summary>A server or a cluster.</summary>
internal sealed class PoolSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Name that components use.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";

    /// <summary>Where a server is.</summary>
    public string Address { get; init; } = "";

    /// <summary>Old name of <see cref="Address"/>.</summary>
    public string Host { get; init; } = "";

    /// <summary>Where members of a cluster are.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Database of a server.</summary>
    public int Db { get; init; }

    /// <summary>Redirections that a command follows in a cluster.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>Name in the server's list of clients.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>ACL user.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Password.</summary>
    public string Password { get; init; } = "";

    /// <summary>Bound of connecting.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Commands in flight; 0 for as many as the connection takes.</summary>
    public int PoolSize { get; init; }

    /// <summary>How long a command waits for its turn.</summary>
    public TimeSpan PoolTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>No effect (TRF-331).</summary>
    public int MinIdleConns { get; init; }

    /// <summary>No effect.</summary>
    public int MaxIdleConns { get; init; }

    /// <summary>No effect.</summary>
    public int MaxActiveConns { get; init; }

    /// <summary>No effect.</summary>
    public TimeSpan ConnMaxIdleTime { get; init; }

    /// <summary>No effect.</summary>
    public TimeSpan ConnMaxLifeTime { get; init; }

    /// <summary>How often a command is sent again; -1 for never.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Shortest pause before that.</summary>
    public TimeSpan MinRetryBackoff { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>Longest pause before that.</summary>
    public TimeSpan MaxRetryBackoff { get; init; } = TimeSpan.FromMilliseconds(512);

    /// <summary>TLS; <see langword="null"/> for clear text.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>What telemetry shows.</summary>
    public TelemetrySettings Opentelemetry { get; init; } = new();
}

/// <summary><c>opentelemetry</c> of a server or a cluster.</summary>
internal sealed class TelemetrySettings
{
    /// <summary>Whether there are no metrics.</summary>
    public bool DisableMetrics { get; init; }

    /// <summary>Whether there are no spans.</summary>
    public bool DisableTraces { get; init; }

    /// <summary>Attributes of every span.</summary>
    public IReadOnlyList<AttributeSettings> TracesStaticAttributes { get; init; } = [];
}

/// <summary>An attribute of spans.</summary>
internal sealed class AttributeSettings
{
    /// <summary>Name.</summary>
    [ConfigRequired]
    public string Key { get; init; } = "";

    /// <summary>Value.</summary>
    [ConfigRequired]
    public string Value { get; init; } = "";
}

/// <summary><c>tls</c> of a server or a cluster.</summary>
internal sealed class TlsSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Accepts any certificate.</summary>
    public bool AllowInsecureConnections { get; init; }

    /// <summary>PEM files of authorities.</summary>
    public IReadOnlyList<string> CaCerts { get; init; } = [];

    /// <summary>Whether only those count.</summary>
    public bool DisableSystemCaPool { get; init; }

    /// <summary>Lowest version.</summary>
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MinVersion { get; init; } = "TLS13";

    /// <summary>Highest version.</summary>
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MaxVersion { get; init; } = "TLS13";

    /// <summary>The platform offers all three of the language always.</summary>
    public IReadOnlyList<int> CurvePreferences { get; init; } = [];

    /// <summary>IANA numbers of suites; empty for the platform's.</summary>
    public IReadOnlyList<int> CipherSuites { get; init; } = [];

    /// <summary>Certificates of the gateway; shown is the first one whose issuer the server accepts, or the first.</summary>
    public IReadOnlyList<ClientCertSettings> ClientCerts { get; init; } = [];
}

/// <summary>A certificate and its key.</summary>
internal sealed class ClientCertSettings
{
    /// <summary>PEM file.</summary>
    [ConfigRequired]
    public string Certificate { get; init; } = "";

    /// <summary>PEM file.</summary>
    [ConfigRequired]
    public string PrivateKey { get; init; } = "";
}
