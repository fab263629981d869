using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

/// <summary>What whoever sends the data may try, and the edges of what values can be.</summary>
public sealed class AttackTests
{
    private static readonly CelEnvironment s_environment = Request.Builder().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().Build();

    [Theory]
    [InlineData("(?:.?){999}", 9)]
    [InlineData("(?:a?){500}", 18)]
    [InlineData("[ab]{900}c|", 20)]
    [Spec("SEC-205", "RTE-233")]
    public void A_pattern_of_the_request_that_makes_every_character_expensive_costs_what_it_does(string part, int times)
    {
        var pattern = string.Concat(Enumerable.Repeat(part, times)) + "x$";
        var program = s_environment.Compile("req_headers['T'][0].matches(req_headers['P'][0]) || true");

        var result = program.Evaluate(Request.Input(("T", string.Concat(Enumerable.Repeat("aaab", 2000))), ("P", pattern)));

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Fact]
    [Spec("SEC-205")]
    public void An_ordinary_pattern_of_the_request_is_affordable()
    {
        var program = s_environment.Compile("req_headers['T'][0].matches(req_headers['P'][0])");

        Assert.True(program.Evaluate(Request.Input(("T", new string('a', 8000) + "@example.com"), ("P", "^[^@ ]+@[a-z0-9.-]{1,60}$"))).IsTrue);
    }

    [Theory]
    [InlineData("Nowhe")]
    [InlineData("Europe/Nowhere")]
    [Spec("SEC-200", "SEC-204")]
    public void Zones_that_do_not_exist_are_not_looked_for_without_end(string zone)
    {
        var program = s_environment.Compile(
            "[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, [0,1,2,3,4,5,6,7,8,9].exists(c, timestamp(now).getHours(req_headers['Z'][0]) == 25)))");

        Assert.Equal(CelErrorCode.CostExceeded, program.Evaluate(Request.Input(("Z", zone))).AsError.Code);
    }

    [Theory]
    [InlineData("Europe//Madrid")]
    [InlineData("Europe/Madrid/")]
    [InlineData("/etc/passwd")]
    [InlineData("../../etc/passwd")]
    [InlineData("America")]
    [InlineData("leapseconds")]
    [InlineData("tzdata")]
    [InlineData("Eu\0rope")]
    [InlineData("+24:00")]
    [InlineData("1:00")]
    [InlineData(" ")]
    [Spec("SEC-204")]
    public void A_name_of_the_request_that_is_no_zone_is_an_error(string zone) => Assert.Equal(
        CelErrorCode.BadArgument, s_environment.Compile("timestamp(now).getHours(req_headers['Z'][0]) >= 0").Evaluate(Request.Input(("Z", zone))).AsError.Code);

    [Theory]
    [InlineData("resp_data.left == resp_data.right")]
    [InlineData("resp_data.left != resp_data.right")]
    [InlineData("!(resp_data.left in [resp_data.right])")]
    [InlineData("resp_data.left != resp_data.right || true")]
    [Spec("SEC-060", "SEC-200")]
    public void Data_that_is_too_deep_to_compare_is_neither_equal_nor_different(string text)
    {
        var (left, right) = (CelValue.OfList(), CelValue.OfList());
        for (var i = 0; i < 600; i++)
            (left, right) = (CelValue.OfList(left), CelValue.OfList(right));
        var input = Request.Input();
        input[3] = CelValue.OfMap(KeyValuePair.Create(CelValue.Of("left"), left), KeyValuePair.Create(CelValue.Of("right"), right));

        Assert.Equal(CelErrorCode.CostExceeded, s_environment.Compile(text).Evaluate(input).AsError.Code);
    }

