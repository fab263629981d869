using Gateway.Core.Configuration.Flexible;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

public sealed class SourceMapTests
{
    // base.tmpl is "{\n  \"a\": {{ .x }},\n{{ template \"t\" }}\n}", t.tmpl is " \"b\":\n  2".
    private const string Rendered = "{\n  \"a\": 12345,\n \"b\":\n  2\n}";

    private readonly SourceMap _map = new(Rendered,
    [
        new(0, new("base.tmpl", 1, 1), IsVerbatim: true),
        new(9, new("base.tmpl", 2, 11), IsVerbatim: false),
        new(14, new("base.tmpl", 2, 16), IsVerbatim: true),
        new(16, new("t.tmpl", 1, 1), IsVerbatim: true),
        new(25, new("base.tmpl", 3, 20), IsVerbatim: true),
    ], new("base.tmpl", 0, 0));

    [Theory, Spec("CFG-077")]
    [InlineData(1, 1, "base.tmpl:1:1")]
    [InlineData(2, 3, "base.tmpl:2:3")]
    [InlineData(2, 8, "base.tmpl:2:11")]
    [InlineData(2, 11, "base.tmpl:2:11")]
    [InlineData(2, 13, "base.tmpl:2:16")]
    [InlineData(3, 2, "t.tmpl:1:2")]
    [InlineData(4, 3, "t.tmpl:2:3")]
    [InlineData(5, 1, "base.tmpl:4:1")]
    [InlineData(5, 99, "base.tmpl:4:2")]
    [InlineData(0, 0, "base.tmpl")]
    [InlineData(99, 1, "base.tmpl")]
    public void A_place_of_the_text_leads_to_its_template(int line, int column, string expected) =>
        Assert.Equal(expected, _map.Origin(new("rendered", line, column)).ToString());

    [Fact, Spec("CFG-077")]
    public void A_tree_is_relocated_with_its_names_and_values()
    {
        var tree = _map.Relocate(JsonConfigReader.Read("rendered", Rendered, new ConfigDiagnostics())!);

        Assert.Equal(
            ["base.tmpl:2:3 a base.tmpl:2:11 Number 12345", "t.tmpl:1:2 b t.tmpl:2:3 Number 2"],
            tree.Members.Select(static m => $"{m.NamePosition} {m.Name} {m.Value.Position} {m.Value.Kind} {m.Value.Text}"));
    }

    [Fact]
    public void A_text_without_pieces_leads_to_the_file() =>
        Assert.Equal("t.tmpl", new SourceMap("x", [], new("t.tmpl", 0, 0)).Origin(new("rendered", 1, 1)).ToString());
}
