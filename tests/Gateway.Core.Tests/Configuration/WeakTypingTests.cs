using System.Globalization;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

public sealed class WeakTypingTests
{
    [Theory]
    [Spec("CFG-011")]
    [InlineData("8080", 8080L)]
    [InlineData("\"8080\"", 8080L)]
    [InlineData("\"0x1F90\"", 8080L)]
    [InlineData("\"-12\"", -12L)]
    [InlineData("\"010\"", 8L)]
    [InlineData("\"0b101\"", 5L)]
    [InlineData("1.9", 1L)]
    [InlineData("-1.9", -1L)]
    [InlineData("1e3", 1000L)]
    [InlineData("true", 1L)]
    [InlineData("false", 0L)]
    [InlineData("\"\"", 0L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"-9223372036854775808\"", long.MinValue)]
    public void Integers(string json, long expected)
    {
        Assert.True(WeakTyping.TryInteger(Node(json), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [Spec("CFG-011")]
    [InlineData("\"abc\"")]
    [InlineData("\"1.5\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"09\"")]
    [InlineData("\"-\"")]
    [InlineData("\"9223372036854775808\"")]
    [InlineData("1e30")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    public void What_is_no_integer(string json) => Assert.False(WeakTyping.TryInteger(Node(json), out _));

    [Theory]
    [Spec("CFG-012")]
    [InlineData("1 t T true TRUE True", true)]
    [InlineData("0 f F false FALSE False", false)]
    public void Booleans_in_texts(string texts, bool expected)
    {
        foreach (var text in texts.Split(' '))
        {
            Assert.True(WeakTyping.TryBoolean(Node($"\"{text}\""), out var value));
            Assert.Equal(expected, value);
        }
    }

    [Theory]
    [Spec("CFG-012")]
    [InlineData("true", true)]
    [InlineData("2", true)]
    [InlineData("-0.5", true)]
    [InlineData("0", false)]
    [InlineData("0.0", false)]
    [InlineData("0e5", false)]
    [InlineData("\"\"", false)]
    public void Booleans(string json, bool expected)
    {
        Assert.True(WeakTyping.TryBoolean(Node(json), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [Spec("CFG-012")]
    [InlineData("\"yes\"")]
    [InlineData("\"on\"")]
    [InlineData("\"tRUE\"")]
    [InlineData("[]")]
    public void What_is_no_boolean(string json) => Assert.False(WeakTyping.TryBoolean(Node(json), out _));

    [Theory]
    [Spec("CFG-013")]
    [InlineData("\"x\"", "x")]
    [InlineData("8080", "8080")]
    [InlineData("1.50", "1.5")]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("1.5e-3", "0.0015")]
    [InlineData("1e-40", "0.0000000000000000000000000000000000000001")]
    [InlineData("1e30", "1000000000000000000000000000000")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    [InlineData("true", "1")]
    [InlineData("false", "0")]
    public void Texts(string json, string expected)
    {
        Assert.True(WeakTyping.TryString(Node(json), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [Spec("CFG-015", "RTE-201")]
    [InlineData("3s", 3_000_000_0L)]
    [InlineData("1h30m", 54_000_000_000L)]
    [InlineData("1.5s", 15_000_000L)]
    [InlineData("-1s", -10_000_000L)]
    [InlineData("+1s", 10_000_000L)]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("0s", 0L)]
    [InlineData(".5s", 5_000_000L)]
    [InlineData("5.s", 50_000_000L)]
    [InlineData("500ms", 5_000_000L)]
    [InlineData("1us", 10L)]
    [InlineData("1µs", 10L)]
    [InlineData("1μs", 10L)]
    [InlineData("100ns", 1L)]
    [InlineData("1ns", 1L)]
    [InlineData("-1ns", -1L)]
    public void Durations(string text, long ticks)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [Spec("CFG-015", "RTE-201")]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("1d")]
    [InlineData("3 s")]
    [InlineData(" 3s")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1.2.3s")]
    [InlineData("1S")]
    [InlineData("--1s")]
    [InlineData("-")]
    [InlineData("1h-30m")]
    [InlineData("9000000000000000000h")]
    [InlineData("2562048h")]
    [InlineData("99999999999999999999999999999999999ns")]
    public void What_is_no_duration(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Fact]
    [Spec("CFG-016")]
    public void A_bare_number_counts_nanoseconds()
    {
        Assert.True(WeakTyping.TryDuration(Node("3600"), out var duration, out var isBare));
        Assert.Equal(TimeSpan.FromMicroseconds(3.6), duration);
        Assert.True(isBare);

        Assert.True(WeakTyping.TryDuration(Node("0"), out duration, out isBare));
        Assert.Equal(TimeSpan.Zero, duration);
        Assert.False(isBare);
    }

    [Fact]
    public void Conversions_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            Assert.True(WeakTyping.TryDouble(Node("-1.5"), out var number) && WeakTyping.TryString(Node("-1.5e1"), out var text) && text == "-15");
            Assert.Equal(-1.5, number);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static ConfigNode Node(string json) => JsonConfigReader.Read("f", json, new ConfigDiagnostics())!;
}
