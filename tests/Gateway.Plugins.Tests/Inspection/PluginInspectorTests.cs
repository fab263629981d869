using Gateway.Core.Plugins;
using Gateway.Inspection;
using Gateway.Testing;

namespace Gateway.Plugins.Tests.Inspection;

/// <summary>What <c>plugin check</c> finds, over plugins that are broken in the ways in which authors break them, and over good ones.</summary>
public sealed class PluginInspectorTests : IDisposable
{
    private readonly PluginSmith _smith = new();

    public static TheoryData<string> Broken => [.. BrokenPlugins.All.Keys];

    public static TheoryData<string> Good => [.. GoodPlugins.All.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public void Finds_what_is_wrong(string name)
    {
        var (code, make) = BrokenPlugins.All[name];

        var findings = Inspect(make(_smith));

        Assert.Contains(findings, f => f.Code == code);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Finds_nothing_wrong_with_a_good_plugin(string name)
    {
        var findings = Inspect(GoodPlugins.All[name](_smith));

        Assert.DoesNotContain(findings, static f => f.Severity != FindingSeverity.Info);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Every_finding_says_where_what_and_what_to_do(string name)
    {
        foreach (var finding in Inspect(BrokenPlugins.All[name].Make(_smith)))
        {
            Assert.NotEmpty(finding.File);
            Assert.NotEmpty(finding.Message);
            Assert.NotEmpty(finding.Remedy);
            Assert.False(Path.IsPathRooted(finding.File));
        }
    }

    [Fact]
    public void Every_code_is_documented()
    {
        var table = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "plugins", "check.md"));
        var codes = typeof(FindingCode).GetFields().Select(static f => (string)f.GetRawConstantValue()!).ToArray();

        Assert.All(codes, code => Assert.Contains($"| {code} |", table, StringComparison.Ordinal));
        Assert.Equal(codes.Length, codes.Distinct().Count());
    }

    [Fact]
    public void Damaged_metadata_is_a_finding_and_never_an_exception()
    {
        var folder = Corpus.Make(_smith);
        var file = Path.Combine(folder, "acme.x.dll");
        var whole = File.ReadAllBytes(file);
        var random = new Random(4711);

        for (var i = 0; i < 300; i++)
        {
            var damaged = whole.ToArray();
            for (var j = 0; j < 8; j++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(file, damaged);
            _ = PluginInspector.Inspect(folder);
        }

        Assert.All(Enumerable.Range(1, 20), n =>
        {
            File.WriteAllBytes(file, whole[..(whole.Length * n / 21)]);
            Assert.Contains(PluginInspector.Inspect(folder), static f => f.Severity == FindingSeverity.Error);
        });
    }

    public void Dispose() => _smith.Dispose();

    private IReadOnlyList<PluginFinding> Inspect(string folder) =>
        PluginInspector.Inspect(folder, PluginCatalog.Discover(PluginSearch.None with { CommandLine = [_smith.Folder] }, null));
}
