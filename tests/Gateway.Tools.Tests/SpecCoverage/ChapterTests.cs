using SpecCoverage;
using Xunit;

namespace Gateway.Tools.Tests.SpecCoverage;

public sealed class ChapterTests
{
    [Fact]
    public void Finds_items_with_their_section_and_text()
    {
        Chapter chapter = Chapter.Parse("02-routing",
        [
            "# Routing",
            "- **AAA-001** Before any section.",
            "## Endpoints  `endpoints[]`",
            "Config:",
            "| a | b |",
            "- **RTE-014** Registration cost is paid at startup only.",
            "  - **RTE-999** A nested point is no item.",
            "## Health",
            "- **RTE-041** Health answers 200.",
        ]);

        Assert.Equal(
            [
                new SpecItem("AAA-001", "", "Before any section."),
                new SpecItem("RTE-014", "Endpoints  `endpoints[]`", "Registration cost is paid at startup only."),
                new SpecItem("RTE-041", "Health", "Health answers 200."),
            ],
            chapter.Items);
    }

    [Theory]
    [InlineData("- **Merge semantics.** Text in bold.")]
    [InlineData("- **rte-014** Lower case.")]
    [InlineData("- RTE-014 Not bold.")]
    [InlineData("- **RTE-14** Too few digits.")]
    [InlineData("See **RTE-014** in the middle of a line.")]
    [InlineData("* **RTE-014** Another bullet.")]
    public void Takes_nothing_else_for_an_item(string line)
    {
        Assert.Empty(Chapter.Parse("x", [line]).Items);
    }

    [Fact]
    public void Defines_nothing_within_a_code_fence()
    {
        Chapter chapter = Chapter.Parse("x", ["```markdown", "- **RTE-001** An example.", "## No section", "```", "- **RTE-002** An item."]);

        Assert.Equal([new SpecItem("RTE-002", "", "An item.")], chapter.Items);
    }

    [Fact]
    public void Reads_the_chapters_of_a_folder_in_the_order_of_their_names()
    {
        using var folder = new TemporaryFolder();
        folder.Write("03b-ai.md", "- **AIG-001** a");
        folder.Write("01-config.md", "- **CFG-001** a\n- **CFG-002** b");
        folder.Write("notes.txt", "- **TXT-001** a");

        IReadOnlyList<Chapter> chapters = Chapter.ReadFolder(folder.Path);

        Assert.Equal(["01-config", "03b-ai"], chapters.Select(chapter => chapter.Name));
        Assert.Equal([2, 1], chapters.Select(chapter => chapter.Items.Count));
    }

    [Fact]
    public void Refuses_an_ID_that_is_defined_twice()
    {
        using var folder = new TemporaryFolder();
        folder.Write("01-config.md", "- **CFG-001** a");
        folder.Write("02-routing.md", "- **CFG-001** b");

        var error = Assert.Throws<SpecException>(() => Chapter.ReadFolder(folder.Path));

        Assert.Equal("CFG-001 is defined in 01-config and again in 02-routing", error.Message);
    }

    [Fact]
    public void Refuses_a_folder_without_a_single_item()
    {
        using var folder = new TemporaryFolder();
        folder.Write("README.md", "nothing here");

        var error = Assert.Throws<SpecException>(() => Chapter.ReadFolder(folder.Path));

        Assert.Contains("no item of the form", error.Message, StringComparison.Ordinal);
    }
}
