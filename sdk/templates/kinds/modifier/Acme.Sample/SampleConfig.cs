using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>The member <c>acme.sample</c> of <c>plugin/req-resp-modifier</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Name of the tenant.</summary>
    [ConfigRequired]
    public string Tenant { get; init; } = "";
}
