using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-097")]
public sealed class DefinitionTests
{
    private const string Tree =
        """{{define "tree"}}[{{.val}}{{with .left}}{{template "tree" .}}{{end}}{{with .right}}{{template "tree" .}}{{end}}]{{end}}{{template "tree" .}}""";

    private const string TreeData =
        """{"val":1,"left":{"val":2,"left":{"val":3,"left":{"val":4}},"right":{"val":5,"left":{"val":6}}},"right":{"val":7,"left":{"val":8,"left":{"val":9}},"right":{"val":10,"left":{"val":11}}}}""";

    public static TheoryData<string, string, string> Cases => new()
    {
        { "{{define \"d\"}}[{{.}}]{{end}}{{template \"d\" \"z\"}}", "null", "[z]" },
        { "{{template `d` .x}}{{define `d`}}[{{.}}]{{end}}", "{\"x\":5}", "[5]" },
        { "{{define \"d\"}}a{{end}}{{define \"e\"}}{{template \"d\"}}b{{end}}{{template \"e\"}}", "null", "ab" },
        { "{{define \"d\"}}{{.}}{{end}}{{template \"d\"}}", "1", "<no value>" },
        { "{{define \"d\"}}{{.a}}{{end}}{{template \"d\" .m}}{{template \"d\" (index .l 0)}}", "{\"m\":{\"a\":1},\"l\":[{\"a\":2}]}", "12" },
        { "{{define \"d\"}}{{.}}{{end}}{{range .}}{{template \"d\" .}},{{end}}", "[1,2]", "1,2," },
        { "{{block \"inner\" .}}bar({{.}})baz{{end}}", "\"hello\"", "bar(hello)baz" },
        { "a({{block \"inner\" .x}}{{.}}{{end}})b{{template \"inner\" 2}}", "{\"x\":1}", "a(1)b2" },
        { "{{define \"inner\"}}first{{end}}{{template \"inner\"}}", "null", "first" },
        { "{{define \"d\"}}{{end}}{{define \"d\"}}b{{end}}{{template \"d\"}}", "null", "b" },
        { "{{define \"d\"}} \n{{end}}{{define \"d\"}}b{{end}}{{template \"d\"}}", "null", "b" },
        { "{{define \"d\"}}b{{end}}{{define \"d\"}} {{end}}{{template \"d\"}}", "null", "b" },
        { "{{define \"n\"}}{{if gt . 0}}{{.}} {{template \"n\" (add . -1)}}{{end}}{{end}}{{template \"n\" 3}}", "null", "3 2 1 " },
        { "{{define \"d\"}}{{$x := 1}}{{$x}}{{end}}{{$x := 5}}{{template \"d\"}}{{$x}}", "null", "15" },
        { "{{define \"d\"}}{{range 2}}{{break}}{{end}}x{{end}}{{range 2}}{{template \"d\"}}{{end}}", "null", "xx" },
        { "{{if true}}{{template \"d\" $v := 3}}{{end}}{{define \"d\"}}{{.}}{{end}}", "null", "3" },
        { "{{define \"日本\"}}x{{end}}{{template \"日本\"}}", "null", "x" },
        { "{{define \"a\\\"b\"}}x{{end}}{{template `a\"b`}}", "null", "x" },
        { Tree, TreeData, "[1[2[3[4]][5[6]]][7[8[9]][10[11]]]]" },
        { "{{template \"none\"}}", "null", "error: template: t:1:11: executing \"t\" at <{{template \"none\"}}>: template \"none\" not defined" },
        { "{{if false}}{{template \"none\"}}{{end}}ok", "null", "ok" },
        { "{{template \"none\" .a.b | len}}", "null", "error: template: t:1:11: executing \"t\" at <{{template \"none\" .a.b | len}}>: template \"none\" not defined" },
        { "{{template .x}}", "null", "error: template: t:1: unexpected \".x\" in template clause" },
        { "{{template $v}}", "null", "error: template: t:1: unexpected \"$v\" in template clause" },
        { "{{template \"a\"", "null", "error: template: t:1: unclosed action" },
        { "{{define .x}}{{end}}", "null", "error: template: t:1: unexpected \".x\" in define clause" },
        { "{{define \"a\" .}}{{end}}", "null", "error: template: t:1: unexpected <.> in define clause" },
        { "{{define \"a\"}}", "null", "error: template: t:1: unexpected EOF: {{define}} of line 1 has no {{end}}" },
        { "{{define \"a\"}}{{else}}{{end}}", "null", "error: template: t:1: unexpected {{else}} in define clause" },
        { "{{block \"foo\"}}hello{{end}}", "null", "error: template: t:1: missing value for block clause" },
        { "{{block \"foo\" .}}hello{{else}}{{end}}", "null", "error: template: t:1: unexpected {{else}} in block clause" },
        { "{{define `a`}}a{{end}}{{define `a`}}b{{end}}", "null", "error: template: t:1: template: multiple definition of template \"a\"" },
        { "{{if true}}{{define \"x\"}}{{end}}{{end}}", "null", "error: template: t:1: unexpected <define> in command" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Templates_call_each_other_with_any_context(string template, string data, string expected) =>
        Assert.Equal(expected, Go.Render(template, data));

    [Fact]
    public void A_later_text_overlays_a_block()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("outer", "a({{block \"inner\" .}}bar({{.}})baz{{end}})b");
        set.Add("overlay", "{{define \"inner\"}}foo({{.}})bar{{end}}");
        var output = new TemplateOutput();

        set.Render("outer", TemplateValue.From("goodbye"), output);

        Assert.Equal("a(foo(goodbye)bar)b", output.ToString());
    }

    [Fact]
    public void A_text_without_content_does_not_replace_a_template_of_its_name()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("a", "content");
        set.Add("a", " \n {{define \"b\"}}b{{end}}");
        var output = new TemplateOutput();

        set.Render("a", default, output);
        set.Render("b", default, output);

        Assert.Equal("contentb", output.ToString());
    }

    [Fact]
    public void Templates_may_be_called_before_they_are_added_and_replaced_later()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("main", "{{template \"part\" .}}");
        set.Add("part", "1:{{.}}");
        set.Add("part", "2:{{.}}");
        var output = new TemplateOutput();

        set.Render("main", TemplateValue.From("x"), output);

        Assert.Equal("2:x", output.ToString());
        Assert.Equal(["main", "part"], set.Names);
        Assert.True(set.Contains("part"));
        Assert.False(set.Contains("other"));
    }

    [Fact]
    public void A_template_that_does_not_parse_leaves_the_set_as_it_was()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("a", "old");

        Assert.Throws<TemplateException>(() => set.Add("a", "{{define \"b\"}}b{{end}}new{{"));

        var output = new TemplateOutput();
        set.Render("a", default, output);
        Assert.Equal("old", output.ToString());
        Assert.Equal(["a"], set.Names);
    }

    [Fact]
    public void Rendering_what_is_not_defined_names_it()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("main", "{{template \"only.mentioned\"}}");

        var error = Assert.Throws<TemplateException>(() => set.Render("only.mentioned", default, new TemplateOutput()));

        Assert.Equal("template: only.mentioned: no template \"only.mentioned\" is defined", error.Message);
        Assert.Equal(("only.mentioned", 0, 0), (error.Template, error.Line, error.Column));
    }
}
