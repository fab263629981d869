using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

public sealed class TimeTests
{
    private static readonly CelEnvironment s_ofText = Request.Builder().TimestampZones(CelZones.OfText).Build();

    [Theory]
    [InlineData("timestamp(now).getHours()", 21, 23)]
    [InlineData("timestamp(now).getDayOfWeek()", 5, 5)]
    [InlineData("timestamp('2024-03-01T01:00:00+02:00').getDayOfMonth()", 28, 0)]
    [InlineData("timestamp('2024-03-01T01:00:00+02:00').getDayOfYear()", 59, 60)]
    [InlineData("(timestamp(now) + duration('1h')).getDate()", 1, 2)]
    [InlineData("timestamp(now).getHours('UTC')", 21, 21)]
    [InlineData("timestamp(now).getMilliseconds()", 500, 500)]
    [InlineData("timestamp(0).getHours()", 0, 0)]
    [Spec("RTE-225", "SEC-087")]
    public void Getters_without_zone_use_UTC_or_the_zone_of_the_text(string text, long utc, long ofText)
    {
        Assert.Equal(CelValue.Of(utc), Request.Evaluate(text));
        Assert.Equal(CelValue.Of(ofText), s_ofText.Compile(text).Evaluate(Request.Input()));
    }

    [Theory]
    [InlineData("timestamp('2024-07-01T12:00:00Z').getHours('Europe/Madrid')", 14)]
    [InlineData("timestamp('2024-01-01T12:00:00Z').getHours('Europe/Madrid')", 13)]
    [InlineData("timestamp('2024-03-31T00:59:59Z').getHours('Europe/Madrid')", 1)]
    [InlineData("timestamp('2024-03-31T01:00:00Z').getHours('Europe/Madrid')", 3)]
    [InlineData("timestamp('2024-01-01T12:00:00Z').getMinutes('Asia/Kathmandu')", 45)]
    [InlineData("timestamp('2024-01-01T12:00:00Z').getHours('-05:00')", 7)]
    [InlineData("timestamp('0001-01-01T00:00:00Z').getFullYear('-05:00')", 0)]
    [InlineData("timestamp('9999-12-31T23:59:59Z').getFullYear('+05:00')", 10000)]
    [Spec("SEC-087")]
    public void Zones_have_names_and_offsets(string text, long expected) => Assert.Equal(CelValue.Of(expected), Request.Evaluate(text));

    [Fact]
    public void A_zone_may_come_with_the_request()
    {
        var program = Request.Environment.Compile("timestamp(now).getHours(req_headers['Z'][0])");

        Assert.Equal(CelValue.Of(22L), program.Evaluate(Request.Input(("Z", "Europe/Madrid"))));
        foreach (var bad in (string[])["../../etc/passwd", "/etc/passwd", "Mars/Base", "+25:00", new string('a', 10_000), "a\0b"])
            Assert.Equal(CelErrorCode.BadArgument, program.Evaluate(Request.Input(("Z", bad))).AsError.Code);
    }

    [Fact]
    [Spec("SEC-204")]
    public void A_zone_that_does_not_exist_is_an_error_of_the_expression() =>
        Assert.Contains("'Europe/Madird' is no time zone; did you mean \"Europe/Madrid\"?", Request.Refused("timestamp(now).getHours('Europe/Madird') < 8").Message);

    [Theory]
    [InlineData("duration('1h30m').getMinutes()", 90)]
    [InlineData("duration('123.321s').getMilliseconds()", 321)]
    [InlineData("duration('123.321s').getSeconds()", 123)]
    [InlineData("int(duration('1us'))", 1000)]
    [InlineData("int(timestamp('1970-01-02T00:00:00Z'))", 86400)]
    [Spec("SEC-203", "SEC-088")]
    public void Durations_are_counted_in_their_units(string text, long expected) => Assert.Equal(CelValue.Of(expected), Request.Evaluate(text));

    [Theory]
    [InlineData("duration('1.5h') == duration('90m') && duration('+1h') > duration('-1h') && duration('.5s') == duration('500ms')")]
    [InlineData("timestamp('2024-03-01T01:00:00+02:00') == timestamp('2024-02-29T23:00:00Z')")]
    [InlineData("string(timestamp('2024-03-01T01:00:00.120+02:00')) == '2024-02-29T23:00:00.12Z'")]
    [InlineData("timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z') == duration('24h')")]
    public void Times_have_an_order_and_an_arithmetic(string text) => Assert.True(Request.Evaluate(text).IsTrue);

    [Theory]
    [InlineData(-62135596800, "0001-01-01T00:00:00Z")]
    [InlineData(-1, "1969-12-31T23:59:59Z")]
    [InlineData(951782400, "2000-02-29T00:00:00Z")]
    [InlineData(253402300799, "9999-12-31T23:59:59Z")]
    public void Seconds_and_texts_are_the_same_moments(long seconds, string text)
    {
        Assert.Equal(text, Request.Evaluate($"string(timestamp({seconds}))").AsString);
        Assert.Equal(CelValue.Of(seconds), Request.Evaluate($"int(timestamp('{text}'))"));
        Assert.Equal(CelValue.OfTimestamp(seconds, 0), CelValue.OfTimestamp(DateTimeOffset.UnixEpoch.AddSeconds(seconds)));
    }
}
