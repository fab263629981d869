using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>The member <c>acme.sample</c> of <c>plugin/http-client</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Further attempts after the first, 0 to 5.</summary>
    public int Retries { get; init; } = 1;
}
