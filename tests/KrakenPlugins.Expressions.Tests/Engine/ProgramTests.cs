using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

public sealed class ProgramTests
{
    [Theory]
    [InlineData("req_headers['X-A'][0] == 'v'")]
    [InlineData("req_method == 'GET' && req_headers['X-A'][0] != 'w'")]
    [InlineData("req_method in ['GET', 'HEAD']")]
    [InlineData("req_method in ['DELETE', 'PATCH', 'PUT', 'POST', 'OPTIONS', 'HEAD', 'GET']")]
    [InlineData("'v' in req_headers['X-A'] && size(req_headers['X-A']) == 1")]
    [InlineData("has(req_params.Id) && req_params.Id.matches('^[0-9]+$')")]
    [InlineData("int(req_params.Id) % 2 == 0 || false")]
    [InlineData("resp_data.id == 1 && resp_data.price > 9.5")]
    [InlineData("req_headers['X-A'].exists(h, h.startsWith('v'))")]
    [InlineData("timestamp(now).getDayOfWeek('Europe/Madrid') in [1, 2, 3, 4, 5, 6]")]
    [InlineData("req_method == 'POST' ? false : !(req_params.Id == '13')")]
    [InlineData("!(req_headers['X-None'][0] == 'v' && false) && (req_params.None == 'a' || true)")]
    [InlineData("'TEXT'.lowerAscii() == 'text' && {'a': [1, 2]}.a[1] == 2")]
    [Spec("RTE-227", "SEC-061")]
    public void A_guard_allocates_nothing(string text)
    {
        var program = Request.Environment.Compile(text);
        var input = Request.Input(("X-A", "v"));
        input[3] = CelValue.OfMap(KeyValuePair.Create(CelValue.Of("id"), CelValue.Of(1L)), KeyValuePair.Create(CelValue.Of("price"), CelValue.Of(9.75)));

        Assert.True(program.Evaluate(input).IsTrue);
        Assert.Equal(0, Allocations.Least(0, () => program.Evaluate(input)));
    }

    [Fact]
    [Spec("RTE-203", "RTE-204")]
    public void The_variables_of_an_expression_are_known_by_name_and_not_by_text()
    {
        Assert.Equal(["resp_data"], Request.Environment.Compile("resp_data.required == true && 'req_method' != 'JWT'").Variables);
        Assert.Equal(["now"], Request.Environment.Compile("timestamp(now).getDayOfWeek() < 6").Variables);
        Assert.Equal(["now", "req_headers", "req_method"], Request.Environment.Compile("req_headers.exists(now, now == req_method) && now != ''").Variables);
        Assert.Empty(Request.Environment.Compile("['x'].exists(now, now == 'x')").Variables);
    }

    [Fact]
    public void The_type_of_a_result_is_known_beforehand()
    {
        Assert.Equal(CelType.Bool, Request.Environment.Compile("req_method == 'x'").ResultType);
        Assert.Equal(CelType.Dyn, Request.Environment.Compile("resp_data.x").ResultType);
        Assert.Equal(CelType.List(CelType.String), Request.Environment.Compile("req_headers['X']").ResultType);
        Assert.Equal("map(string, list(int))", Request.Environment.Compile("{'a': [1]}").ResultType.ToString());
    }

    [Fact]
    public void One_program_serves_many_threads()
    {
        var program = Request.Environment.Compile("req_headers['P'].all(p, req_headers['T'][0].matches(p)) && cel.bind(a, req_headers['T'][0] + '!', a.endsWith('!') && a.size() == 2)");

        Parallel.For(0, 2000, i =>
        {
            var input = Request.Input(("P", $"^{i % 10}$"), ("T", $"{i % 10}"));
            Assert.True(program.Evaluate(input).IsTrue);
        });
    }

    [Fact]
    public void A_bound_value_is_evaluated_once_and_only_when_it_is_needed()
    {
        var calls = 0;
        var environment = Request.Builder().Function(new("count", CelOverload.Global("count", CelType.Int, (ref _) => CelValue.Of((long)++calls)))).Build();

        Assert.Equal(CelValue.Of(2L), environment.Compile("cel.bind(x, count(), x + x)").Evaluate(Request.Input()));
        Assert.True(environment.Compile("cel.bind(x, count() / 0, true)").Evaluate(Request.Input()).IsTrue);
        Assert.True(environment.Compile("[1, 2].all(i, cel.bind(x, count() + i, [x].map(y, y) == [x]))").Evaluate(Request.Input()).IsTrue);
        Assert.Equal(3, calls);
    }

    [Fact]
    public void Many_variables_of_macros_need_no_more_than_their_room()
    {
        var text = string.Join(" && ", Enumerable.Range(0, 50).Select(i => $"[{i}].all(v{i}, v{i} == {i} && [v{i}].exists(w, w == v{i}))"));

        Assert.True(Request.Evaluate(text).IsTrue);
    }
}