    [Fact]
    [Spec("SEC-200")]
    public void Splitting_a_text_by_one_that_almost_occurs_everywhere_costs_like_looking_for_it()
    {
        var program = s_environment.Compile("[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, size(req_headers['T'][0].split(req_headers['P'][0])) == 1))");
        var half = new string('a', 16_000);

        var result = program.Evaluate(Request.Input(("T", half + half), ("P", half + "b" + half[..10])), new CelLimits(2_000_000));

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Theory]
    [InlineData("timestamp('0001-01-01T00:00:00Z').getFullYear() == 1 && timestamp('9999-12-31T23:59:59.999999999Z').getFullYear() == 9999")]
    [InlineData("timestamp('9999-12-31T23:59:59Z').getFullYear('+14:00') == 10000 && timestamp('0001-01-01T00:00:00Z').getFullYear('-12:00') == 0")]
    [InlineData("timestamp('0001-01-01T00:00:00Z').getHours('Europe/Madrid') >= 0 && timestamp('9999-12-31T23:59:59Z').getHours('Europe/Madrid') >= 0")]
    [InlineData("timestamp('2000-02-29T00:00:00Z').getDayOfYear() == 59 && timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365")]
    [InlineData("timestamp('2016-12-31T23:59:59.999999999+00:00') < timestamp('2017-01-01T00:00:00Z')")]
    [InlineData("timestamp('2024-01-01T00:00:00+01:00') == timestamp('2023-12-31T23:00:00Z')")]
    [InlineData("timestamp(253402300799) == timestamp('9999-12-31T23:59:59Z')")]
    [InlineData("duration('9223372036854775807ns') > duration('2562047h') && duration('-9223372036854775808ns') < duration('0s')")]
    [InlineData("double('NaN') != double('NaN') && !(double('NaN') == double('NaN')) && !(double('NaN') < 1.0) && !(double('NaN') >= 1.0) && !(1 <= double('NaN'))")]
    [InlineData("!(double('NaN') in [double('NaN')]) && [double('NaN')] != [double('NaN')] && !(double('NaN') in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])")]
    [InlineData("double('inf') > 9223372036854775807 && double('-inf') < -9223372036854775808 && double('inf') == double('inf') && 1.0 / 0.0 == double('inf')")]
    [InlineData("1 == dyn(1u) && 1u == dyn(1.0) && -1 < 0u && !(dyn(-1) == 18446744073709551615u) && 18446744073709551615u > 9223372036854775807 && 0.0 == -0.0")]
    [InlineData("dyn(1u) in [1] && dyn(1.0) in {1: 'a'} && !(dyn(1.5) in {1: 'a'}) && !(dyn('1') in {1: 'a'}) && {1: 'a'}[dyn(1u)] == 'a' && dyn(3u) in [1, 2, 3, 4, 5, 6, 7]")]
    [InlineData("uint(9223372036854775807) == 9223372036854775807u && int(9223372036854775807u) == 9223372036854775807 && int(-1.9) == -1")]
    [InlineData("'a😀b'.size() == 3 && 'a😀b'.charAt(1) == '😀' && 'a😀b'.substring(1, 2) == '😀' && 'a😀b'.indexOf('b') == 2 && '😀'.split('') == ['😀'] && 'a😀'.reverse() == '😀a'")]
    [InlineData("'\\uffff' < '\\U00010000' && ['\\U00010000', '\\uffff'].sort() == ['\\uffff', '\\U00010000']")]
    [InlineData("[1, 2].map(req_method, req_method + 1) == [2, 3] && req_method == 'GET'")]
    [InlineData("[1].map(x, [10].map(x, x + 1)[0] + x) == [12] && [[1, 2], [3]].map(x, x.map(x, x * 2)) == [[2, 4], [6]]")]
    [InlineData("cel.bind(x, 1, cel.bind(x, x + 1, x + 1) + x) == 4 && cel.bind(x, 5, [1, 2].map(y, x + y).map(x, x)) == [6, 7]")]
    [InlineData("[1, 2, 3].map(i, cel.bind(v, i * 10, [v, v].map(i, i + v)[0])) == [20, 40, 60]")]
    [InlineData("[1, 2].exists(size, size == 2) && [1].all(int, int == 1)")]
    [Spec("SEC-075", "SEC-086", "SEC-087")]
    public void Edges(string text) => Assert.True(s_environment.Compile(text).Evaluate(Request.Input()).IsTrue);

