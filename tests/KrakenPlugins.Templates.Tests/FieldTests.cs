using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class FieldTests
{
    private const string Data =
        """{"s":"x","n":17,"b":true,"null":null,"u":{"v":"v","w":{"deep":[1]}},"l":[{"k":"first"},"text",null],"with-dash":"d","a.b":"dotted","$x":"dollar","urls":{"3rdparty":{"github":"gh","4":"four"},"5":"five"},"ключ":"wert","_u":1,"true":"t"}""";

    public static TheoryData<string, string, string> Dots => new()
    {
        { "<{{.}}>", "13", "<13>" },
        { "<{{.}}>", "15.1", "<15.1>" },
        { "<{{.}}>", "true", "<true>" },
        { "<{{.}}>", "\"hello\"", "<hello>" },
        { "<{{.}}>", "[-1,-2,-3]", "<[-1 -2 -3]>" },
        { "<{{.}}>", "{\"two\":22}", "<map[two:22]>" },
        { "<{{.}}>", "null", "<<no value>>" },
        { "{{$}}", "123", "123" },
        { "{{$.n}}", "{\"n\":17}", "17" },
        { "{{range .l}}{{.}}{{$.n}}{{end}}", "{\"n\":1,\"l\":[5,6]}", "5161" },
        { "{{with .m}}{{.k}}{{$.n}}{{end}}", "{\"n\":1,\"m\":{\"k\":2}}", "21" },
        { "{{range .l}}{{with .}}{{.}}{{$.n}}{{end}}{{end}}", "{\"n\":1,\"l\":[5]}", "51" },
        { "{{define \"d\"}}{{.}}{{range 1}}{{$}}{{end}}{{end}}{{template \"d\" .m}}", "{\"m\":\"z\"}", "zz" },
        { "{{define \"d\"}}{{.}}{{$}}{{end}}{{template \"d\"}}", "{\"m\":\"z\"}", "<no value><no value>" },
    };

    [Theory]
    [Spec("CFG-089")]
    [MemberData(nameof(Dots))]
    public void The_dot_is_the_context_and_dollar_what_the_template_was_called_with(string template, string data, string expected) =>
        Assert.Equal(expected, Go.Render(template, data));

    public static TheoryData<string, string> Walks => new()
    {
        { "-{{.s}}-", "-x-" },
        { "-{{.u.v}}-", "-v-" },
        { "{{.u.w.deep}}", "[1]" },
        { "{{$.u.v}}", "v" },
        { "{{.missing}}", "<no value>" },
        { "{{.missing.deeper.still}}", "<no value>" },
        { "{{.u.missing}}", "<no value>" },
        { "{{.null}}", "<no value>" },
        { "{{if .u.missing.x}}a{{else}}b{{end}}", "b" },
        { "{{.ключ}}", "wert" },
        { "{{._u}}", "1" },
        { "{{.true}}", "t" },
        { "{{.u .}}", "error: template: t:1:2: executing \"t\" at <.u>: u is not a method but has arguments" },
        { "{{.n | .u.v}}", "error: template: t:1:9: executing \"t\" at <.u.v>: v is not a method but has arguments" },
        { "{{.s.x}}", "error: template: t:1:4: executing \"t\" at <.s.x>: can't evaluate field x in type interface {}" },
        { "{{.n.x}}", "error: template: t:1:4: executing \"t\" at <.n.x>: can't evaluate field x in type interface {}" },
        { "{{.l.x}}", "error: template: t:1:4: executing \"t\" at <.l.x>: can't evaluate field x in type interface {}" },
        { "{{.null.x}}", "error: template: t:1:7: executing \"t\" at <.null.x>: nil pointer evaluating interface {}.x" },
        { "{{with .s}}{{.x}}{{end}}", "error: template: t:1:13: executing \"t\" at <.x>: can't evaluate field x in type string" },
        { "{{with .n}}{{.x}}{{end}}", "error: template: t:1:13: executing \"t\" at <.x>: can't evaluate field x in type float64" },
        { "{{with .l}}{{.x}}{{end}}", "error: template: t:1:13: executing \"t\" at <.x>: can't evaluate field x in type []interface {}" },
        { "{{range .l}}{{.k}}{{end}}", "error: template: t:1:14: executing \"t\" at <.k>: can't evaluate field k in type interface {}" },
        { "{{$x := 1}}{{$x.y}}", "error: template: t:1:15: executing \"t\" at <$x.y>: can't evaluate field y in type int" },
        { "{{($).s}}", "x" },
        { "{{(.u).v}}", "v" },
        { "{{($ | echo).s}}", "x" },
        { "{{(makemap \"up\" \"down\" \"left\" \"right\").left}}", "right" },
        { "{{mapOfThree.three}}-{{(mapOfThree).three}}", "3-3" },
        { "{{print (.u).v}}", "v" },
        { "{{(index .l 0).k}}", "first" },
        { "{{(.u).w.deep}}", "[1]" },
        { "{{(1).x}}", "error: template: t:1:3: executing \"t\" at <1>: can't evaluate field x in type int" },
        { "{{..s}}", "error: template: t:1: unexpected . after term \".\"" },
        { "{{.s.}}", "error: template: t:1: unexpected <.> in operand" },
        { "{{.s .u.}}", "error: template: t:1: unexpected <.> in operand" },
    };

    [Theory]
    [Spec("CFG-090")]
    [MemberData(nameof(Walks))]
    public void Fields_walk_maps_and_a_missing_key_is_an_absent_value(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));

    public static TheoryData<string, string> OddKeys => new()
    {
        { "{{index . \"with-dash\"}}", "d" },
        { "{{index . \"a.b\"}}", "dotted" },
        { "{{index . \"$x\"}}", "dollar" },
        { "{{index . \"u\" \"w\" \"deep\" 0}}", "1" },
        { "{{index .l 0 \"k\"}}", "first" },
        { "{{index . \"missing\"}}", "<no value>" },
        { "{{.urls.3rdparty.github}}", "gh" },
        { "{{$.urls.3rdparty.github}}", "gh" },
        { "{{.urls.3rdparty.4}}", "four" },
        { "{{.urls.5}}", "five" },
        { "{{$u := .urls}}{{$u.3rdparty.github}}", "gh" },
        { "{{print .urls.5 .5}}", "five0.5" },
        { "{{.with-dash}}", "error: template: t:1: bad character U+002D '-'" },
        { "{{.3rdparty}}", "error: template: t:1: bad number syntax: \".3r\"" },
        { "{{index . \"missing\" \"deeper\"}}", "error: template: t:1:2: executing \"t\" at <index . \"missing\" \"deeper\">: error calling index: index of nil pointer" },
        { "{{index .missing \"k\"}}", "error: template: t:1:2: executing \"t\" at <index .missing \"k\">: error calling index: index of untyped nil" },
        { "{{index .null 1}}", "error: template: t:1:2: executing \"t\" at <index .null 1>: error calling index: index of untyped nil" },
        { "{{index .l 5}}", "error: template: t:1:2: executing \"t\" at <index .l 5>: error calling index: index out of range: 5" },
        { "{{index .l 3}}", "error: template: t:1:2: executing \"t\" at <index .l 3>: error calling index: reflect: slice index out of range" },
        { "{{index .l -1}}", "error: template: t:1:2: executing \"t\" at <index .l -1>: error calling index: index out of range: -1" },
        { "{{index .l \"k\"}}", "error: template: t:1:2: executing \"t\" at <index .l \"k\">: error calling index: cannot index slice/array with type string" },
        { "{{index .l 0.5}}", "error: template: t:1:2: executing \"t\" at <index .l 0.5>: error calling index: cannot index slice/array with type float64" },
        { "{{index .l nil}}", "error: template: t:1:2: executing \"t\" at <index .l nil>: error calling index: cannot index slice/array with nil" },
        { "{{index .u 1}}", "error: template: t:1:2: executing \"t\" at <index .u 1>: error calling index: value has type int; should be string" },
        { "{{index .u nil}}", "error: template: t:1:2: executing \"t\" at <index .u nil>: error calling index: value is nil; should be of type string" },
        { "{{index nil 1}}", "error: template: t:1:2: executing \"t\" at <index nil 1>: error calling index: index of untyped nil" },
        { "{{index 1 1}}", "error: template: t:1:2: executing \"t\" at <index 1 1>: error calling index: can't index item of type int" },
        { "{{index .l 1 9}}", "error: template: t:1:2: executing \"t\" at <index .l 1 9>: error calling index: index out of range: 9" },
        { "{{index .l 2 0}}", "error: template: t:1:2: executing \"t\" at <index .l 2 0>: error calling index: index of nil pointer" },
        { "{{index \"hi\" 1}}", "105" },
        { "{{index .l}}", "[map[k:first] text <nil>]" },
        { "{{index}}", "error: template: t:1:2: executing \"t\" at <index>: wrong number of args for index: want at least 1 got 0" },
    };

    [Theory]
    [Spec("CFG-091")]
    [MemberData(nameof(OddKeys))]
    public void Index_takes_any_key_and_refuses_what_is_not_there(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));

    [Fact]
    [Spec("CFG-091")]
    public void Integral_numbers_of_data_count_as_indices() =>
        Assert.Equal("b", Go.Render("{{index .l .i}}", """{"l":["a","b"],"i":1}"""));
}
