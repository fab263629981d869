using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-095")]
public sealed class FormatTests
{
    public static TheoryData<string, object?, string> Texts => new()
    {
        { "%s", "abc", "abc" }, { "%v", "abc", "abc" }, { "%q", "abc", "\"abc\"" }, { "%x", "abc", "616263" }, { "%X", "xyz", "78797A" },
        { "%x", "", "" }, { "% x", "", "" }, { "%#x", "", "" }, { "%# x", "", "" }, { "% x", "xyz", "78 79 7a" }, { "% X", "xyz", "78 79 7A" },
        { "%#x", "xyz", "0x78797a" }, { "%#X", "xyz", "0X78797A" }, { "%# x", "xyz", "0x78 0x79 0x7a" }, { "%# X", "xyz", "0X78 0X79 0X7A" },
        { "%q", "", "\"\"" }, { "%#q", "", "``" }, { "%q", "\"", "\"\\\"\"" }, { "%#q", "\"", "`\"`" }, { "%q", "`", "\"`\"" }, { "%#q", "`", "\"`\"" },
        { "%q", "\n", "\"\\n\"" }, { "%#q", "\n", "\"\\n\"" }, { "%q", "\\n", "\"\\\\n\"" }, { "%#q", "\\n", "`\\n`" }, { "%#q", "abc", "`abc`" },
        { "%q", "日本語", "\"日本語\"" }, { "%+q", "日本語", "\"\\u65e5\\u672c\\u8a9e\"" }, { "%#q", "日本語", "`日本語`" }, { "%#+q", "日本語", "`日本語`" },
        { "%q", "\a\b\f\n\r\t\v\"\\", "\"\\a\\b\\f\\n\\r\\t\\v\\\"\\\\\"" }, { "%q", "☺", "\"☺\"" }, { "% q", "☺", "\"☺\"" }, { "%+q", "☺", "\"\\u263a\"" },
        { "%10q", "⌘", "       \"⌘\"" }, { "%+10q", "⌘", "  \"\\u2318\"" }, { "%-10q", "⌘", "\"⌘\"       " }, { "%+-10q", "⌘", "\"\\u2318\"  " },
        { "%010q", "⌘", "0000000\"⌘\"" }, { "%+010q", "⌘", "00\"\\u2318\"" }, { "%-010q", "⌘", "\"⌘\"       " }, { "%#8q", "\n", "    \"\\n\"" },
        { "%#-8q", "\t", "`\t`     " }, { "%q", "\U0010ffff", "\"\\U0010ffff\"" }, { "%q", "\u0001\u007f\u00ad", "\"\\x01\\x7f\\u00ad\"" },
        { "%5s", "abc", "  abc" }, { "%2s", "☺", " ☺" }, { "%-5s", "abc", "abc  " }, { "%05s", "abc", "00abc" }, { "%3s", "\U0001F600", "  \U0001F600" },
        { "%5s", "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz" }, { "%.5s", "abcdefghijklmnopqrstuvwxyz", "abcde" },
        { "%.0s", "日本語日本語", "" }, { "%.5s", "日本語日本語", "日本語日本" }, { "%.10s", "日本語日本語", "日本語日本語" }, { "%08q", "abc", "000\"abc\"" },
        { "%-8q", "abc", "\"abc\"   " }, { "%.5q", "abcdefghijklmnopqrstuvwxyz", "\"abcde\"" }, { "%.5x", "abcdefghijklmnopqrstuvwxyz", "6162636465" },
        { "%.3q", "日本語日本語", "\"日本語\"" }, { "%.1q", "日本語", "\"日\"" }, { "%.1x", "日本語", "e6" }, { "%10.1q", "日本語日本語", "       \"日\"" },
        { "%20.5s", "qwertyuiop", "               qwert" }, { "%-20.5s", "qwertyuiop", "qwert               " }, { "%2x", "", "  " }, { "% 02x", "", "00" },
        { "%-2x", "", "  " }, { "%8x", "\u007f", "      7f" }, { "%#8x", "a", "    0x61" }, { "%08x", "a", "00000061" }, { "%#08x", "a", "00000x61" },
        { "%10x", "ab", "      6162" }, { "% 10x", "ab", "     61 62" }, { "%# 10x", "ab", " 0x61 0x62" }, { "%-10X", "a", "61        " },
        { "%# -010X", "ab", "0X61 0X62 " }, { "%#v", "foo", "\"foo\"" }, { "%T", "x", "string" }, { "%d", "x", "%!d(string=x)" }, { "%5d", "x", "%!d(string=    x)" },
        { "%t", "x", "%!t(string=x)" }, { "%é", "x", "%!é(string=x)" },
        { "%10v", null, "     <nil>" }, { "%-10v", null, "<nil>     " }, { "%v", null, "<nil>" }, { "%#v", null, "<nil>" }, { "%s", null, "%!s(<nil>)" },
        { "%d", null, "%!d(<nil>)" }, { "%T", null, "<nil>" }, { "%10T", null, "     <nil>" }, { "%p", null, "%!p(<nil>)" },
        { "%t", true, "true" }, { "%v", false, "false" }, { "%7t", true, "   true" }, { "%-7t|", true, "true   |" }, { "%d", true, "%!d(bool=true)" },
        { "%s", true, "%!s(bool=true)" }, { "%T", true, "bool" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_booleans_and_nil_are_formatted_as_in_Go(string format, object? value, string expected) =>
        Assert.Equal(expected, GoFormat.Format(format, [Go.Value(value)]));

    public static TheoryData<string, object?, string> Integers => new()
    {
        { "%d", 12345, "12345" }, { "%v", 12345, "12345" }, { "%d", -12345, "-12345" }, { "%d", long.MinValue, "-9223372036854775808" },
        { "%.d", 0, "" }, { "%.0d", 0, "" }, { "%6.0d", 0, "      " }, { "%06.0d", 0, "      " }, { "% d", 12345, " 12345" }, { "%+d", 12345, "+12345" },
        { "%+d", -12345, "-12345" }, { "%b", 7, "111" }, { "%b", -6, "-110" }, { "%#b", 7, "0b111" }, { "%#b", -6, "-0b110" },
        { "%o", 668, "1234" }, { "%o", -668, "-1234" }, { "%#o", 668, "01234" }, { "%#o", -668, "-01234" }, { "%O", 668, "0o1234" }, { "%O", -668, "-0o1234" },
        { "%#X", 0, "0X0" }, { "%x", 0x12abcdef, "12abcdef" }, { "%X", 0x12abcdef, "12ABCDEF" }, { "%.20b", 7, "00000000000000000111" },
        { "%10d", 12345, "     12345" }, { "%10d", -12345, "    -12345" }, { "%+10d", 12345, "    +12345" }, { "%010d", 12345, "0000012345" },
        { "%010d", -12345, "-000012345" }, { "%20.8d", 1234, "            00001234" }, { "%20.8d", -1234, "           -00001234" },
        { "%020.8d", 1234, "            00001234" }, { "%-20.8d", 1234, "00001234            " }, { "%-20.8d", -1234, "-00001234           " },
        { "%-#20.8x", 0x1234abc, "0x01234abc          " }, { "%-#20.8X", 0x1234abc, "0X01234ABC          " }, { "%-#20.8o", 668, "00001234            " },
        { "%04x", 127, "007f" }, { "%+.3d", 42, "+042" }, { "% .3d", 42, " 042" }, { "%-010d|", 5, "5         |" }, { "%05d", -5, "-0005" }, { "%+05d", 5, "+0005" },
        { "%U", 0, "U+0000" }, { "%U", -1, "U+FFFFFFFFFFFFFFFF" }, { "%U", 10, "U+000A" }, { "%#U", 10, "U+000A" }, { "%+U", 'x' + 0, "U+0078" },
        { "%# U", 'x' + 0, "U+0078 'x'" }, { "%#.2U", 'x' + 0, "U+0078 'x'" }, { "%#U", 0x263a, "U+263A '☺'" }, { "%#U", 0x1D6C2, "U+1D6C2 '𝛂'" },
        { "%#14.6U", 0x2318, "  U+002318 '⌘'" }, { "%#-14.6U", 0x2318, "U+002318 '⌘'  " }, { "%#014.6U", 0x2318, "  U+002318 '⌘'" },
        { "%c", 'x' + 0, "x" }, { "%c", 0xe4, "ä" }, { "%c", 0x672c, "本" }, { "%.0c", 0x2318, "⌘" }, { "%3c", 0x2318, "  ⌘" }, { "%-3c|", 0x2318, "⌘  |" },
        { "%c", -1, "\uFFFD" }, { "%c", 0xDC80, "\uFFFD" }, { "%c", 0x110000, "\uFFFD" }, { "%c", 0xFFFFFFFFFL, "\uFFFD" },
        { "%q", 0, "'\\x00'" }, { "%q", '"' + 0, "'\"'" }, { "%q", '\'' + 0, "'\\''" }, { "%q", '`' + 0, "'`'" }, { "%q", 0xff, "'ÿ'" }, { "%+q", 0xff, "'\\u00ff'" },
        { "%q", 10, "'\\n'" }, { "%+q", 0x263a, "'\\u263a'" }, { "%10q", 0x2318, "       '⌘'" }, { "%-10q|", 0x2318, "'⌘'       |" }, { "%010q", 0x2318, "0000000'⌘'" },
        { "%q", 0xDC80, "'\uFFFD'" }, { "%T", 1, "int" }, { "%#v", 1000000000, "1000000000" }, { "%+v", 5, "5" }, { "%s", 5, "%!s(int=5)" }, { "%f", 5, "%!f(int=5)" },
        { "%t", 5, "%!t(int=5)" }, { "%p", 27, "%!p(int=27)" }, { "%20c", 'x' + 0, "                   x" }, { "%z", 3, "%!z(int=3)" },
    };

    [Theory]
    [MemberData(nameof(Integers))]
    public void Integers_are_formatted_as_in_Go(string format, object? value, string expected) =>
        Assert.Equal(expected, GoFormat.Format(format, [Go.Value(value)]));

    public static TheoryData<string, string> Templates => new()
    {
        { "{{printf \"%d %s %g\" 127 \"hello\" 3.5}}", "127 hello 3.5" },
        { "{{printf \"%d\" .port}}", "8080" },
        { "{{printf \"%05d|%+d|%-6d|\" .port .port .port}}", "08080|+8080|8080  |" },
        { "{{printf \"%d\" .big}}", "100000000000000000" },
        { "{{printf \"%d\" .half}}", "%!d(float64=2.5)" },
        { "{{printf \"%s\" .port}}", "%!s(float64=8080)" },
        { "{{printf \"%v %5v|%-5v|\" .port .half .half}}", "8080   2.5|2.5  |" },
        { "{{printf \"%d\" .l}} {{printf \"%x\" .names}} {{printf \"%q\" .names}} {{printf \"%5s|\" .names}}", "[1 2 15] [61 62] [\"a\" \"b\"] [    a     b]|" },
        { "{{printf \"%v %T %T\" .m .m .l}}", "map[a:1 b:<nil>] map[string]interface {} []interface {}" },
        { "{{printf \"%d\" .m}}", "map[%!d(string=a):1 %!d(string=b):<nil>]" },
        { "{{printf \"%#v\" .m}} {{printf \"%#v\" .names}}", "map[string]interface {}{\"a\":1, \"b\":interface {}(nil)} []interface {}{\"a\", \"b\"}" },
        { "{{printf \"%s %v\" .missing .missing}}", "%!s(<nil>) <nil>" },
        { "{{printf \"%*d|%-*d|%.*f\" 5 42 5 42 2 3.14159}}", "   42|42   |3.14" },
        { "{{printf \"%*d\" -5 42}}|{{printf \"%0*d\" 5 42}}", "42   |00042" },
        { "{{printf \"%*d\" .half 42}} {{printf \"%.*d\" `x` 42}} {{printf \"%*d\" 10000001 4}}", "%!(BADWIDTH)42 %!(BADPREC)42 %!(BADWIDTH)4" },
        { "{{printf \"%[2]d %[1]d\" 1 2}}", "2 1" },
        { "{{printf \"%[2]*[1]d\" 2 5}}|{{printf \"%6.2f\" 12.0}}|{{printf \"%[3]*.[2]*[1]f\" 12.0 2 6}}|{{printf \"%[1]*.[2]*[3]f\" 6 2 12.0}}", "    2| 12.00| 12.00| 12.00" },
        { "{{printf \"%10f\" 12.0}}|{{printf \"%[1]*[3]f\" 10 99 12.0}}|{{printf \"%.6f\" 12.0}}|{{printf \"%.[1]*[3]f\" 6 99 12.0}}", " 12.000000| 12.000000|12.000000|12.000000" },
        { "{{printf \"%6.f\" 12.0}}|{{printf \"%[1]*.[3]f\" 6 3 12.0}}", "    12|    12" },
        { "{{printf \"%d %d %d %#[1]o %#o %#o\" 11 12 13}}", "11 12 13 013 014 015" },
        { "{{printf \"%[5]d %[2]d %d\" 1 2 3}}", "%!d(BADINDEX) 2 3" },
        { "{{printf \"%d %[3]d %d\" 1 2}}", "1 %!d(BADINDEX) 2" },
        { "{{printf \"%d %[2]d %d\" 1 2}}", "1 2 %!d(MISSING)" },
        { "{{printf \"%[]d\" 2 1}}", "%!d(BADINDEX)" },
        { "{{printf \"%[-3]d\" 2 1}}", "%!d(BADINDEX)" },
        { "{{printf \"%[3]\" 2 1}}", "%!(NOVERB)" },
        { "{{printf \"%[1].2d\" 5 6}}", "%!d(BADINDEX)" },
        { "{{printf \"%[1]2d\" 2 1}}", "%!d(BADINDEX)" },
        { "{{printf \"%3.[2]d\" 7}}", "%!d(BADINDEX)" },
        { "{{printf \"%.[2]d\" 7}}", "%!d(BADINDEX)" },
        { "{{printf \"%d %d %d %#[1]o %#o %#o %#o\" 11 12 13}}", "11 12 13 013 014 015 %!o(MISSING)" },
        { "{{printf \"%[5]d %[2]d %d\" 1 2 3}}!", "%!d(BADINDEX) 2 3!" },
        { "{{printf \"%.-3d\" 42}}", "%!-(int=42)3d" },
        { "{{printf \"%2147483648d\" 42}}", "%!(NOVERB)%!(EXTRA int=42)" },
        { "{{printf \"%-2147483648d\" 42}}", "%!(NOVERB)%!(EXTRA int=42)" },
        { "{{printf \"%.2147483648d\" 42}}", "%!(NOVERB)%!(EXTRA int=42)" },
        { "{{printf \"no args\" \"hello\"}}", "no args%!(EXTRA string=hello)" },
        { "{{printf \"\" nil}}{{printf \"\" 2 nil `x`}}", "%!(EXTRA <nil>)%!(EXTRA int=2, <nil>, string=x)" },
        { "{{printf \"%s %\" \"hello\"}}", "hello %!(NOVERB)" },
        { "{{printf \"%s %.2\" \"hello\"}}", "hello %!(NOVERB)" },
        { "{{printf \"%010.2\" \"12345\"}}", "%!(NOVERB)%!(EXTRA string=12345)" },
        { "{{printf \"hi%d\"}}", "hi%!d(MISSING)" },
        { "{{printf \"%%\"}} {{printf \"%3%\"}} {{printf \"100%% of %d\" 3}}", "% % 100% of 3" },
        { "{{printf \"%#q\" zeroArgs}}", "`zeroArgs`" },
        { "{{printf \"%t %t\" true 1}}", "true %!t(int=1)" },
        { "{{printf \"%T\" 0xef}} {{printf \"%T\" 1e1}} {{printf \"%T\" .port}}", "int float64 float64" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void Printf_takes_the_values_of_templates(string template, string expected) => Assert.Equal(
        expected,
        Go.Render(template, """{"port":8080,"big":1e17,"half":2.5,"l":[1,2,15],"names":["a","b"],"m":{"a":1,"b":null}}"""));
}
