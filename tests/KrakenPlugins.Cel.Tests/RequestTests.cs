using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;

namespace KrakenPlugins.Cel.Tests;

/// <summary>Expressions over requests, from the client's side.</summary>
public sealed class RequestTests
{
    private const string Names = """ "input_headers":["X-A","x-lower"],"input_query_strings":["foo[]","x","q"],""";

    [Theory]
    [InlineData("req_method == 'GET'", "/e/kate", 200)]
    [InlineData("req_method == 'POST'", "/e/kate", 500)]
    [InlineData("req_path == '/e/kate'", "/e/kate?x=1", 200)]
    [Spec("RTE-203")]
    public Task Knows_method_and_path_of_the_client(string expression, string target, int status) => CheckAsync(expression, target, status);

    [Theory]
    [InlineData("req_params.Nick.matches('k.*')", "/e/kate", 200)]
    [InlineData("req_params.Nick.matches('k.*')", "/e/kevin", 200)]
    [InlineData("req_params.Nick.matches('k.*')", "/e/ray", 500)]
    [InlineData("int(req_params.Nick) % 2 == 0", "/e/12", 200)]
    [InlineData("int(req_params.Nick) % 2 == 0", "/e/13", 500)]
    [InlineData("int(req_params.Nick) % 2 == 0", "/e/x", 500)]
    [InlineData("has(req_params.Nick)", "/e/x", 200)]
    [InlineData("has(req_params.nick)", "/e/x", 500)]
    [InlineData("has(req_params.Other)", "/e/x", 500)]
    [InlineData("req_params.Other == 'x'", "/e/x", 500)]
    [InlineData("req_params.Nick == 'a b'", "/e/a%20b", 200)]
    [InlineData("size(req_params) == 1", "/e/x", 200)]
    [Spec("RTE-213", "RTE-215", "RTE-218")]
    public Task Knows_parameters_with_the_first_letter_in_upper_case(string expression, string target, int status) => CheckAsync(expression, target, status);

    [Theory]
    [InlineData("'bar' in req_querystring['foo[]']", "/e/x?foo[]=bar&foo[]=baz", 200)]
    [InlineData("'bar' in req_querystring['foo[]']", "/e/x?foo[]=baz", 500)]
    [InlineData("'bar' in req_querystring['foo[]']", "/e/x", 500)]
    [InlineData("has(req_querystring['foo[]']) && 'bar' in req_querystring['foo[]']", "/e/x?foo[]=bar", 200)]
    [InlineData("has(req_querystring['foo[]'])", "/e/x", 500)]
    [InlineData("has(req_querystring.x)", "/e/x?x=", 200)]
    [InlineData("int(req_querystring.x[0]) % 2 == 0", "/e/x?x=4", 200)]
    [InlineData("int(req_querystring.x[0]) % 2 == 0", "/e/x?x=5", 500)]
    [InlineData("int(req_querystring.x[0]) % 2 == 0", "/e/x", 500)]
    [InlineData("req_querystring.x == ['1', '2', '1']", "/e/x?x=1&q=0&x=2&x=1", 200)]
    [InlineData("req_querystring.x[1] == '2' && req_querystring.x[0] == '1'", "/e/x?x=1&x=2", 200)]
    [InlineData("size(req_querystring) == 2 && req_querystring.all(k, k in ['x', 'q'])", "/e/x?x=1&q=2&x=3&z=4", 200)]
    [InlineData("'z' in req_querystring", "/e/x?z=1", 500)]
    [InlineData("has(req_querystring.X)", "/e/x?x=1", 500)]
    [Spec("RTE-215", "RTE-219", "SEC-078", "SEC-079")]
    public Task Knows_declared_query_strings_as_lists(string expression, string target, int status) => CheckAsync(expression, target, status);

