using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>What stands under <c>acme/sample</c> in an endpoint's <c>extra_config</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Name of the field.</summary>
    public string Field { get; init; } = "note";

    /// <summary>Its text.</summary>
    [ConfigRequired]
    public string Text { get; init; } = "";
}
