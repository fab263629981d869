using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-083", "CFG-084")]
public sealed class TextTests
{
    public static TheoryData<string, string> Cases => new()
    {
        { "", "" },
        { "some text", "some text" },
        { " \t\r\n", " \t\r\n" },
        { "}} { } {", "}} { } {" },
        { """<a href="x">&amp;'</a> {"k": [1, 2]}""", """<a href="x">&amp;'</a> {"k": [1, 2]}""" },
        { """{{"<script>&'"}}""", "<script>&'" },
        { "日本語 \U0001F600", "日本語 \U0001F600" },
        { "a{{1}}b", "a1b" },
        { "{ {{1}} }", "{ 1 }" },
        { "{{/* a comment */}}", "" },
        { "a{{/* b */}}c", "ac" },
        { "{{/*\n\n\n*/}}", "" },
        { "{{/* {{ }} */}}x", "x" },
        { "{{-/*a*/}}", "error: template: t:1: illegal number syntax: \"-\"" },
        { "x \r\n\t{{- 3}}", "x3" },
        { "{{3 -}}\n\n\ty", "3y" },
        { "x \r\n\t{{- 3 -}}\n\n\ty", "x3y" },
        { "x\n{{-  3   -}}\ny", "x3y" },
        { "x \r\n\t{{- /* hi */}}", "x" },
        { "{{/* hi */ -}}\n\n\ty", "y" },
        { "x \r\n\t{{- /* */ -}}\n\n\ty", "xy" },
        { "{{-\n/*\nhello\n*/\n-}}", "" },
        { "x {{- \"y\" -}} z", "xyz" },
        { "{{- 1 }} {{ 2 -}}", "1 2" },
        { "{{-3}}", "-3" },
        { "{{3-}}", "error: template: t:1: bad number syntax: \"3-\"" },
        { "a {{-3}}", "a -3" },
        { "  {{- 1 }}  {{- 2 }}", "12" },
        { "x\u00a0{{- 1}}", "x\u00a01" },
        { "{{ 1 }}\n{{- /* gone */ -}}\n{{ 2 }}", "12" },
        { "{{ $x \n := \n 1 \n }}{{$x}}", "1" },
        { "{{\n\"x\"\n|\nprintf\n}}", "x" },
        { "hello {{`{{`}}", "hello {{" },
        { "{{\"}}\"}}", "}}" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Text_outside_of_actions_is_copied_and_trim_markers_take_white_space_away(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template));
}
