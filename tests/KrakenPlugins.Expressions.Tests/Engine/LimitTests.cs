using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

public sealed class LimitTests
{
    public static TheoryData<string, string> Bombs => new()
    {
        { new string('(', 10_000) + "1" + new string(')', 10_000), "nested deeper than 250" },
        { new string('[', 10_000), "nested deeper than 250" },
        { new string('!', 10_000) + "true", "nested deeper than 250" },
        { string.Concat(Enumerable.Repeat("true ? ", 10_000)), "':' of the conditional" },
        { string.Concat(Enumerable.Repeat("true ? 1 : ", 5_000)) + "1", "nested deeper than 250" },
        { string.Join(" + ", Enumerable.Repeat("1", 10_000)), "deeper than 500 operations" },
        { "req_method" + string.Concat(Enumerable.Repeat(".a", 10_000)), "deeper than 500 operations" },
        { "req_method" + string.Concat(Enumerable.Repeat("[0]", 10_000)), "deeper than 500 operations" },
        { new string(' ', 100_001), "at most 100000" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    [Spec("SEC-201")]
    public void A_text_that_is_too_deep_or_too_long_is_refused(string text, string message) => Assert.Contains(message, Request.Refused(text).Message);

    public static TheoryData<string> Deepest => new()
    {
        Nested("size([", "req_method", "])", 110),
        Nested("math.greatest(1, 2.0, ", "size(req_method)", ")", 240),
        Nested("[1].all(x, ", "req_method != ''", ")", 240),
        Nested("true ? (", "req_method != ''", ") : false", 120),
        Nested("!", "(req_method != '')", "", 240),
        "req_method" + string.Concat(Enumerable.Repeat(" + req_method", 490)),
        Nested("{'a': ", "req_method", "}", 240) + string.Concat(Enumerable.Repeat(".a", 200)),
    };

    [Theory]
    [MemberData(nameof(Deepest))]
    [Spec("SEC-201")]
    public void The_deepest_text_that_is_allowed_fits_on_a_small_stack(string text)
    {
        var environment = Request.Builder().AddMathExtensions().Build();
        CelValue result = default;
        var thread = new Thread(() => result = environment.Compile(text).Evaluate(Request.Input()), 1024 * 1024);

        thread.Start();
        thread.Join();

        Assert.False(result.IsError, result.ToString());
    }

    private static string Nested(string open, string inner, string close, int levels) =>
        string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));

    [Fact]
    [Spec("SEC-201")]
    public void A_long_chain_of_conditions_is_not_deep()
    {
        var text = string.Join(" || ", Enumerable.Range(0, 3000).Select(i => $"req_method == 'M{i}'"));

        Assert.False(Request.Evaluate(text).IsTrue);
        Assert.True(Request.Evaluate(text + " || req_method == 'GET'").IsTrue);
    }

    [Fact]
    [Spec("SEC-201")]
    public void No_more_than_twenty_errors_are_reported() =>
        Assert.Equal(20, Request.Refused(string.Join(" || ", Enumerable.Range(0, 100).Select(i => $"unknown_{i}"))).Issues.Count);

