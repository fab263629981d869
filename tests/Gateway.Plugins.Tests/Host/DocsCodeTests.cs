using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>
/// The C# in the documentation compiles against the SDK as it is: each block alone, one of the kind <c>csharp test</c> with the testing
/// package and the blocks before it on its page.
/// </summary>
public sealed partial class DocsCodeTests
{
    private static readonly Lazy<Dictionary<string, byte[]>> s_testing = new(static () => new[] { "KrakenPlugins.Sdk.Testing", "xunit.core", "xunit.assert" }
        .ToDictionary(static n => n, static n => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, $"{n}.dll"))));

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "plugins"), "README.md", SearchOption.AllDirectories))
            .Where(static f => Block().IsMatch(File.ReadAllText(f)))
            .Select(static f => Path.GetRelativePath(RepositoryRoot.Find(), f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_block_of_code_compiles(string file)
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), file));
        var before = "";
        foreach (Match block in Block().Matches(page))
        {
            var code = block.Groups["code"].Value;
            if (block.Groups["kind"].Value.Length > 0)
            {
                Assert.NotEmpty(PluginSmith.Assembly("Documentation", code + before, s_testing.Value, imports: true));
                continue;
            }
            Assert.NotEmpty(PluginSmith.Library("Documentation", "1.0.0.0", code).Image);
            before += code;
        }
    }

    [GeneratedRegex("^```csharp(?<kind> test)?\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
