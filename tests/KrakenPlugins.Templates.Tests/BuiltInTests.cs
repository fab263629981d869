using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-093")]
public sealed class BuiltInTests
{
    private const string Data =
        """{"port":8080,"big":9007199254740993,"f":1.5,"s":"hello","l":[0,1,2,3],"m":{"one":1},"null":null,"zero":0,"one":1,"none":[],"nest":[{"two":22}]}""";

    public static TheoryData<string, string> Logic => new()
    {
        { "{{not true}} {{not false}} {{not .missing}} {{not .l}}", "false true true false" },
        { "{{and false 0}} {{and 1 0}} {{and 0 true}} {{and 1 1}}", "false 0 0 1" },
        { "{{or 0 0}} {{or 1 0}} {{or 0 true}} {{or 1 1}}", "0 1 true 1" },
        { "{{and .zero true}} {{and .one false}} {{and (index .l 0) true}}", "0 false 0" },
        { "{{or .zero false}} {{or .one true}} {{or (index .l 1) true}}", "false 1 1" },
        { "{{or .none \"empty\"}} {{or .l \"empty\"}}", "empty [0 1 2 3]" },
        { "{{and .missing 1}}", "<no value>" },
        { "{{or 0 1 (fails)}} {{and 1 0 (fails)}}", "1 0" },
        { "{{or (index .l 1) (index .l 99)}}", "1" },
        { "{{if and .s (eq .port 8080)}}yes{{end}}", "yes" },
        { "{{1 | and 0}} {{0 | or 1}} {{1 | or 0}} {{2 | and 1}}", "0 1 1 2" },
        { "{{and 1}} {{or 0}}", "1 0" },
        { "{{or 0 0 (fails)}}", "error: template: t:1:10: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{and}}", "error: template: t:1:2: executing \"t\" at <and>: wrong number of args for and: want at least 1 got 0" },
        { "{{or}}", "error: template: t:1:2: executing \"t\" at <or>: wrong number of args for or: want at least 1 got 0" },
        { "{{not}}", "error: template: t:1:2: executing \"t\" at <not>: wrong number of args for not: want 1 got 0" },
    };

