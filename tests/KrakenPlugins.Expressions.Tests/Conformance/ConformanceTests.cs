using System.Text.RegularExpressions;
using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>The public suite of the language (github.com/google/cel-spec, tests/simple).</summary>
public sealed partial class ConformanceTests
{
    private static readonly Dictionary<string, ConformanceCase> s_run = ConformanceCase.All.Where(c => !Exclusions.Has(c.Id)).ToDictionary(c => c.Id);

    public static TheoryData<string> Cases => [.. s_run.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Spec("SEC-085", "SEC-086", "SEC-087", "SEC-088")]
    public void Does_what_the_public_suite_says(string id) => ConformanceRun.Run(s_run[id].Test);

    [Fact]
    public void Runs_every_case_that_needs_no_protobuf_message()
    {
        Assert.Equal(2456, ConformanceCase.All.Count);
        Assert.True(s_run.Count >= 1743, $"{s_run.Count} cases");
    }

    [Fact]
    public void Excludes_only_cases_that_exist_and_need_messages()
    {
        foreach (var (entry, reason) in Exclusions.All)
        {
            var named = ConformanceCase.All.Where(c => Exclusions.Names(entry, c.Id)).ToArray();

            Assert.NotEmpty(named);
            Assert.NotEmpty(reason);
            Assert.Contains(named, c => NeedsMessages(c.Test));
        }
    }

    [Fact]
    public void Excludes_every_single_case_for_its_messages() =>
        Assert.DoesNotContain(Exclusions.All.Keys, entry => !entry.EndsWith('*') && !NeedsMessages(ConformanceCase.All.Single(c => c.Id == entry).Test));

    private static bool NeedsMessages(ProtoMessage test) => test.Any(field => MessageName().IsMatch(field.Name) || MessageName().IsMatch(field.Text));

    [GeneratedRegex("TestAllTypes|conformance|google[.]protobuf[.](?!Timestamp|Duration)|^enum_value$|GlobalEnum")]
    private static partial Regex MessageName();
}
