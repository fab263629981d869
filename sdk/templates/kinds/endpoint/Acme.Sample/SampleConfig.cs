using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>What stands under <c>acme/sample</c> in an endpoint's <c>extra_config</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Where it stands, for findings.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Name of the header.</summary>
    [ConfigRequired]
    public string Header { get; init; } = "";

    /// <summary>HTTP status of a refusal, 400 to 499.</summary>
    public int Status { get; init; } = 400;
}
