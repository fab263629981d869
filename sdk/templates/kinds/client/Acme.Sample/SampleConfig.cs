using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>What stands under <c>acme/sample</c> in a backend's <c>extra_config</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Where it stands, for findings.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>User name, without colon.</summary>
    [ConfigRequired]
    public string User { get; init; } = "";

    /// <summary>Password.</summary>
    [ConfigRequired]
    public string Password { get; init; } = "";
}
