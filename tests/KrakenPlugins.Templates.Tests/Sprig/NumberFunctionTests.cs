using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class NumberFunctionTests
{
    [Theory, Spec("CFG-104")]
    [InlineData("""{{ add 2 1 }}""", "3")]
    [InlineData("""{{ 3 | add 1 2 }}""", "6")]
    [InlineData("""{{ add }}""", "0")]
    [InlineData("""{{ add "2" 1.9 true nil "x" .port }}""", "8084")]
    [InlineData("""{{ add "0x10" "0b11" "0o7" "1_000" }}""", "1026")]
    [InlineData("""{{ add "8.0" "-3" "+1" }}""", "6")]
    [InlineData("""{{ add "8.5" "1__0" "9223372036854775808" "" }}""", "0")]
    [InlineData("""{{ add 9223372036854775807 1 }}""", "-9223372036854775808")]
    [InlineData("""{{ 3 | add1 }}""", "4")]
    [InlineData("""{{ 3 | sub 14 }}""", "11")]
    [InlineData("""{{ div 7 2 }}""", "3")]
    [InlineData("""{{ div -7 2 }}""", "-3")]
    [InlineData("""{{ 4 | div 5 }}""", "1")]
    [InlineData("""{{ div -9223372036854775808 -1 }}""", "-9223372036854775808")]
    [InlineData("""{{ mod 7 3 }} {{ mod -7 3 }} {{ mod 7 -1 }}""", "1 -1 0")]
    [InlineData("""{{ 1 | mul "2" 3 "4" }}""", "24")]
    [InlineData("""{{ mul 5 }}""", "5")]
    [InlineData("""{{ max 1 2 3 345 5 }} {{ max 345 }} {{ biggest 1 "7" 3 }}""", "345 345 7")]
    [InlineData("""{{ min 1 2 3 345 }} {{ min 345 }} {{ min 4 -1.5 }}""", "1 345 -1")]
    [InlineData("""{{ int "12" }} {{ int 3.9 }} {{ int -3.9 }} {{ int true }} {{ int "frankie" }} {{ int nil }}""", "12 3 -3 1 0 0")]
    [InlineData("""{{ int64 102.1234 }} {{ int64 "102" }} {{ int64 (list 1) }}""", "102 102 0")]
    [InlineData("""{{ atoi "42" }} {{ atoi "-7" }} {{ atoi "0x10" }} {{ atoi "a" }}""", "42 -7 0 0")]
    [InlineData("""{{ toDecimal "777" }} {{ toDecimal 770 }} {{ toDecimal 755 }} {{ toDecimal "8" }}""", "511 504 493 0")]
    [InlineData("""{{ env "PORT" | div 1000000 }}""", "123")]
    public void Integers_are_computed(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"port":8080}"""));

    [Theory, Spec("CFG-104")]
    [InlineData("""{{ div 1 0 }}""")]
    [InlineData("""{{ mod 1 "x" }}""")]
    [InlineData("""{{ divf 1 0 }}""")]
    public void Division_by_zero_is_an_error(string template) =>
        Assert.Contains("by zero", SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ addf 0.1 0.2 }}""", "0.3")]
    [InlineData("""{{ 3 | addf 1.5 2.2 }}""", "6.7")]
    [InlineData("""{{ 3.4 | add1f }}""", "4.4")]
    [InlineData("""{{ 3 | subf 4.5 1 }}""", "0.5")]
    [InlineData("""{{ 1.2 | mulf "2.4" 10 "4" }}""", "115.2")]
    [InlineData("""{{ 2 | divf 5 4 }}""", "0.625")]
    [InlineData("""{{ divf 10 3 }}""", "3.3333333333333335")]
    [InlineData("""{{ divf -1 3 }}""", "-0.3333333333333333")]
    [InlineData("""{{ mulf 1e200 1e-200 }}""", "1")]
    [InlineData("""{{ maxf 1 2 3 345.7 5 }}""", "345.7")]
    [InlineData("""{{ minf 1.4 2 3 }}""", "1.4")]
    [InlineData("""{{ ceil 123 }} {{ ceil 123.01 }} {{ ceil "123.01" }}""", "123 124 124")]
    [InlineData("""{{ floor 123.9999 }} {{ floor "123.9999" }} {{ floor -0.5 }}""", "123 123 -1")]
    [InlineData("""{{ round 123.5555 3 }} {{ round "123.55555" 3 }}""", "123.556 123.556")]
    [InlineData("""{{ round 123.500001 0 }} {{ round 123.49999999 0 }}""", "124 123")]
    [InlineData("""{{ round 123.2329999 2 .3 }} {{ round 123.233 2 .3 }}""", "123.23 123.24")]
    [InlineData("""{{ float64 "102.5" }} {{ float64 "frankie" }} {{ float64 true }} {{ float64 3 | kindOf }}""", "102.5 0 1 float64")]
    [InlineData("""{{ float64 " 1" }} {{ float64 "1e3" }}""", "0 1000")]
    public void Floating_point_numbers_are_computed(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ until 5 }}""", "[0 1 2 3 4]")]
    [InlineData("""{{ range $i, $e := until -5 }}{{ $i }}{{ $e }} {{ end }}""", "00 1-1 2-2 3-3 4-4 ")]
    [InlineData("""{{ until 0 }}""", "[]")]
    [InlineData("""{{ until (add 1 2) | typeOf }}""", "[]int")]
    [InlineData("""{{ untilStep 0 5 1 }}""", "[0 1 2 3 4]")]
    [InlineData("""{{ untilStep 3 6 1 }}""", "[3 4 5]")]
    [InlineData("""{{ untilStep 3 6 2 }}""", "[3 5]")]
    [InlineData("""{{ untilStep 0 -10 -2 }}""", "[0 -2 -4 -6 -8]")]
    [InlineData("""{{ untilStep 3 0 1 }}{{ untilStep 3 99 0 }}{{ untilStep 3 99 -1 }}{{ untilStep 3 0 0 }}""", "[][][][]")]
    [InlineData("""{{ untilStep -9223372036854775808 9223372036854775807 9223372036854775807 | len }}""", "3")]
    [InlineData("""{{ seq 0 1 3 }}""", "0 1 2 3")]
    [InlineData("""{{ seq 0 3 10 }}""", "0 3 6 9")]
    [InlineData("""{{ seq 3 3 2 }}""", "")]
    [InlineData("""{{ seq 3 -3 2 }}""", "3")]
    [InlineData("""{{ seq }}""", "")]
    [InlineData("""{{ seq 0 4 }}""", "0 1 2 3 4")]
    [InlineData("""{{ seq 5 }}""", "1 2 3 4 5")]
    [InlineData("""{{ seq -5 }}""", "1 0 -1 -2 -3 -4 -5")]
    [InlineData("""{{ seq 0 }}""", "1 0")]
    [InlineData("""{{ seq 0 1 2 3 }}""", "")]
    [InlineData("""{{ seq 0 -4 }}""", "0 -1 -2 -3 -4")]
    [InlineData("""{{ seq 2 -2 0 }}""", "2 0")]
    public void Numbers_are_counted(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-111")]
    [InlineData(10, 11)]
    [InlineData(-3, 3)]
    [InlineData(5, 50)]
    public void A_random_integer_lies_between_its_bounds(int minimum, int maximum)
    {
        for (var i = 0; i < 100; i++)
        {
            var number = int.Parse(SprigTemplates.Render($"{{{{ randInt ({minimum}) {maximum} }}}}"), System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(number, minimum, maximum - 1);
        }
    }

    [Fact]
    public void A_random_integer_needs_a_range() =>
        Assert.Contains("randInt", SprigTemplates.RenderError("{{ randInt 5 5 }}"), StringComparison.Ordinal);
}