    [Theory]
    [InlineData("'something' in req_headers['X-A']", 200, "X-A: something")]
    [InlineData("'something' in req_headers['X-A']", 500, "X-A: else")]
    [InlineData("'something' in req_headers['X-A']", 500)]
    [InlineData("size(req_headers['X-A']) == 1", 200, "x-a: 1")]
    [InlineData("req_headers['x-a'][0] == '1'", 500, "x-a: 1")]
    [InlineData("has(req_headers['X-A'])", 200, "X-A: 1")]
    [InlineData("has(req_headers['X-A'])", 500)]
    [InlineData("req_headers['X-Lower'][0] == '1'", 200, "X-LOWER: 1")]
    [InlineData("'X-Undeclared' in req_headers", 500, "X-Undeclared: 1")]
    [InlineData("req_headers['X-Undeclared'][0] == '1'", 500, "X-Undeclared: 1")]
    [InlineData("'X-Forwarded-For' in req_headers && 'X-Forwarded-Host' in req_headers && 'User-Agent' in req_headers", 200)]
    [InlineData("'127.0.0.1' in req_headers['X-Forwarded-For']", 200)]
    [Spec("RTE-215", "RTE-216", "SEC-078")]
    public async Task Knows_declared_headers_by_their_canonical_names(string expression, int status, params string[] headers)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded(expression));

        Assert.Equal(status, (await front.GetAsync("/e/x", headers)).Status);
    }

    [Theory]
    [InlineData("!('X-A' in req_headers)", "X-A", "x-a")]
    [InlineData("!('X-A' in req_headers)", "x-A", "X-a")]
    [InlineData("!req_headers.exists(name, name == 'X-A')", "x-a", "X-A")]
    [InlineData("size(req_headers['X-A']) == 1", "X-A", "x-A")]
    [Spec("RTE-216")]
    public async Task No_spelling_of_a_header_gets_past_a_guard(string expression, string first, string second)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded(expression));

        var answer = await front.Gateway.SendRawAsync($"GET /e/x HTTP/1.1\r\nHost: a\r\n{first}: 1\r\n{second}: 2\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 500", answer, StringComparison.Ordinal);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory]
    [InlineData("true", 200)]
    [InlineData("1 == 1", 200)]
    [InlineData("false", 500)]
    [InlineData("req_headers['None'][0] == 'x'", 500)]
    [InlineData("int('x') == 1 && req_method == 'GET'", 500)]
    [InlineData("1 / (size(req_params) - 1) == 0", 500)]
    [InlineData("dyn(req_method) == 1", 500)]
    [InlineData("dyn(req_method) + 1 == 2", 500)]
    [InlineData("req_params.Other == 'x' || req_method == 'GET'", 200)]
    [InlineData("!(req_params.Other == 'x' && req_method == 'POST')", 200)]
    [InlineData("req_params.Other == 'x' || req_method == 'POST'", 500)]
    [InlineData("dyn(req_method)", 500)]
    [InlineData("dyn(1)", 500)]
    [InlineData("dyn(null)", 500)]
    [InlineData("dyn('true')", 500)]
    [Spec("RTE-213", "RTE-214", "SEC-060", "SEC-077")]
    public Task Only_true_lets_a_request_pass(string expression, int status) => CheckAsync(expression, "/e/x", status);

    [Theory]
    [InlineData("2026-11-21T10:00:00Z", 500)]
    [InlineData("2026-11-22T10:00:00Z", 500)]
    [InlineData("2026-11-23T10:00:00Z", 200)]
    [InlineData("2026-11-20T23:30:00Z", 200)]
    [InlineData("2026-11-21T00:30:00+02:00", 500)]
    [InlineData("2026-11-23T00:30:00+02:00", 200)]
    [Spec("RTE-203", "RTE-204", "RTE-225")]
    public async Task An_expression_over_the_time_alone_guards_requests_in_the_zone_of_the_server(string now, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded("(timestamp(now).getDayOfWeek() + 6) % 7 <= 4"), time: FixedTime.At(now));

        Assert.Equal(status, (await front.GetAsync("/e/x")).Status);
        Assert.Equal(status == 200 ? 1 : 0, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("RTE-225", "SEC-088")]
    public async Task The_time_is_a_text_with_milliseconds_and_the_zone_of_the_server()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded("string(now) == '2026-11-21T10:00:00.123+02:00'"), time: FixedTime.At("2026-11-21T10:00:00.1239+02:00"));
        await using var utc = await Front.StartAsync(new CelPlugin(), Guarded("now == '2026-11-21T10:00:00.000Z'"), time: FixedTime.At("2026-11-21T10:00:00Z"));

        Assert.Equal((200, 200), ((await front.GetAsync("/e/x")).Status, (await utc.GetAsync("/e/x")).Status));
    }

    [Fact]
    [Spec("RTE-206", "RTE-207", "RTE-208", "RTE-212")]
    public async Task The_first_false_ends_the_request_before_any_backend_and_names_its_position()
    {
        await using var front = await Front.StartAsync(
            new CelPlugin(), Guarded("resp_completed", "req_method == 'GET'", "req_params.Nick == 'secret-value'", "req_method != 'GET'"), root: """ "extra_config":{"router":{"return_error_msg":true}},""");

        var reply = await front.GetAsync("/e/x");

        Assert.Equal((500, "request aborted by evaluator #1"), (reply.Status, reply.Body));
        Assert.Empty(front.Upstream.Received);
        await front.Gateway.WaitForLogAsync("INFO: [ENDPOINT: /e/{nick}][CEL][pre] Evaluator #1 result: false");
        await front.Gateway.WaitForLogAsync("request aborted by evaluator #1");
        Assert.Contains("DEBUG: [ENDPOINT: /e/{nick}][CEL][pre] Evaluator #0 result: true", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Evaluator #2", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-value", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-207", "RTE-208")]
    public async Task The_client_of_a_refused_request_sees_no_reason_unless_the_router_shows_errors()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded("req_method != 'GET'"));

        var reply = await front.GetAsync("/e/x");

        Assert.Equal((500, ""), (reply.Status, reply.Body));
    }

    [Theory]
    [InlineData("req_headers['X-A'][0].matches('(a+)+$')")]
    [InlineData("req_headers['X-A'][0].matches('^(([a-z])+.)+[A-Z]([a-z])+$')")]
    [InlineData("req_headers['X-A'][0].matches('(.*a){12}b')")]
    [Spec("RTE-233", "SEC-083")]
    public async Task A_pathological_text_cannot_stall_a_regular_expression(string expression)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded(expression));

        var reply = await front.GetAsync("/e/x", $"X-A: {new string('a', 12_000)}!");

        Assert.Equal(500, reply.Status);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory]
    [InlineData("req_querystring.q.all(a, req_querystring.q.all(b, req_querystring.q.all(c, a + b + c != 'x')))")]
    [InlineData("size(req_querystring.q.map(a, req_querystring.q.map(b, req_querystring.q))) > 0 && req_querystring.q.all(a, req_querystring.q.all(b, req_querystring.q.all(c, c == a || c != b)))")]
    [Spec("SEC-084")]
    public async Task A_client_cannot_make_an_expression_run_for_ever(string expression)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded(expression));

        var reply = await front.GetAsync("/e/x?" + string.Join('&', Enumerable.Repeat("q=1", 1_500)));

        Assert.Equal(500, reply.Status);
        await front.Gateway.WaitForLogAsync("Evaluator #0 result: error: the expression takes too long");
    }

    private static async Task CheckAsync(string expression, string target, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded(expression));

        var reply = await front.GetAsync(target);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? 1 : 0, front.Upstream.Received.Count);
        if (status == 200)
            Assert.Equal("""{"from":"backend"}""", reply.Body);
    }

    private static string Guarded(params string[] expressions) =>
        $$$$$"""{"endpoint":"/e/{nick}",{{{{{Names}}}}}"backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":{{{{{Definitions.Of(expressions)}}}}}}}""";
}
