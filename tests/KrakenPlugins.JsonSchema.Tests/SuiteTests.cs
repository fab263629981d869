using Xunit;

namespace KrakenPlugins.JsonSchema.Tests;

public sealed class SuiteTests
{
    private static readonly Dictionary<string, string> s_known = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "KnownOptional.txt"))
        .Where(l => l.Length > 0 && l[0] != '#')
        .ToDictionary(l => l[..l.LastIndexOf(" | ", StringComparison.Ordinal)], l => l[(l.LastIndexOf(" | ", StringComparison.Ordinal) + 3)..]);

    public static TheoryData<string> RequiredFiles => [.. OfficialSuite.Files(optional: false)];

    public static TheoryData<string> OptionalFiles => [.. OfficialSuite.Files(optional: true)];

    [Theory]
    [MemberData(nameof(RequiredFiles))]
    public void Decides_every_required_case_as_the_official_suite_does(string file) =>
        Assert.Equal("", string.Join('\n', OfficialSuite.Failures(file)));

    [Theory]
    [MemberData(nameof(OptionalFiles))]
    public void Decides_every_optional_case_as_the_official_suite_does_except_those_that_are_listed(string file)
    {
        var failures = OfficialSuite.Failures(file).ToDictionary(f => string.Join(" | ", f.Split(" | ").Take(3)), f => f);

        Assert.Equal("", string.Join('\n', failures.Where(f => !s_known.ContainsKey(f.Key)).Select(f => f.Value)));
        var nowHold = s_known.Keys.Where(k => k.StartsWith(file + " | ", StringComparison.Ordinal)).Except(failures.Keys);
        Assert.Empty(nowHold);
    }

    [Fact]
    public void Lists_only_optional_cases_of_files_that_exist_each_with_a_reason()
    {
        var files = OfficialSuite.Files(optional: true).ToHashSet();

        Assert.All(s_known, k => Assert.True(files.Contains(k.Key.Split(" | ")[0]) && k.Value.Length > 0, k.Key));
    }
}