    [Theory]
    [MemberData(nameof(Logic))]
    public void And_and_or_give_the_operand_that_decides_and_stop_there(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));

    public static TheoryData<string, string> Lengths => new()
    {
        { "{{len .l}} {{len .m}} {{len .s}} {{len \"日本\"}} {{len .none}}", "4 1 5 6 0" },
        { "{{slice .l 1}} {{slice .l 1 3}} {{slice .l}} {{slice .l 4}} {{slice .l 0 2 3}}", "[1 2 3] [1 2] [0 1 2 3] [] [0 1]" },
        { "{{slice .s 1}} {{slice .s 1 3}} {{slice .s}} {{slice .s 5}}|", "ello el hello |" },
        { "{{slice \"日本\" 3}}", "本" },
        { "{{index .l 2}} {{index .nest 0 \"two\"}} {{index .m \"one\"}}", "2 22 1" },
        { "{{slice .l .one}}", "[1 2 3]" },
        { "{{len 3}}", "error: template: t:1:2: executing \"t\" at <len 3>: error calling len: len of type int" },
        { "{{len .null}}", "error: template: t:1:2: executing \"t\" at <len .null>: error calling len: len of nil pointer" },
        { "{{len nil}}", "error: template: t:1:2: executing \"t\" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value" },
        { "{{slice .l 5}}", "error: template: t:1:2: executing \"t\" at <slice .l 5>: error calling slice: index out of range: 5" },
        { "{{slice .l 3 2}}", "error: template: t:1:2: executing \"t\" at <slice .l 3 2>: error calling slice: invalid slice index: 3 > 2" },
        { "{{slice .l 0 3 2}}", "error: template: t:1:2: executing \"t\" at <slice .l 0 3 2>: error calling slice: invalid slice index: 3 > 2" },
        { "{{slice .l 1 2 3 4}}", "error: template: t:1:2: executing \"t\" at <slice .l 1 2 3 4>: error calling slice: too many slice indexes: 4" },
        { "{{slice .s 1 2 3}}", "error: template: t:1:2: executing \"t\" at <slice .s 1 2 3>: error calling slice: cannot 3-index slice a string" },
        { "{{slice .m}}", "error: template: t:1:2: executing \"t\" at <slice .m>: error calling slice: can't slice item of type map[string]interface {}" },
        { "{{slice .null}}", "error: template: t:1:2: executing \"t\" at <slice .null>: error calling slice: slice of untyped nil" },
        { "{{slice .l `a`}}", "error: template: t:1:2: executing \"t\" at <slice .l `a`>: error calling slice: cannot index slice/array with type string" },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Len_slice_and_index_work_on_lists_maps_and_texts(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));

    public static TheoryData<string, string> Escapes => new()
    {
        { "{{html \"<script>alert(\\\"XSS\\\");</script>\"}}", "&lt;script&gt;alert(&#34;XSS&#34;);&lt;/script&gt;" },
        { "{{printf \"<script>alert(\\\"XSS\\\");</script>\" | html}}", "&lt;script&gt;alert(&#34;XSS&#34;);&lt;/script&gt;" },
        { "{{html \"a&b'c\\x00\"}}", "a&amp;b&#39;c\uFFFD" },
        { "{{html .s}} {{html .port}} {{html .missing}} {{html .null}}", "hello 8080 &lt;no value&gt; &lt;no value&gt;" },
        { "{{html 1 2 `<`}}", "1 2&lt;" },
        { "{{js \"It'd be nice.\"}}", "It\\'d be nice." },
        { "{{js `a`}} {{js `'foo`}} {{js `Go \"jump\" \\`}}", "a \\'foo Go \\\"jump\\\" \\\\" },
        { "{{js \"Yukihiro says \\\"今日は世界\\\"\"}}", "Yukihiro says \\\"今日は世界\\\"" },
        { "{{js \"unprintable \\uFFFE\"}}", "unprintable \\uFFFE" },
        { "{{js `<html>`}} {{js `a=b&c`}} {{js \"\\n\\t\"}}", "\\u003Chtml\\u003E a\\u003Db\\u0026c \\u000A\\u0009" },
        { "{{\"http://www.example.org/\"|urlquery}}", "http%3A%2F%2Fwww.example.org%2F" },
        { "{{urlquery \"a b+c~-_.é\"}}", "a+b%2Bc~-_.%C3%A9" },
        { "{{urlquery 1 2}}", "1+2" },
    };

    [Theory]
    [MemberData(nameof(Escapes))]
    public void Html_js_and_urlquery_escape(string template, string expected) => Assert.Equal(expected, Go.Render(template, Data));

    public static TheoryData<string, string> Calls => new()
    {
        { "{{call getTwoArgs `1` `2`}}", "twoArgs=12" },
        { "{{call getAdd}} {{call getAdd 1}} {{call getAdd 1 2 3}}", "0 1 6" },
        { "{{$f := getTwoArgs}}{{`b` | call $f `a`}}", "twoArgs=ab" },
        { "{{getAdd | call}}", "0" },
        { "{{if getAdd}}yes{{end}}", "yes" },
        { "{{call .s}}", "error: template: t:1:2: executing \"t\" at <call .s>: error calling call: non-function .s of type string" },
        { "{{call nil}}", "error: template: t:1:2: executing \"t\" at <call nil>: error calling call: call of nil" },
        { "{{call .null 1}}", "error: template: t:1:2: executing \"t\" at <call .null 1>: error calling call: call of nil" },
        { "{{call getTwoArgs `1`}}", "error: template: t:1:2: executing \"t\" at <call getTwoArgs `1`>: error calling call: wrong number of args for getTwoArgs: got 1 want 2" },
        { "{{call getTwoArgs `1` 3}}", "error: template: t:1:2: executing \"t\" at <call getTwoArgs `1` 3>: error calling call: arg 1: value has type int; should be string" },
        { "{{call getTwoArgs `1` nil}}", "error: template: t:1:2: executing \"t\" at <call getTwoArgs `1` nil>: error calling call: arg 1: value is nil; should be of type string" },
        { "{{call}}", "error: template: t:1:2: executing \"t\" at <call>: wrong number of args for call: want at least 1 got 0" },
        { "{{getAdd}}", "error: template: t:1:2: executing \"t\" at <{{getAdd}}>: can't print {{getAdd}} of type func" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Call_calls_functions_that_are_values(string template, string expected) => Assert.Equal(expected, Go.Render(template, Data));

    [Fact]
    public void A_function_of_the_table_replaces_the_built_in_one_of_its_name()
    {
        var functions = new FunctionTable();
        functions.Add(new TemplateFunction("and", [TemplateParameter.Any], true, _ => TemplateValue.From("mine")));
        functions.Add(new TemplateFunction("break", [], false, _ => TemplateValue.From("mine too")));

        Assert.Equal("mine mine too", Go.Render("{{and 0}} {{break}}", "null", new TemplateOptions { Functions = functions }));
    }
}