    [Theory]
    [InlineData("timestamp('0000-01-01T00:00:00Z') < timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp('10000-01-01T00:00:00Z') < timestamp(now)", CelErrorCode.BadConversion)]
    [InlineData("timestamp('2023-02-29T00:00:00Z') < timestamp(now)", CelErrorCode.BadConversion)]
    [InlineData("timestamp('2016-12-31T23:59:60Z') < timestamp(now)", CelErrorCode.BadConversion)]
    [InlineData("timestamp('9999-12-31T23:59:59-00:01') < timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp('0001-01-01T00:00:00+00:01') < timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s') > timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp('0001-01-01T00:00:00Z') - duration('1ns') < timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp('9999-12-31T00:00:00Z') - timestamp('0001-01-01T00:00:00Z') > duration('1s')", CelErrorCode.Overflow)]
    [InlineData("timestamp(253402300800) > timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("timestamp(9223372036854775807) > timestamp(now)", CelErrorCode.Overflow)]
    [InlineData("duration('9223372036854775807ns') + duration('1ns') > duration('1s')", CelErrorCode.Overflow)]
    [InlineData("duration('2562048h') > duration('1s')", CelErrorCode.Overflow)]
    [InlineData("duration('99999999999999999999999999999999999999h') > duration('1s')", CelErrorCode.Overflow)]
    [InlineData("duration('1') > duration('1s')", CelErrorCode.BadConversion)]
    [InlineData("duration('1h-1m') > duration('1s')", CelErrorCode.BadConversion)]
    [InlineData("int(double('NaN')) == 0", CelErrorCode.Overflow)]
    [InlineData("int(9223372036854775808.0) == 0", CelErrorCode.Overflow)]
    [InlineData("uint(-1) == 0u", CelErrorCode.Overflow)]
    [InlineData("uint(-0.5) == 0u", CelErrorCode.Overflow)]
    [InlineData("-9223372036854775808 / -1 == 0", CelErrorCode.Overflow)]
    [InlineData("-(-9223372036854775808) == 0", CelErrorCode.Overflow)]
    [InlineData("math.abs(-9223372036854775808) == 0", CelErrorCode.Overflow)]
    [InlineData("0u - 1u == 0u", CelErrorCode.Overflow)]
    [InlineData("'😀'.charAt(2) == ''", CelErrorCode.IndexOutOfRange)]
    [InlineData("'a'.substring(-1) == ''", CelErrorCode.IndexOutOfRange)]
    [InlineData("[1][-1] == 1", CelErrorCode.IndexOutOfRange)]
    [InlineData("[1][9223372036854775807] == 1", CelErrorCode.IndexOutOfRange)]
    [InlineData("lists.range(9223372036854775807).size() == 1", CelErrorCode.CostExceeded)]
    [InlineData("lists.range(100000).exists(x, x in lists.range(100000).map(y, -y - 1))", CelErrorCode.CostExceeded)]
    [InlineData("'%.101f'.format([1.0]) == ''", CelErrorCode.BadArgument)]
    [Spec("SEC-084", "SEC-088", "SEC-200")]
    public void What_is_beyond_the_edge_is_an_error(string text, CelErrorCode code) => Assert.Equal(code, s_environment.Compile(text).Evaluate(Request.Input()).AsError.Code);

    [Fact]
    [Spec("RTE-227")]
    public void One_program_serves_many_threads()
    {
        var program = s_environment.Compile("cel.bind(x, int(req_headers['N'][0]), [1, 2, 3].map(i, [i, i].map(j, j * x)[1]) == [x, 2 * x, 3 * x]) && req_headers['N'][0].matches(req_headers['P'][0])"
            + " && timestamp(now).getHours(req_headers['Z'][0]) >= 0 && ['a', 'b'].exists(a, a == 'b')");

        Parallel.For(0, 2000, i => Assert.True(program.Evaluate(Request.Input(
            ("N", $"{i}"), ("P", $"^{i}$"), ("Z", i % 2 == 0 ? "Europe/Madrid" : "America/New_York"))).IsTrue));
    }
}
