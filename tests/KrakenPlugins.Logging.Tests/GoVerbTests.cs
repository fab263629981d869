using System.Text;
using Gateway.Testing;
using KrakenPlugins.Logging.Formatting;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>Verbs and layouts of Go, with the results of Go.</summary>
public sealed class GoVerbTests
{
    [Theory, Spec("OBS-027")]
    [InlineData("s", "abc", "abc")]
    [InlineData("v", "abc", "abc")]
    [InlineData("6s", "abc", "   abc")]
    [InlineData("-6s", "abc", "abc   ")]
    [InlineData("-7s", "GET", "GET    ")]
    [InlineData(".2s", "añb", "añ")]
    [InlineData("5.1s", "añb", "    a")]
    [InlineData("q", "a\"b\n", "\"a\\\"b\\n\"")]
    [InlineData("8q", "ab", "    \"ab\"")]
    [InlineData("#q", "ab", "`ab`")]
    [InlineData("x", "añ", "61c3b1")]
    [InlineData("X", "añ", "61C3B1")]
    [InlineData("#x", "a", "0x61")]
    [InlineData("s|", "abc", "abc|")]
    [InlineData("4s", "ñ", "   ñ")]
    public void Texts(string verb, string value, string expected) =>
        Assert.Equal(expected, Written(line => GoVerb.Parse(verb, VerbOperand.Text)!.Write(line, value)));

    [Theory, Spec("OBS-027")]
    [InlineData("d", 200, "200")]
    [InlineData("x", 200, "c8")]
    [InlineData("X", 200, "C8")]
    [InlineData("#x", 200, "0xc8")]
    [InlineData("o", 200, "310")]
    [InlineData("O", 200, "0o310")]
    [InlineData("b", 5, "101")]
    [InlineData("5d", 200, "  200")]
    [InlineData("05d", -42, "-0042")]
    [InlineData("-5d|", 200, "200  |")]
    [InlineData("+d", 200, "+200")]
    [InlineData(" d", 200, " 200")]
    [InlineData(".5d", 42, "00042")]
    [InlineData("8.5d", 42, "   00042")]
    [InlineData("q", 65, "'A'")]
    [InlineData("v", -1, "-1")]
    public void Integers(string verb, long value, string expected) =>
        Assert.Equal(expected, Written(line => GoVerb.Parse(verb, VerbOperand.Integer)!.Write(line, value)));

    [Theory, Spec("OBS-027")]
    [InlineData(".3fms", 12.3456, "12.346ms")]
    [InlineData(".3fs", 0.0119, "0.012s")]
    [InlineData("f", 1.5, "1.500000")]
    [InlineData(".0f", 2.6, "3")]
    [InlineData("8.2f", 3.14159, "    3.14")]
    [InlineData("08.2f", -3.14159, "-0003.14")]
    [InlineData("-8.2f|", 3.14159, "3.14    |")]
    [InlineData("e", 1500, "1.500000e+03")]
    [InlineData(".2e", 0.00012, "1.20e-04")]
    [InlineData("g", 1e21, "1e+21")]
    [InlineData("g", 0.5, "0.5")]
    [InlineData("v", 31, "31")]
    public void Numbers(string verb, double value, string expected) =>
        Assert.Equal(expected, Written(line => GoVerb.Parse(verb, VerbOperand.Number)!.Write(line, value)));

    [Theory, Spec("OBS-027")]
    [InlineData("y", VerbOperand.Any)]
    [InlineData("", VerbOperand.Any)]
    [InlineData("10", VerbOperand.Any)]
    [InlineData("99999s", VerbOperand.Text)]
    [InlineData("d", VerbOperand.Text)]
    [InlineData("s", VerbOperand.Integer)]
    internal void What_is_no_verb_of_an_operand_is_refused(string verb, VerbOperand operand) => Assert.Null(GoVerb.Parse(verb, operand));

    [Theory, Spec("OBS-020", "OBS-022")]
    [InlineData("2006/01/02 - 15:04:05.000", "2024/05/03 - 09:08:07.006")]
    [InlineData("2006-01-02T15:04:05.999Z07:00", "2024-05-03T09:08:07.006+02:00")]
    [InlineData("ansic", "Fri May  3 09:08:07 2024")]
    [InlineData("rfc822z", "03 May 24 09:08 +0200")]
    [InlineData("rfc1123z", "Fri, 03 May 2024 09:08:07 +0200")]
    [InlineData("rfc3339", "2024-05-03T09:08:07+02:00")]
    [InlineData("rfc3339nano", "2024-05-03T09:08:07.0061234+02:00")]
    [InlineData("kitchen", "9:08AM")]
    [InlineData("3:04:05 pm", "9:08:07 am")]
    [InlineData("Monday, January 2 06 (002)", "Friday, May 3 24 (124)")]
    [InlineData("Jan _2 15h4m5s,000000", "May  3 09h8m7s,006123")]
    [InlineData("Z0700 -07 -07:00:00", "+0200 +02 +02:00:00")]
    [InlineData("Month Janet", "Month Janet")]
    [InlineData("[_2006]", "[_2024]")]
    public void Layouts_of_times(string layout, string expected)
    {
        var time = new DateTimeOffset(2024, 5, 3, 9, 8, 7, TimeSpan.FromHours(2)).AddTicks(61234);

        Assert.Equal(expected, Written(line => GoTime.Parse(layout).Write(line, time)));
    }

    [Theory, Spec("OBS-020")]
    [InlineData("unixdate", "Tue Nov 10 23:00:00 UTC 2009")]
    [InlineData("rfc822", "10 Nov 09 23:00 UTC")]
    [InlineData("rfc850", "Tuesday, 10-Nov-09 23:00:00 UTC")]
    [InlineData("rfc1123", "Tue, 10 Nov 2009 23:00:00 UTC")]
    [InlineData("rfc3339", "2009-11-10T23:00:00Z")]
    [InlineData("kitchen", "11:00PM")]
    [InlineData("15:04:05.999", "23:00:00")]
    public void Layouts_of_times_in_utc(string layout, string expected) =>
        Assert.Equal(expected, Written(line => GoTime.Parse(layout).Write(line, new DateTimeOffset(2009, 11, 10, 23, 0, 0, TimeSpan.Zero))));

    [Theory, Spec("OBS-033")]
    [InlineData("31", "31")]
    [InlineData("3.1e+01", "31")]
    [InlineData("1e3", "1000")]
    [InlineData("1.0", "1")]
    [InlineData("0.25", "0.25")]
    [InlineData("-2.5E-3", "-0.0025")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    public void Numbers_of_documents_have_neither_exponent_nor_added_decimals(string json, string expected) => Assert.Equal(expected, GoNumber.Plain(json));

    [Fact, Spec("OBS-028")]
    public void Values_stay_on_their_line_and_inside_of_quotes()
    {
        var text = Written(static line => line.AppendEscaped("a\"b\\c\n\r\t\u0001\u007f\u0085\u2028ñ😀\ud800"));

        Assert.Equal("a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\\u0085\\u2028ñ😀\ufffd", text);
    }

    private static string Written(Action<Utf8Line> write)
    {
        var line = Utf8Line.Take();
        write(line);
        var text = Encoding.UTF8.GetString(line.Span);
        line.Return();
        return text;
    }
}
