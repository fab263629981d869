using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>What stands under <c>acme/sample</c> in a backend's <c>extra_config</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Text of the answer.</summary>
    [ConfigRequired]
    public string Text { get; init; } = "";
}
