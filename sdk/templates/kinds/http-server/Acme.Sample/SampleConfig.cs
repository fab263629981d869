using KrakenPlugins.Sdk.Configuration;

namespace Acme.Sample;

/// <summary>The member <c>acme.sample</c> of <c>plugin/http-server</c>. Attributes are the properties in snake_case.</summary>
public sealed class SampleConfig
{
    /// <summary>Path, compared exactly.</summary>
    [ConfigRequired]
    public string Path { get; init; } = "";

    /// <summary>Body of the answer.</summary>
    public string Text { get; init; } = "";
}
