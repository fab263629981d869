using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>The C# in the documentation compiles against the SDK as it is.</summary>
public sealed partial class DocsCodeTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "plugins"), "README.md", SearchOption.AllDirectories))
            .Where(static f => Block().IsMatch(File.ReadAllText(f)))
            .Select(static f => Path.GetRelativePath(RepositoryRoot.Find(), f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_block_of_code_compiles(string file)
    {
        foreach (Match block in Block().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), file))))
            Assert.NotEmpty(PluginSmith.Library("Documentation", "1.0.0.0", block.Groups[1].Value).Image);
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
