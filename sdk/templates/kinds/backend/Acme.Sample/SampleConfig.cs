using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>What stands under <c>acme/sample</c> in a backend's <c>extra_config</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Name of the header.</summary>
    [ConfigRequired]
    public string Header { get; init; } = "";

    /// <summary>Its value.</summary>
    public string Value { get; init; } = "";
}
