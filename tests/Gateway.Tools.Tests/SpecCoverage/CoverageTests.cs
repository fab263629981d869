using SpecCoverage;
using Xunit;

namespace Gateway.Tools.Tests.SpecCoverage;

public sealed class CoverageTests
{
    private static readonly Chapter[] Chapters =
    [
        Chapter.Parse("03-non-rest", ["## Queues", "- **NRC-001** One.", "- **NRC-002** Two.", "## Lambda", "- **NRC-003** Three."]),
        Chapter.Parse("03b-ai", ["## Models", "- **AIG-001** Four.", "- **EXT-001** Five."]),
    ];

    [Fact]
    public void Counts_an_item_once_however_many_tests_name_it()
    {
        var coverage = new Coverage(Chapters, [new Proof("NRC-001", "A.B"), new Proof("NRC-001", "A.C"), new Proof("EXT-001", "A.C")]);

        Assert.Equal(["03-non-rest  1/3", "03b-ai       1/2", "total        2/5"], coverage.ByChapter());
    }

    [Fact]
    public void Counts_by_section_whose_heading_contains_a_text_in_any_case()
    {
        var coverage = new Coverage(Chapters, [new Proof("NRC-003", "A.B")]);

        Assert.Equal(["03-non-rest  Lambda  1/1", "total                1/1"], coverage.BySection("LAMB"));
        Assert.Equal(4, coverage.BySection("").Count());
    }

    [Theory]
    [InlineData(null, null, "NRC-002 NRC-003 AIG-001 EXT-001")]
    [InlineData("nrc", null, "NRC-002 NRC-003")]
    [InlineData("03", null, "NRC-002 NRC-003")]
    [InlineData("03b", null, "AIG-001 EXT-001")]
    [InlineData("EXT", null, "EXT-001")]
    [InlineData(null, "queue", "NRC-002")]
    [InlineData("RTE", null, "")]
    public void Lists_what_has_no_test_by_prefix_chapter_and_section(string? filter, string? section, string expected)
    {
        var coverage = new Coverage(Chapters, [new Proof("NRC-001", "A.B")]);

        IEnumerable<string> ids = coverage.Missing(filter, section).Select(line => line.Split(' ')[0]);

        Assert.Equal(expected, string.Join(' ', ids));
    }

    [Fact]
    public void Cuts_a_long_item_at_a_word()
    {
        string words = string.Concat(Enumerable.Repeat("word ", 40)).TrimEnd();
        var coverage = new Coverage([Chapter.Parse("x", [$"- **AAA-001** {words}"])], []);

        string line = Assert.Single(coverage.Missing(null, null));

        Assert.EndsWith(" word …", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 80, 120);
    }

    [Fact]
    public void Names_the_tests_of_an_ID_that_no_chapter_defines()
    {
        var coverage = new Coverage(Chapters, [new Proof("NRC-001", "A.B"), new Proof("NRC-0O2", "A.C"), new Proof("NRC-0O2", "A.D")]);

        Assert.Equal(["\"NRC-0O2\" on A.C, A.D is no item of the specification"], coverage.Unknown());
    }
}
