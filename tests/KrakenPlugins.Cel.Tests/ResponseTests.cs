using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;

namespace KrakenPlugins.Cel.Tests;

/// <summary>Expressions over answers, from the client's side.</summary>
public sealed class ResponseTests
{
    private const string Body = """{"id":1,"price":9.75,"none":null,"name":"ann","tags":["a","b"],"sequence-2":{"message":"pong"},"big":12345678901234567890,"required":true,"Deep":{"a":[{"b":2}]}}""";

    [Theory]
    [InlineData("resp_data.id == 1", 200)]
    [InlineData("resp_data.id == 1.0 && resp_data.id < 1.5", 200)]
    [InlineData("resp_data.id + 1 == 2", 200)]
    [InlineData("resp_data.price > 9.5 && resp_data.price > 9", 200)]
    [InlineData("resp_data.big > 1e19", 200)]
    [InlineData("type(resp_data.id) == int && type(resp_data.price) == double", 200)]
    [InlineData("resp_data.none == null", 200)]
    [InlineData("'b' in resp_data.tags && size(resp_data.tags) == 2", 200)]
    [InlineData("resp_data.Deep.a[0].b == 2", 200)]
    [InlineData("resp_data['sequence-2'].message == 'pong'", 200)]
    [InlineData("resp_data.required == true", 200)]
    [InlineData("resp_data.required == false", 500)]
    [InlineData("has(resp_data.name) && !has(resp_data.other)", 200)]
    [InlineData("resp_data.other == 'x'", 500)]
    [InlineData("resp_data.name", 500)]
    [InlineData("resp_completed", 200)]
    [InlineData("resp_metadata_status == 0 && size(resp_metadata_headers) == 0", 200)]
    [InlineData("req_params.Id == string(resp_data.id)", 200)]
    [InlineData("req_params.Id != string(resp_data.id)", 500)]
    [InlineData("req_path == '/e/1' && req_method == 'GET' && resp_data.id == 1", 200)]
    [Spec("RTE-203", "RTE-205", "RTE-208", "RTE-214", "RTE-217", "RTE-222", "RTE-223", "SEC-076", "SEC-082")]
    public async Task Knows_the_data(string expression, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded("""{"url_pattern":"/b"}""", expression), [("/b", Body)]);

        var reply = await front.GetAsync("/e/1");

