using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Testing;

namespace KrakenPlugins.Tiers.Tests;

internal sealed class Entry
{
    public ConfigSource? Source { get; init; }

    public string? TierValue { get; init; }

    public string TierValueAs { get; init; } = "literal";
}

internal sealed class Document
{
    public ConfigSource? Source { get; init; }

    public string TierKey { get; init; } = "";

    public IReadOnlyList<Entry> Tiers { get; init; } = [];
}

internal static class Rig
{
    /// <summary>Reads a document with tier_key and tiers, as plugins do.</summary>
    public static TierSelector? Read(string json, out IReadOnlyList<ConfigDiagnostic> findings)
    {
        var diagnostics = new ConfigDiagnostics();
        var document = new ConfigBinder(diagnostics).Bind<Document>(TestConfig.Parse(json), ConfigPath.Root.Member("tiered"));
        var selector = TierSelector.Create(document.Source!, document.TierKey, [.. document.Tiers.Select(static t => new TierSettings(t.Source!, t.TierValue, t.TierValueAs))], diagnostics);
        findings = diagnostics.All;
        return selector;
    }

    /// <summary>A selector of these tiers, about which there is nothing to say.</summary>
    public static TierSelector Of(string tiers)
    {
        var selector = Read($$"""{"tier_key":"X-Plan","tiers":[{{tiers}}]}""", out var findings);
        Assert.Empty(findings);
        return selector!;
    }
}
