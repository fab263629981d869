using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-094")]
public sealed class PrintingTests
{
    public static TheoryData<string, string> Data => new()
    {
        { "\"a <b> \\\" c\"", "a <b> \" c" }, { "true", "true" }, { "false", "false" }, { "null", "<no value>" }, { "[]", "[]" }, { "{}", "map[]" },
        { "[1,\"a\",true,null]", "[1 a true <nil>]" }, { "[[1,2],[]]", "[[1 2] []]" }, { "{\"b\":1,\"a\":{\"z\":null}}", "map[a:map[z:<nil>] b:1]" },
        { "{\"é\":1,\"z\":2,\"Z\":3}", "map[Z:3 z:2 é:1]" }, { "[\"a b\",\"\"]", "[a b ]" },
        { "0", "0" }, { "-0.0", "-0" }, { "1", "1" }, { "-17", "-17" }, { "1.0", "1" }, { "1.5", "1.5" }, { "0.1", "0.1" }, { "-2.25", "-2.25" },
        { "8080", "8080" }, { "1000000", "1000000" }, { "1e6", "1000000" }, { "123456789", "123456789" }, { "1e20", "100000000000000000000" },
        { "9007199254740993", "9007199254740992" }, { "123456789012345680000", "123456789012345680000" }, { "1e21", "1e+21" },
        { "-1e21", "-1e+21" }, { "1.5e300", "1.5e+300" }, { "1234567.5", "1.2345675e+06" }, { "123456.5", "123456.5" }, { "0.0001", "0.0001" },
        { "0.00001", "1e-05" }, { "1e-7", "1e-07" }, { "5e-324", "5e-324" }, { "1.7976931348623157e308", "1.7976931348623157e+308" },
        { "[1e6,1234567.5]", "[1000000 1.2345675e+06]" }, { "{\"n\":86400000}", "map[n:86400000]" },
    };

    [Theory]
    [MemberData(nameof(Data))]
    public void Values_print_as_in_Go_but_integral_numbers_as_plain_digits(string json, string expected)
    {
        Assert.Equal(expected, Go.Render("{{.}}", json));
        Assert.Equal(expected.Replace("<no value>", "<nil>", StringComparison.Ordinal), Go.Render("{{print .}}", json));
    }

    public static TheoryData<string, string> Prints => new()
    {
        { "{{print \"hello, print\"}}", "hello, print" },
        { "{{print 1 2 3}}", "1 2 3" },
        { "{{print nil}}", "<nil>" },
        { "{{print}}", "" },
        { "{{print 1 `a` 2 3 `b` `c` nil true}}", "1a2 3bc<nil> true" },
        { "{{println 1 2 3}}", "1 2 3\n" },
        { "{{println}}", "\n" },
        { "{{println `a` `b` nil}}", "a b <nil>\n" },
        { "{{print 1e6 1.5 2.0}}", "1000000 1.5 2" },
        { "{{1}}{{-1}}{{'a'}}", "1-197" },
        { "{{print (slice `abc` 1) (len `abc`)}}", "bc3" },
    };

    [Theory]
    [MemberData(nameof(Prints))]
    public void Print_and_println_put_spaces_where_Go_does(string template, string expected) => Assert.Equal(expected, Go.Render(template));

    [Theory]
    [InlineData(12345678901234567890.0, "12345678901234567890")]
    [InlineData(1.10, "1.10")]
    [InlineData(1e3, "1e3")]
    public void A_number_with_a_text_prints_as_that_text(double value, string text)
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("t", "{{.}} {{print .}} {{printf \"%v|%25v|%d\" . . 1}}");
        var output = new TemplateOutput();

        set.Render("t", TemplateValue.FromNumber(value, text), output);

        Assert.Equal($"{text} {text} {text}|{text.PadLeft(25)}|1", output.ToString());
    }

    [Fact]
    [Spec("CFG-093")]
    public void A_number_with_a_text_compares_by_the_digits_of_the_text()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("t", "{{eq . 9007199254740993}} {{eq . 9007199254740992}} {{gt . 9007199254740992}} {{printf \"%d\" .}}");
        var output = new TemplateOutput();

        set.Render("t", TemplateValue.FromNumber(9007199254740993, "9007199254740993"), output);

        Assert.Equal("true false true 9007199254740993", output.ToString());
    }

    [Fact]
    [Spec("CFG-100")]
    public void Rendering_twice_gives_the_same_text()
    {
        const string template = "{{.}}{{range $k, $v := .}}{{$k}}={{$v}};{{end}}";
        const string data = """{"z":1,"a":[3,{"y":1,"b":2}],"m":{"q":1.25,"c":null}}""";

        Assert.Equal(Go.Render(template, data), Go.Render(template, data));
        Assert.Equal("map[a:[3 map[b:2 y:1]] m:map[c:<nil> q:1.25] z:1]a=[3 map[b:2 y:1]];m=map[c:<nil> q:1.25];z=1;", Go.Render(template, data));
    }

    [Fact]
    public void A_map_that_contains_itself_is_an_error_and_no_crash()
    {
        var map = new TemplateMap();
        map.Set("self", TemplateValue.From(map));
        var set = new TemplateSet(new TemplateOptions());
        set.Add("t", "{{.}}");

        var error = Assert.Throws<TemplateException>(() => set.Render("t", TemplateValue.From(map), new TemplateOutput()));

        Assert.Contains("nested too deeply to print", error.Message, StringComparison.Ordinal);
    }
}