        Assert.Equal(status, reply.Status);
        Assert.Single(front.Upstream.Received);
        if (status != 200)
            Assert.Equal("", reply.Body);
    }

    [Fact]
    [Spec("RTE-206")]
    public async Task Expressions_change_no_data()
    {
        await using var guarded = await Front.StartAsync(new CelPlugin(), Guarded("""{"url_pattern":"/b"}""", "resp_data.id == 1", "resp_data.Deep.a.map(x, x.b)[0] == 2"), [("/b", Body)]);
        await using var plain = await Front.StartAsync(new CelPlugin(), """{"endpoint":"/e/{id}","backend":[{"url_pattern":"/b"}]}""", [("/b", Body)]);

        Assert.Equal((await plain.GetAsync("/e/1")).Body, (await guarded.GetAsync("/e/1")).Body);
    }

    [Fact]
    [Spec("RTE-223")]
    public async Task A_collection_is_a_member_of_the_data()
    {
        await using var front = await Front.StartAsync(
            new CelPlugin(), Guarded("""{"url_pattern":"/b","is_collection":true}""", "size(resp_data.collection) == 2 && resp_data.collection[1].a == null"), [("/b", """[{"a":1},{"a":null}]""")]);

        Assert.Equal(200, (await front.GetAsync("/e/1")).Status);
    }

    [Fact]
    [Spec("RTE-207", "RTE-208", "RTE-212")]
    public async Task A_refused_answer_is_discarded_and_the_expressions_of_the_phase_are_counted()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), Guarded("""{"url_pattern":"/b"}""", "req_method == 'GET'", "resp_completed", "resp_data.id == 2"),
            [("/b", Body)], root: """ "extra_config":{"router":{"return_error_msg":true}},""");

        var reply = await front.GetAsync("/e/1");

        Assert.Equal((500, "request aborted by evaluator #1"), (reply.Status, reply.Body));
        await front.Gateway.WaitForLogAsync("INFO: [ENDPOINT: /e/{id}][CEL][post] Evaluator #1 result: false");
        Assert.Contains("DEBUG: [ENDPOINT: /e/{id}][CEL][post] Evaluator #0 result: true", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10", """{"b2":2}""", "false")]
    [InlineData("6", """{"b1":1}""", "false")]
    [InlineData("30", """{"b1":1,"b2":2}""", "true")]
    [Spec("RTE-209", "RTE-210")]
    public async Task A_backend_that_refuses_leaves_the_others_to_answer(string id, string body, string completed)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e/{id}","backend":[
              {"url_pattern":"/b1","extra_config":{"validation/cel":{{{{{Definitions.Of("int(req_params.Id) % 3 == 0")}}}}}}},
              {"url_pattern":"/b2","extra_config":{"validation/cel":{{{{{Definitions.Of("int(req_params.Id) % 5 == 0")}}}}}}}]}
            """, [("/b1", """{"b1":1}"""), ("/b2", """{"b2":2}""")]);

        var reply = await front.GetAsync($"/e/{id}");
        var called = front.Upstream.Received.Count;
        var none = await front.GetAsync("/e/7");

        Assert.Equal((200, body, completed), (reply.Status, reply.Body, reply.Header("X-Krakend-Completed")));
        Assert.Equal(completed == "true" ? 2 : 1, called);
        Assert.Equal(500, none.Status);
        Assert.Equal(called, front.Upstream.Received.Count);
        await front.Gateway.WaitForLogAsync("[BACKEND: GET /e/{id} -> /b1][CEL][pre] Evaluator #0 result: false");
    }

    [Theory]
    [InlineData("'company' in resp_data.github", """{"name":"ann","company":"c","secret":1}""", 200)]
    [InlineData("'company' in resp_data.github", """{"name":"ann"}""", 500)]
    [InlineData("'secret' in resp_data.github", """{"name":"ann","secret":1}""", 500)]
    [InlineData("has(resp_data.company)", """{"company":"c"}""", 500)]
    [Spec("RTE-221")]
    public async Task A_backend_sees_its_data_as_the_endpoint_gets_it(string expression, string body, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","group":"github","allow":["name","company"],"extra_config":{"validation/cel":{{{{{Definitions.Of(expression)}}}}}}}]}
            """, [("/b", body)]);

        Assert.Equal(status, (await front.GetAsync("/e")).Status);
    }

    [Theory]
    [InlineData("req_path == '/b/7?fixed=1'", 200)]
    [InlineData("req_method == 'POST'", 200)]
    [InlineData("!('X-A' in req_headers) && 'X-B' in req_headers", 200)]
    [InlineData("!('q' in req_querystring) && req_querystring.p[0] == '3'", 200)]
    [InlineData("req_path == '/e/7'", 500)]
    [Spec("RTE-220")]
    public async Task A_backend_sees_its_own_request(string expression, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e/{id}","input_headers":["X-A","X-B"],"input_query_strings":["p","q"],"backend":[
              {"url_pattern":"/b/{id}?fixed=1","method":"POST","input_headers":["X-B"],"input_query_strings":["p"],"extra_config":{"validation/cel":{{{{{Definitions.Of(expression)}}}}}}}]}
            """);

        Assert.Equal(status, (await front.GetAsync("/e/7?q=2&p=3", "X-A: 1", "X-B: 1")).Status);
    }

    [Fact]
    [Spec("RTE-224")]
    public async Task A_failed_backend_is_not_judged()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"validation/cel":{{{{{Definitions.Of("resp_data.id == 2")}}}}}}}]}
            """);
        front.Upstream.Answer("/b", Body, status: 503);

        var reply = await front.GetAsync("/e");

        Assert.Equal(500, reply.Status);
        await front.Gateway.WaitForLogAsync("DEBUG: [BACKEND: GET /e -> /b][CEL][post] There is no answer to evaluate");
        Assert.DoesNotContain("Evaluator #0", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-224")]
    public async Task A_partial_answer_is_judged_although_it_comes_with_a_failure()
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b"},{"url_pattern":"/bad"}],"extra_config":{"validation/cel":{{{{{Definitions.Of("resp_completed")}}}}}}}
            """);
        front.Upstream.Answer("/bad", "{}", status: 503);

        var reply = await front.GetAsync("/e");

        Assert.Equal((500, ""), (reply.Status, reply.Body));
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("?foo=A", 200)]
    [Spec("RTE-217", "RTE-226")]
    public async Task A_sequence_decides_by_what_earlier_backends_answered(string query, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","input_query_strings":["foo"],"extra_config":{"proxy":{"sequential":true}},"backend":[
              {"url_pattern":"/0"},
              {"url_pattern":"/1?ignore={resp0_message}","group":"s1","extra_config":{"validation/cel":{{{{{Definitions.Of("has(req_params.Resp0_message) && req_params.Resp0_message == 'pong'")}}}}}}},
              {"url_pattern":"/2","group":"s2","extra_config":{"validation/cel":{{{{{Definitions.Of("resp_data.s2.message == 'pong'")}}}}}}},
              {"url_pattern":"/3","group":"s3","extra_config":{"validation/cel":{{{{{Definitions.Of("has(req_querystring.foo)")}}}}}}},
              {"url_pattern":"/4","group":"s4","extra_config":{"validation/cel":{{{{{Definitions.Of("has(req_params.NEVER_CALLED_BACKEND)")}}}}}}}]}
            """, [("/0", """{"message":"pong"}"""), ("/1", """{"message":"pong"}"""), ("/2", """{"message":"pong"}"""), ("/3", """{"message":"pong"}""")]);

        var reply = await front.GetAsync("/e" + query);

        Assert.Equal((status, "false"), (reply.Status, reply.Header("X-Krakend-Completed")));
        Assert.Contains("s2", reply.Body, StringComparison.Ordinal);
        Assert.Equal(query.Length > 0, reply.Body.Contains("s3", StringComparison.Ordinal));
        Assert.Empty(front.Upstream.ReceivedAt("/4"));
    }

    [Theory]
    [InlineData("resp_metadata_status == 200", 200)]
    [InlineData("resp_metadata_status == 201", 500)]
    [InlineData("resp_metadata_headers['X-Backend'][0] == 'b'", 200)]
    [InlineData("'X-Backend' in resp_metadata_headers && !('x-backend' in resp_metadata_headers)", 200)]
    [InlineData("resp_completed", 200)]
    [InlineData("size(resp_data) == 0", 200)]
    [InlineData("req_method == 'GET'", 200)]
    [InlineData("req_method == 'POST'", 500)]
    [Spec("RTE-231", "SEC-082")]
    public async Task An_endpoint_that_hands_answers_through_has_status_and_headers_but_no_data(string expression, int status)
    {
        await using var front = await Front.StartAsync(new CelPlugin(), $$$$$"""
            {"endpoint":"/e","output_encoding":"no-op","backend":[{"url_pattern":"/raw","encoding":"no-op"}],"extra_config":{"validation/cel":{{{{{Definitions.Of(expression)}}}}}}}
            """);
        front.Upstream.On("/raw", static context =>
        {
            context.Response.Headers["x-backend"] = "b";
            return context.Response.Body.WriteAsync("raw"u8.ToArray()).AsTask();
        });

        var reply = await front.GetAsync("/e");

        Assert.Equal((status, status == 200 ? "raw" : ""), (reply.Status, reply.Body));
        Assert.Equal(status == 200 ? "b" : null, reply.Header("X-Backend"));
    }

    private static string Guarded(string backend, params string[] expressions) =>
        $$$$$"""{"endpoint":"/e/{id}","backend":[{{{{{backend}}}}}],"extra_config":{"validation/cel":{{{{{Definitions.Of(expressions)}}}}}}}""";
}
