using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

public sealed class FunctionTests
{
    private sealed class Exchange(string country) : CelInput
    {
        public string Country => country;

        protected internal override CelValue Get(int slot) => CelValue.Of("GET");
    }

    [Fact]
    public void A_function_reads_the_input_and_counts_as_a_use_of_its_variables()
    {
        var environment = Request.Builder().Function(new("country", CelOverload.Global("country", CelType.String, static (ref context) => CelValue.Of(((Exchange)context.Input).Country)))
        {
            Variables = ["req_headers"],
        }).Build();
        var program = environment.Compile("country() == 'FR'");

        Assert.Equal(["req_headers"], program.Variables);
        Assert.True(program.Evaluate(new Exchange("FR")).IsTrue);
        Assert.False(program.Evaluate(new Exchange("US")).IsTrue);
    }

    [Fact]
    public void A_function_that_is_not_strict_sees_what_is_missing()
    {
        var environment = Request.Builder().Function(new("isEmpty", CelOverload.Global("isEmpty", CelType.Bool, CelType.Dyn, static (ref _, in a) =>
            CelValue.Of(a.IsError ? a.AsError.Code == CelErrorCode.NoSuchKey : a.Kind == CelKind.Null)) with { IsStrict = false })).Build();

        Assert.True(environment.Compile("isEmpty(resp_data.missing) && isEmpty(resp_data.none) && !isEmpty(resp_data.id)").Evaluate(Request.Input()).IsTrue);
    }

    [Fact]
    [Spec("SEC-200")]
    public void Not_even_a_function_that_is_not_strict_sees_that_the_limit_is_exceeded()
    {
        var environment = Request.Builder().Function(new("ignore", CelOverload.Global("ignore", CelType.Bool, CelType.Dyn, static (ref _, in _) => CelValue.True) with { IsStrict = false })).Build();

        var result = environment.Compile("ignore([1,2,3,4,5,6,7,8,9].map(x, req_method))").Evaluate(Request.Input(), new CelLimits(5));

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    [Fact]
    public void A_function_prepares_for_its_constants_once()
    {
        var prepared = new List<string>();
        var overload = CelOverload.Global("canonical", CelType.String, CelType.String, static (ref _, in a) => a) with
        {
            Specialize = constants =>
            {
                if (constants[0] is not { } name)
                    return null;
                if (name.AsString.Length == 0)
                    throw new FormatException("a header has a name");
                prepared.Add(name.AsString);
                var upper = CelValue.Of(name.AsString.ToUpperInvariant());
                return CelOverload.Global("canonical", CelType.String, CelType.String, (ref _, in _) => upper);
            },
        };
        var environment = Request.Builder().Function(new("canonical", overload)).Build();
        var program = environment.Compile("canonical('x-a') == 'X-A' && canonical(req_method) == 'GET'");

        Assert.True(program.Evaluate(Request.Input()).IsTrue);
        Assert.True(program.Evaluate(Request.Input()).IsTrue);
        Assert.Equal(["x-a"], prepared);
        Assert.Equal("1:9: a header has a name", Request.Refused("true && canonical('') == ''", environment).Message);
    }

    [Fact]
    public void A_body_only_sees_values_of_the_kinds_that_it_declares()
    {
        var environment = Request.Builder().Function(new("double_it", CelOverload.Member("double_it", CelType.Int, CelType.Int, static (ref _, in a) => CelValue.Of(a.AsInt * 2)))).Build();

        Assert.Equal(CelValue.Of(2L), environment.Compile("resp_data.id.double_it()").Evaluate(Request.Input()));
        Assert.Equal(CelErrorCode.NoSuchOverload, environment.Compile("resp_data.tags.double_it()").Evaluate(Request.Input()).AsError.Code);
        Assert.Contains("does not take (string)", Request.Refused("req_method.double_it()", environment).Message);
    }

    [Fact]
    public void An_input_that_lies_about_its_types_is_an_error_value()
    {
        var input = Request.Input();
        input[0] = CelValue.Of(1L);
        input[1] = CelValue.Of("no map");

        Assert.True(Request.Evaluate("req_method.startsWith('G')", input).IsError);
        Assert.True(Request.Evaluate("req_headers['X'][0] == 'v'", input).IsError);
        Assert.False(Request.Evaluate("req_method == 'GET'", input).IsTrue);
    }

    [Fact]
    public void Any_number_of_arguments_reach_a_function_that_takes_them()
    {
        var environment = Request.Builder().AddMathExtensions().Function(new("count", CelOverload.Global("count", CelType.Int, [CelType.Dyn],
            static (ref _, scoped arguments) => CelValue.Of((long)arguments.Length)) with { IsVariadic = true })).Build();

        Assert.Equal(CelValue.Of(12L), environment.Compile("count(1, 2, 3, 4, 5, 6, 7, 8, 9, 'a', req_method, now)").Evaluate(Request.Input()));
        Assert.Equal(CelValue.Of(3L), environment.Compile("math.greatest(1, 3, 2)").Evaluate(Request.Input()));
    }

    [Fact]
    public void What_is_declared_twice_is_refused_when_the_environment_is_built()
    {
        Assert.Throws<ArgumentException>(() => Request.Builder().Variable("now", CelType.String));
        Assert.Throws<ArgumentException>(() => Request.Builder().AddStringExtensions().Build());
        Assert.Throws<ArgumentException>(() => new CelFunction("nothing"));
    }

    [Theory]
    [InlineData("'a,b,c'.split(',').join('-') == 'a-b-c' && 'abc'.split('') == ['a', 'b', 'c'] && ''.split(',') == ['']")]
    [InlineData("'aaa'.replace('a', 'b', 2) == 'bba' && 'ab'.replace('', '-') == '-a-b-' && 'x'.replace('y', 'z') == 'x'")]
    [InlineData("[[1], [2, [3]]].flatten() == [1, 2, [3]] && [1, 2, 1].distinct() == [1, 2] && [3, 1, 2].sort() == [1, 2, 3] && [1, 2, 3].slice(1, 3) == [2, 3]")]
    [InlineData("lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1] && [1].first() == optional.of(1) && [].last() == optional.none()")]
    [InlineData("sets.contains([1, 2, 3], [3, 1]) && sets.equivalent([1, 1, 2], [2, 1]) && !sets.intersects([1], [2]) && sets.contains([], [])")]
    [InlineData("base64.decode('aGk') == b'hi' && base64.encode(b'hi') == 'aGk='")]
    [InlineData("ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.2.3') && !isIP('010.0.0.1') && !isIP('0x7f.1') && !isIP('[::1]') && !isCIDR('10.0.0.0/33')")]
    [InlineData("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2) == {'b': 4} && {'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}")]
    public void The_libraries_do_what_their_pages_say(string text)
    {
        var environment = Request.Builder().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().AddOptionals().AddTwoVariableComprehensions().Build();

        Assert.True(environment.Compile(text).Evaluate(Request.Input()).IsTrue);
    }
}
