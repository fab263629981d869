using Gateway.Testing;
using KrakenPlugins.Templates.Sprig.Dates;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class DateFunctionTests
{
    [Theory, Spec("CFG-110")]
    [InlineData("""{{ now | date "2006-01-02" }}""", "2019-06-13")]
    [InlineData("""{{ now | date "2006-01-02T15:04:05Z07:00" }}""", "2019-06-13T20:39:39+02:00")]
    [InlineData("""{{ now }}""", "2019-06-13 20:39:39 +0200 CEST")]
    [InlineData("""{{ date "02 Jan 06 15:04 -0700" 1560458379 }}""", "13 Jun 19 22:39 +0200")]
    [InlineData("""{{ date "2006-01-02" "" }}""", "2019-06-13")]
    [InlineData("""{{ date "2006" .absent }}""", "2019")]
    [InlineData("""{{ dateInZone "02 Jan 06 15:04 -0700" 1560458379 "UTC" }}""", "13 Jun 19 20:39 +0000")]
    [InlineData("""{{ date_in_zone "15:04 MST" now "UTC" }}""", "18:39 UTC")]
    [InlineData("""{{ date_in_zone "15:04 MST" now "Etc/UTC" }}""", "18:39 UTC")]
    [InlineData("""{{ date_in_zone "15:04 MST" now "America/New_York" }}""", "14:39 EDT")]
    [InlineData("""{{ date_in_zone "15:04" now "foobar" }}{{ date_in_zone " 15:04" now "../../etc/passwd" }}""", "18:39 18:39")]
    [InlineData("""{{ date_in_zone "15:04" now "Local" }}""", "20:39")]
    [InlineData("""{{ date_in_zone "15:04" now "America" }}{{ date_in_zone " 15:04" now "a\x00b" }}{{ date_in_zone " 15:04" now "/etc" }}""", "18:39 18:39 18:39")]
    [InlineData("""{{ now | htmlDate }} {{ htmlDate 0 }}""", "2019-06-13 1970-01-01")]
    [InlineData("""{{ htmlDateInZone 1560466800 "UTC" }} {{ htmlDateInZone 1560466800 "Asia/Tokyo" }}""", "2019-06-13 2019-06-14")]
    [InlineData("""{{ toDate "2006-01-02" "2017-12-31" | date "02/01/2006" }}""", "31/12/2017")]
    [InlineData("""{{ toDate "2006-01-02" "nonsense" }}""", "0001-01-01 00:00:00 +0000 UTC")]
    [InlineData("""{{ mustToDate "2006-01-02 15:04" "2017-12-31 10:00" }}""", "2017-12-31 10:00:00 +0100 CET")]
    [InlineData("""{{ mustToDate "2006-01-02T15:04:05Z07:00" "2017-12-31T10:00:00Z" | unixEpoch }}""", "1514714400")]
    [InlineData("""{{ now | unixEpoch }}""", "1560451179")]
    [InlineData("""{{ now | dateModify "24h" | date "2006-01-02 15:04" }}""", "2019-06-14 20:39")]
    [InlineData("""{{ now | date_modify "-1.5h" | date "15:04" }}""", "19:09")]
    [InlineData("""{{ now | dateModify "1f" | date "15:04" }}""", "20:39")]
    [InlineData("""{{ now | mustDateModify "+30m" | date "15:04" }}""", "21:09")]
    [InlineData("""{{ now | must_date_modify "5280h" | date "15:04 MST" }}""", "19:39 CET")]
    [InlineData("""{{ now.Year }} {{ now.Month }} {{ now.Day }} {{ now.Weekday }} {{ now.Unix }} {{ now.YearDay }}""", "2019 June 13 Thursday 1560451179 164")]
    [InlineData("""{{ now.Format "Jan 2" }} {{ (now.AddDate 0 1 -13).Format "2006-01-02" }} {{ now.UTC.Hour }}""", "Jun 13 2019-06-30 18")]
    [InlineData("""{{ now.After (toDate "2006" "2018") }} {{ now.Before now }} {{ deepEqual now now }}""", "true false true")]
    [InlineData("""{{ toJson now }}""", "\"2019-06-13T20:39:39+02:00\"")]
    public void Times_are_read_changed_and_written(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-110")]
    [InlineData("""{{ ago (now | dateModify "-125s") }}""", "2m5s")]
    [InlineData("""{{ ago (now | dateModify "-2h34m17s") }}""", "2h34m17s")]
    [InlineData("""{{ ago (now | dateModify "5s") }}""", "-5s")]
    [InlineData("""{{ ago 1560451179 }}""", "0s")]
    [InlineData("""{{ ago (now | dateModify "-1500ms") }} {{ ago (now | dateModify "-1499ms") }}""", "2s 1s")]
    [InlineData("""{{ duration "61" }} {{ duration "3600" }} {{ duration "93784" }} {{ duration 95 }} {{ duration "x" }}""", "1m1s 1h0m0s 26h3m4s 1m35s 0s")]
    [InlineData("""{{ durationRound "2h10m5s" }} {{ durationRound "24h5s" }} {{ durationRound "2400h5s" }}""", "2h 1d 3mo")]
    [InlineData("""{{ durationRound "8761h" }} {{ durationRound "61s" }} {{ durationRound "1500ms" }} {{ durationRound "x" }}""", "1y 1m 1s 0s")]
    [InlineData("""{{ durationRound (now | dateModify "-49h") }} {{ durationRound "-3h" }}""", "2d 3h")]
    public void Durations_are_written(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-110")]
    [InlineData("""{{ now | must_date_modify "1f" }}""", "time: unknown unit \"f\" in duration \"1f\"")]
    [InlineData("""{{ now | mustDateModify "1" }}""", "time: missing unit in duration \"1\"")]
    [InlineData("""{{ now | mustDateModify "" }}""", "time: invalid duration \"\"")]
    [InlineData("""{{ now | mustDateModify "99999999999999999999h" }}""", "time: invalid duration")]
    [InlineData("""{{ now | mustDateModify "2562047h" | mustDateModify "2562047h" | mustDateModify "-2562047h" | mustDateModify "2562047h" | unixEpoch | trunc 0 }}{{ dateModify "1h" "x" }}""", "expected time.Time; got string")]
    [InlineData("""{{ mustToDate "2006-01-02" "nonsense" }}""", "parsing time \"nonsense\" as \"2006-01-02\": cannot parse \"nonsense\" as \"2006\"")]
    [InlineData("""{{ mustToDate "2006-01-02" "2017-13-01" }}""", "parsing time \"2017-13-01\": month out of range")]
    [InlineData("""{{ mustToDate "2006-01-02" "2017-02-30" }}""", "parsing time \"2017-02-30\": day out of range")]
    [InlineData("""{{ mustToDate "2006-01-02" "2017-02-03x" }}""", "extra text: \"x\"")]
    [InlineData("""{{ date "2006" 999999999999999 }}""", "years 1 to 9999")]
    [InlineData("""{{ now.AddDate 9999 0 0 }}""", "years 1 to 9999")]
    [InlineData("""{{ unixEpoch "x" }}""", "expected time.Time")]
    public void What_is_no_time_or_duration_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    // The reference time of the time package's own examples: 4 February 2009, 21:00:57.012345678 in the zone PST.
    [Theory, Spec("CFG-110")]
    [InlineData("Mon Jan _2 15:04:05 2006", "Wed Feb  4 21:00:57 2009")]
    [InlineData("Mon Jan _2 15:04:05 MST 2006", "Wed Feb  4 21:00:57 PST 2009")]
    [InlineData("Mon Jan 02 15:04:05 -0700 2006", "Wed Feb 04 21:00:57 -0800 2009")]
    [InlineData("02 Jan 06 15:04 MST", "04 Feb 09 21:00 PST")]
    [InlineData("Monday, 02-Jan-06 15:04:05 MST", "Wednesday, 04-Feb-09 21:00:57 PST")]
    [InlineData("Mon, 02 Jan 2006 15:04:05 -0700", "Wed, 04 Feb 2009 21:00:57 -0800")]
    [InlineData("2006-01-02T15:04:05Z07:00", "2009-02-04T21:00:57-08:00")]
    [InlineData("2006-01-02T15:04:05.999999999Z07:00", "2009-02-04T21:00:57.0123456-08:00")]
    [InlineData("3:04PM", "9:00PM")]
    [InlineData("3:04:05 pm", "9:00:57 pm")]
    [InlineData("06-1-2", "09-2-4")]
    [InlineData("Jan _2 15:04:05.000", "Feb  4 21:00:57.012")]
    [InlineData("Jan _2 15:04:05.000000", "Feb  4 21:00:57.012345")]
    [InlineData("15:04:05,000000000", "21:00:57,012345600")]
    [InlineData("05.00 05.99", "57.01 57.01")]
    [InlineData("January Janet Monday Monet", "February Janet Wednesday Monet")]
    [InlineData("002 __2", "035  35")]
    [InlineData("Z0700 Z07 -07 -07:00:00 Z070000 -070000", "-0800 -08 -08 -08:00:00 -080000 -080000")]
    [InlineData("_2006 __2006", "_2009  35009")]
    [InlineData("4 5 1 15h", "0 57 2 21h")]
    [InlineData("plain text \u00f1", "plain text \u00f1")]
    public void A_layout_shows_a_time(string layout, string expected)
    {
        var time = GoTime.At(new DateTime(2009, 2, 5, 5, 0, 57, DateTimeKind.Utc).AddTicks(123456), GoZone.Fixed("PST", TimeSpan.FromHours(-8)));

        Assert.Equal(expected, GoLayout.Format(time, layout));
    }

    [Theory, Spec("CFG-110")]
    [InlineData("Mon Jan _2 15:04:05 2006", "Thu Feb  4 21:00:57 2010", "2010-02-04T21:00:57Z")]
    [InlineData("Mon Jan _2 15:04:05 MST 2006", "Thu Feb  4 21:00:57 PST 2010", "2010-02-04T21:00:57Z")]
    [InlineData("Monday, 02-Jan-06 15:04:05 MST", "Thursday, 04-Feb-10 21:00:57 GMT+1", "2010-02-04T21:00:57+01:00")]
    [InlineData("Mon, 02 Jan 2006 15:04:05 -0700", "Thu, 04 Feb 2010 21:00:57 -0800", "2010-02-04T21:00:57-08:00")]
    [InlineData("2006-01-02T15:04:05Z07:00", "2010-02-04T21:00:57.012-08:00", "2010-02-04T21:00:57.012-08:00")]
    [InlineData("2006-01-02T15:04:05.000Z", "2010-02-04T21:00:57.012Z", "2010-02-04T21:00:57.012Z")]
    [InlineData("2006-01-02 15:04:05.999", "2010-02-04 21:00:57", "2010-02-04T21:00:57Z")]
    [InlineData("3:04PM", "9:05PM", "0001-01-01T21:05:00Z")]
    [InlineData("3:04 pm", "12:05 am", "0001-01-01T00:05:00Z")]
    [InlineData("06 January 2", "69 february 28", "1969-02-28T00:00:00Z")]
    [InlineData("06 Jan 2", "68 Feb 29", "2068-02-29T00:00:00Z")]
    [InlineData("2006 002", "2012 060", "2012-02-29T00:00:00Z")]
    [InlineData("2006 __2", "2012   5", "2012-01-05T00:00:00Z")]
    [InlineData("2006-01-02 -07:00:00", "2012-01-05 +01:30:30", "2012-01-05T00:00:00+01:30")]
    [InlineData("2006-01-02 MST", "2012-01-05 UTC", "2012-01-05T00:00:00Z")]
    [InlineData("Jan  2", "Feb    3", "0001-02-03T00:00:00Z")]
    public void A_layout_reads_a_time(string layout, string text, string expected)
    {
        Assert.True(GoTimeParser.TryParse(layout, text, GoZone.Utc, out var time, out var error), error);

        Assert.Equal(expected, GoLayout.Format(time, "2006-01-02T15:04:05.999999999Z07:00"));
    }

    [Theory]
    [InlineData("2006-01-02", "22-01-02", "cannot parse \"22-01-02\" as \"2006\"")]
    [InlineData("2006-01-02", "2022/01/02", "cannot parse \"/01/02\" as \"-\"")]
    [InlineData("15:04", "24:00", "hour out of range")]
    [InlineData("15:04", "23:60", "minute out of range")]
    [InlineData("04:05", "00:61", "second out of range")]
    [InlineData("2006 002", "2011 366", "day-of-year out of range")]
    [InlineData("2006 Jan", "2011 Foo", "cannot parse \"Foo\" as \"Jan\"")]
    [InlineData("2006-01-02T15:04:05Z07:00", "2010-02-04T21:00:57", "cannot parse \"\" as \"Z07:00\"")]
    [InlineData("15:04 PM", "10:00 XM", "cannot parse \"XM\" as \"PM\"")]
    [InlineData("05.000", "10.1", "as \".000\"")]
    public void A_text_that_does_not_fit_its_layout_is_refused(string layout, string text, string expected)
    {
        Assert.False(GoTimeParser.TryParse(layout, text, GoZone.Utc, out _, out var error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0, "0s")]
    [InlineData("5ns", 5, "5ns")]
    [InlineData("1.1us", 1_100, "1.1µs")]
    [InlineData("2.2µs", 2_200, "2.2µs")]
    [InlineData("3.3ms", 3_300_000, "3.3ms")]
    [InlineData("4m5.001s", 245_001_000_000, "4m5.001s")]
    [InlineData("+5.s", 5_000_000_000, "5s")]
    [InlineData("-.5s", -500_000_000, "-500ms")]
    [InlineData("39h9m14.425s", 140_954_425_000_000, "39h9m14.425s")]
    [InlineData("9223372036854775807ns", long.MaxValue, "2562047h47m16.854775807s")]
    [InlineData("-9223372036854775808ns", long.MinValue, "-2562047h47m16.854775808s")]
    public void Durations_are_read_and_written(string text, long nanoseconds, string written)
    {
        Assert.True(GoDuration.TryParse(text, out var parsed, out var error), error);

        Assert.Equal(nanoseconds, parsed);
        Assert.Equal(written, GoDuration.Text(parsed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("-")]
    [InlineData("s")]
    [InlineData(".")]
    [InlineData(".s")]
    [InlineData("1..5s")]
    [InlineData("9223372036854775808ns")]
    [InlineData("3000000h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _, out _));
}
