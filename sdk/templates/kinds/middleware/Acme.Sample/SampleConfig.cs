using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>The member <c>acme.sample</c> of <c>plugin/middleware</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Text of the field <c>fallback</c>.</summary>
    [ConfigRequired]
    public string Text { get; init; } = "";
}