    [Theory]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, a + b + c + d + e + f < 100))))))")]
    [InlineData("cel.bind(a, [1,2,3,4,5,6,7,8,9,10], cel.bind(b, a.map(x, a), cel.bind(c, b.map(x, b), cel.bind(d, c.map(x, c), cel.bind(e, d.map(x, d), e.map(x, e) == e.map(x, e)))))) || true")]
    [InlineData("cel.bind(a, req_method + req_method, cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b, cel.bind(d, c+c+c+c+c+c+c+c, cel.bind(e, d+d+d+d+d+d+d+d, cel.bind(f, e+e+e+e+e+e+e+e, cel.bind(g, f+f+f+f+f+f+f+f, g+g+g+g+g+g+g+g))))))) == '' || true")]
    [InlineData("cel.bind(a, [req_method], cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b, cel.bind(d, c+c+c+c+c+c+c+c, cel.bind(e, d+d+d+d+d+d+d+d, cel.bind(f, e+e+e+e+e+e+e+e, cel.bind(g, f+f+f+f+f+f+f+f, g+g+g+g+g+g+g+g))))))) == [] || true")]
    [InlineData("cel.bind(a, req_method.replace('', '0123456789'), cel.bind(b, a.replace('', a), cel.bind(c, b.replace('', b), c.replace('', c)))) == '' || true")]
    [InlineData("cel.bind(a, '%s%s%s%s%s%s%s%s', cel.bind(b, a.format([a,a,a,a,a,a,a,req_method]), cel.bind(c, a.format([b,b,b,b,b,b,b,b]), cel.bind(d, a.format([c,c,c,c,c,c,c,c]), cel.bind(e, a.format([d,d,d,d,d,d,d,d]), cel.bind(f, a.format([e,e,e,e,e,e,e,e]), a.format([f,f,f,f,f,f,f,f]))))))) == '' || true")]
    [Spec("SEC-200", "SEC-084")]
    public void Loops_in_loops_and_growing_texts_end_at_the_limit_and_nothing_absorbs_that(string text)
    {
        var program = Request.Environment.Compile(text);

        var result = program.Evaluate(Request.Input(), new CelLimits(200_000));

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Fact]
    [Spec("SEC-200")]
    public void What_an_evaluation_may_cost_bounds_what_it_allocates()
    {
        var program = Request.Environment.Compile("['a','b','c','d'].map(a, ['a','b','c','d'].map(b, ['a','b','c','d'].map(c, ['a','b','c','d'].map(d, ['a','b','c','d'].map(e, ['a','b','c','d'].map(f, req_method + a + b + c + d + e + f))))))");
        var input = Request.Input();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var result = program.Evaluate(input, new CelLimits(10_000));

        Assert.True(result.IsError);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000 * 64);
    }

    [Fact]
    [Spec("SEC-200")]
    public void A_large_answer_is_gone_through_only_as_far_as_the_limit_goes()
    {
        var input = Request.Input();
        input[3] = CelValue.OfMap(KeyValuePair.Create(CelValue.Of("all"), CelValue.OfList(new Endless())));

        var result = Request.Environment.Compile("resp_data.all.all(x, x >= 0)").Evaluate(input);

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Fact]
    public void Deep_data_are_compared_to_a_bounded_depth()
    {
        var (left, right) = (CelValue.OfList(), CelValue.OfList());
        for (var i = 0; i < 100_000; i++)
            (left, right) = (CelValue.OfList(left), CelValue.OfList(right));

        Assert.False(left == right);
        Assert.NotEmpty(left.ToString());
    }

    [Fact]
    [Spec("SEC-205")]
    public void A_pattern_that_comes_with_the_request_is_bounded_in_length_and_number()
    {
        var matches = Request.Environment.Compile("req_headers['T'][0].matches(req_headers['P'][0])");
        var many = Request.Environment.Compile("[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, !'x'.matches(req_method + string(a * 100 + b * 10 + c)))))");

        Assert.True(matches.Evaluate(Request.Input(("T", "abc"), ("P", "b."))).IsTrue);
        Assert.Equal(CelErrorCode.BadArgument, matches.Evaluate(Request.Input(("T", "abc"), ("P", "("))).AsError.Code);
        Assert.Equal(CelErrorCode.BadArgument, matches.Evaluate(Request.Input(("T", "abc"), ("P", new string('a', 1001)))).AsError.Code);
        Assert.Equal(CelErrorCode.CostExceeded, many.Evaluate(Request.Input()).AsError.Code);
    }

    [Fact]
    [Spec("RTE-233", "SEC-083")]
    public void A_pathological_pattern_takes_linear_time()
    {
        var text = new string('a', 100_000) + "!";

        Assert.False(Request.Evaluate("req_headers['T'][0].matches('^(a+)+$')", Request.Input(("T", text))).IsTrue);
        Assert.False(Request.Evaluate("req_headers['T'][0].matches('(a|a)*b')", Request.Input(("T", text))).IsTrue);
    }

    [Theory]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, !(req_headers['T'][0] in req_params)))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, !has(req_params[req_headers['T'][0]])))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, {req_headers['T'][0]: a}.size() == 1))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, req_headers['T'][0] < req_headers['T'][0] + 'a'))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, int(req_headers['T'][0]) == 1))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, double(req_headers['T'][0]) == 1.0))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, timestamp(req_headers['T'][0]) == timestamp(now)))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, req_headers['T'][0].matches('x')))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, req_headers['T'][0].size() == 1))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, req_headers['T'][0].contains('x')))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, req_headers['T'][0].lowerAscii() == 'x'))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, req_headers['T'][0].trim() == 'x'))")]
    [InlineData("[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, bytes(req_headers['T'][0]) == b'x'))")]
    [Spec("SEC-200")]
    public void Work_on_a_long_text_counts_by_its_length(string text)
    {
        var input = Request.Input(("T", new string('0', 100_000)));

        var result = Request.Environment.Compile(text).Evaluate(input, new CelLimits(100_000));

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Fact]
    public void A_number_of_absurd_length_is_an_error() =>
        Assert.True(Request.Document($"[1{new string('0', 5000)}]").ToCel().AsList[0].IsError);

    private sealed class Endless : CelList
    {
        public override int Count => int.MaxValue;

        public override CelValue this[int index] => CelValue.Of((long)index);
    }
}
