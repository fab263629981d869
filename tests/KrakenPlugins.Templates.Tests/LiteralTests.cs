using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-096")]
public sealed class LiteralTests
{
    public static TheoryData<string, string> Values => new()
    {
        { "0", "0" }, { "-0", "0" }, { "73", "73" }, { "+73", "73" }, { "-73", "-73" }, { "7_3", "73" }, { "0b10_010_01", "73" }, { "0B1001", "9" },
        { "073", "59" }, { "0o73", "59" }, { "0O73", "59" }, { "0x73", "115" }, { "0X7F", "127" }, { "0x7_3", "115" }, { "0xdeadbeef", "3735928559" },
        { "-0x10", "-16" }, { "0x_1", "1" }, { "1_000", "1000" }, { "9223372036854775807", "9223372036854775807" }, { "-9223372036854775808", "-9223372036854775808" },
        { "1e9", "1000000000" }, { "-1e9", "-1000000000" }, { "-1.2", "-1.2" }, { "1e19", "10000000000000000000" }, { "1e1_9", "10000000000000000000" }, { "1E3", "1000" },
        { "1.0", "1" }, { "1.", "1" }, { ".5", "0.5" }, { "0.1", "0.1" }, { "-.5", "-0.5" }, { "1e-3", "0.001" }, { "1e21", "1e+21" }, { "0x_1p4", "16" }, { "0x1.8p1", "3" }, { "0X_1P-4", "0.0625" },
        { "'a'", "97" }, { "'\\n'", "10" }, { "'\\\\'", "92" }, { "'\\''", "39" }, { "'\\xFF'", "255" }, { "'パ'", "12497" }, { "'\\u30d1'", "12497" },
        { "'\\U000030d1'", "12497" }, { "'\\101'", "65" }, { "'\U0001F600'", "128512" }, { "'\"'", "34" },
        { "true", "true" }, { "false", "false" }, { "\"\"", "" }, { "\"a\"", "a" }, { "\"a\\tb\\nc\"", "a\tb\nc" }, { "\"\\\"q\\\"\"", "\"q\"" },
        { "\"\\a\\b\\f\\v\\r\\\\\"", "\a\b\f\v\r\\" }, { "\"\\x41\\101\"", "AA" }, { "\"\\u00e9\\U0001F600\"", "é\U0001F600" }, { "\"\\xe2\\x82\\xac\"", "€" }, { "\"\\xff\"", "\uFFFD" },
        { "`raw \\n \"x\"`", "raw \\n \"x\"" }, { "`a\r\nb`", "a\nb" }, { "`line\nbreak`", "line\nbreak" }, { "`}}`", "}}" },
        { "typeOf 3", "int" }, { "typeOf 1.0", "float64" }, { "typeOf 1e1", "float64" }, { "typeOf 'a'", "int" }, { "typeOf 0xef", "int" }, { "typeOf 0xEE", "int" }, { "typeOf 0x1p1", "float64" },
        { "typeOf `s`", "string" }, { "typeOf true", "bool" }, { "typeOf nil", "<nil>" }, { "typeOf 0x7fffffffffffffff", "int" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Literals_mean_what_they_do_in_Go(string literal, string expected) => Assert.Equal(expected, Go.Render("{{" + literal + "}}"));

    public static TheoryData<string, string> Errors => new()
    {
        { "{{nil}}", ":2: executing \"t\" at <nil>: nil is not a command" },
        { "{{(nil).x}}", ":3: executing \"t\" at <nil>: nil is not a command" },
        { "{{$x := nil}}", ":8: executing \"t\" at <nil>: nil is not a command" },
        { "{{typeOf 0x8000000000000000}}", ":9: executing \"t\" at <0x8000000000000000>: 0x8000000000000000 overflows int" },
        { "{{18446744073709551615}}", ":2: executing \"t\" at <18446744073709551615>: 18446744073709551615 overflows int" },
        { "{{18446744073709551616}}", ": integer overflow: \"18446744073709551616\"" },
        { "{{1i}}", ": imaginary numbers are not supported: \"1i\"" },
        { "{{1+2i}}", ": imaginary numbers are not supported: \"1+2i\"" },
        { "{{+-2}}", ": bad number syntax: \"+-2\"" },
        { "{{0x123.}}", ": illegal number syntax: \"0x123.\"" },
        { "{{1e.}}", ": illegal number syntax: \"1e\"" },
        { "{{0xi}}", ": imaginary numbers are not supported: \"0xi\"" },
        { "{{1+2}}", ": bad number syntax: \"1+2\"" },
        { "{{0b12}}", ": bad number syntax: \"0b12\"" },
        { "{{089}}", ": integer overflow: \"089\"" },
        { "{{1__0}}", ": illegal number syntax: \"1__0\"" },
        { "{{1_}}", ": illegal number syntax: \"1_\"" },
        { "{{1a}}", ": bad number syntax: \"1a\"" },
        { "{{1e400}}", ": illegal number syntax: \"1e400\"" },
        { "{{'xx'}}", ": malformed character constant: 'xx'" },
        { "{{''}}", ": malformed character constant: ''" },
        { "{{'\\q'}}", ": malformed character constant: '\\q'" },
        { "{{'a}}", ": unterminated character constant" },
        { "{{\"\\q\"}}", ": invalid syntax" },
        { "{{\"\\x4\"}}", ": invalid syntax" },
        { "{{\"\\ud800\"}}", ": invalid syntax" },
        { "{{\"a}}", ": unterminated quoted string" },
        { "{{\"a\nb\"}}", ": unterminated quoted string" },
        { "{{`a}}", ": unterminated raw quoted string" },
        { "{{1.E}}", ": illegal number syntax: \"1.E\"" },
        { "{{0.1.E}}", ": unexpected . after term \"0.1\"" },
        { "{{true.E}}", ": unexpected . after term \"true\"" },
        { "{{'a'.any}}", ": unexpected . after term \"'a'\"" },
        { "{{\"hello\".guys}}", ": unexpected . after term \"\\\"hello\\\"\"" },
        { "{{nil.E}}", ": unexpected . after term \"nil\"" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Bad_literals_are_errors(string template, string expected) => Assert.Equal("error: template: t:1" + expected, Go.Render(template));
}
