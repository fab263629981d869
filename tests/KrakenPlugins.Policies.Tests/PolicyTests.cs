using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;

namespace KrakenPlugins.Policies.Tests;

/// <summary>Groups, refusals and messages, from the client's side.</summary>
public sealed class PolicyTests
{
    private const string Shown = """ "extra_config":{"router":{"return_error_msg":true}},""";
    private const string Answer = """{"status":418,"body":"<b>no</b>","content_type":"text/html"}""";

    [Theory]
    [InlineData("/e/1", 200)]
    [InlineData("/e/2", 418)]
    [Spec("SEC-059", "SEC-063", "SEC-066")]
    public async Task A_request_that_breaks_a_policy_calls_no_backend_and_gets_the_status(string target, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", Answer, "req_method == 'GET'", "req_params.Id == '1'")));

        var reply = await front.GetAsync(target);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? 1 : 0, front.Upstream.Received.Count);
        if (status == 200)
            return;
        Assert.Equal("", reply.Body);
        await front.Gateway.WaitForLogAsync("<b>no</b>");
    }

    [Theory]
    [InlineData(Answer, "<b>no</b>", "text/html", 418)]
    [InlineData("""{"status":403,"body":"no"}""", "no", "text/plain", 403)]
    [InlineData("""{"status":404}""", "request aborted by the policy #1 of the group req", "text/plain", 404)]
    [InlineData("", "request aborted by the policy #1 of the group req", "text/plain", 500)]
    [Spec("SEC-066", "SEC-067")]
    public async Task The_router_shows_body_and_type_when_it_shows_errors(string error, string body, string type, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", error, "true", "req_params.Id == '1'", "1 / 0 == 1")), root: Shown);

        var reply = await front.GetAsync("/e/2");

        Assert.Equal((status, body, type), (reply.Status, reply.Body, reply.Header("Content-Type")));
    }

    [Theory]
    [InlineData("req_headers['X-None'][0] == 'a'")]
    [InlineData("int(req_params.Id) == 1")]
    [InlineData("req_querystring.q[5] == 'a'")]
    [InlineData("9223372036854775807 + size(req_params) > 0")]
    [InlineData("1 / (size(req_params) - 1) == 0")]
    [InlineData("1 % (size(req_params) - 1) == 0")]
    [InlineData("[1, 2][size(req_params) + 2] == 0")]
    [InlineData("dyn(req_params.Id)")]
    [InlineData("dyn('true')")]
    [InlineData("timestamp(req_params.Id) < timestamp(now)")]
    [Spec("SEC-060", "SEC-084", "SEC-088")]
    public async Task Errors_and_results_that_are_no_boolean_refuse(string policy)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", "", policy), """ "input_query_strings":["q"],"""));

        Assert.Equal(500, (await front.GetAsync("/e/x?q=1")).Status);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory]
    [InlineData("resp_data.a == 1", 200)]
    [InlineData("resp_data.a == 2", 418)]
    [InlineData("has(resp_data.b)", 418)]
    [InlineData("resp_completed && req_params.Id == '1'", 200)]
    [Spec("SEC-064", "SEC-220")]
    public async Task An_answer_that_breaks_a_policy_is_discarded(string policy, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("resp", Answer, policy)), [("/b", """{"a":1}""")]);

        var reply = await front.GetAsync("/e/1");

        Assert.Equal((status, status == 200 ? """{"a":1}""" : ""), (reply.Status, reply.Body));
        Assert.Single(front.Upstream.Received);
    }

    [Fact]
    [Spec("SEC-064", "SEC-221")]
    public async Task A_partial_answer_is_judged_too()
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), $$$$$"""
            {"endpoint":"/e","backend":[{"url_pattern":"/b"},{"url_pattern":"/bad"}],"extra_config":{"security/policies":{{{{{{Group.Of("resp", Answer, "resp_completed")}}}}}}}}
            """);
        front.Upstream.Answer("/bad", "{}", status: 500);

        var reply = await front.GetAsync("/e");

        Assert.Equal((418, ""), (reply.Status, reply.Body));
    }

    [Theory]
    [InlineData("req", "req_params.Id == '1'", 0)]
    [InlineData("resp", "has(resp_data.other)", 1)]
    [Spec("SEC-065")]
    public async Task The_only_backend_gives_its_status_to_the_client(string group, string policy, int calls)
    {
        var backend = $$$$$""","extra_config":{"security/policies":{{{{{{Group.Of(group, Answer, policy)}}}}}}}""";
        await using var front = await Front.StartAsync(new PoliciesPlugin(), $$$$$"""{"endpoint":"/e/{id}","backend":[{"url_pattern":"/b"{{{{{backend}}}}}}]}""", root: Shown);

        var reply = await front.GetAsync("/e/2");

        Assert.Equal((418, "<b>no</b>", "text/html"), (reply.Status, reply.Body, reply.Header("Content-Type")));
        Assert.Equal(calls, front.Upstream.Received.Count);
    }

    [Theory]
    [InlineData("req", "req_params.Id == '1'", false)]
    [InlineData("resp", "has(resp_data.other)", false)]
    [InlineData("req", "req_params.Id == '1'", true)]
    [Spec("SEC-065", "SEC-073")]
    public async Task One_of_several_backends_leaves_the_others_to_answer(string group, string policy, bool isStatic)
    {
        var fixedData = isStatic ? """ "extra_config":{"proxy":{"static":{"strategy":"errored","data":{"s":1}}}},""" : "";
        await using var front = await Front.StartAsync(new PoliciesPlugin(), $$$$$"""
            {"endpoint":"/e/{id}",{{{{{fixedData}}}}}"backend":[{"url_pattern":"/b1"},
             {"url_pattern":"/b2","extra_config":{"security/policies":{{{{{{Group.Of(group, Answer, policy)}}}}}}}}]}
            """, [("/b1", """{"a":1}"""), ("/b2", """{"b":1}""")]);

        var reply = await front.GetAsync("/e/2");

        Assert.Equal((200, isStatic ? """{"a":1,"s":1}""" : """{"a":1}""", "false"), (reply.Status, reply.Body, reply.Header("X-Krakend-Completed")));
    }

    [Fact]
    [Spec("SEC-065")]
    public async Task A_sequence_ends_with_the_backend_that_refuses()
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), $$$$$"""
            {"endpoint":"/e","extra_config":{"proxy":{"sequential":true}},"backend":[{"url_pattern":"/b1"},
             {"url_pattern":"/b2","extra_config":{"security/policies":{{{{{{Group.Of("req", Answer, "false")}}}}}}}},{"url_pattern":"/b3"}]}
            """, [("/b1", """{"a":1}"""), ("/b3", """{"c":1}""")]);

        var reply = await front.GetAsync("/e");

        Assert.Equal((200, """{"a":1}""", "false"), (reply.Status, reply.Body, reply.Header("X-Krakend-Completed")));
        Assert.Equal(["/b1"], front.Upstream.Received.Select(static r => r.Target));
    }

    [Theory]
    [InlineData("/e/1", "a", 200)]
    [InlineData("/e/2", "a", 500)]
    [InlineData("/e/1", "b", 500)]
    [InlineData("/e/2", "b", 500)]
    [Spec("SEC-068")]
    public async Task Joined_policies_decide_as_single_ones_and_name_none(string target, string header, int status)
    {
        var policies = Group.Of("req", "", "req_params.Id == '1'", "getHeader('X-A') == 'a'");
        const string Members = """ "input_headers":["X-A"],""";
        await using var single = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(policies, Members));
        await using var joined = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint("\"auto_join_policies\":true," + policies, Members), root: Shown);

        var reply = await joined.GetAsync(target, $"X-A: {header}");

        Assert.Equal((status, status), (reply.Status, (await single.GetAsync(target, $"X-A: {header}")).Status));
        if (status == 500)
            Assert.Equal("request aborted by the policies of the group req", reply.Body);
    }

    [Fact]
    [Spec("SEC-069")]
    public async Task Debug_logs_what_policies_see_and_a_warning_at_the_start()
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint("\"debug\":true," + Group.Of("req", "", "hasHeader('X-A')", "req_params.Id == '1'"), """ "input_headers":["X-A"],"""));

        await front.GetAsync("/e/1", "X-A: some-secret");

        await front.Gateway.WaitForLogAsync("WARNING: [ENDPOINT: /e/{id}][Policies] \"debug\" is on");
        await front.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /e/{id}][Policies][req] Policy #1 result: true input: req_params={\"Id\":\"1\"}");
        Assert.Matches(@"DEBUG: \[ENDPOINT: /e/\{id\}\]\[Policies\]\[req\] Policy #0 result: true input: req_headers=\{.*""X-A"":\[""some-secret""\]", front.Gateway.Log);
    }

    [Fact]
    [Spec("SEC-069")]
    public async Task Without_debug_nothing_of_a_request_is_logged()
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(
            Group.Of("jwt", "", "has(JWT.sub)") + "," + Group.Of("req", "", "hasHeader('X-A')", "int(getHeader('X-A')) == 1"), """ "input_headers":["X-A"],""", extra: "\"auth/validator\":{},"));

        await front.GetAsync("/e/1", "X-A: some-secret", """X-Token: {"sub":"hidden-subject"}""");
        await front.GetAsync("/e/1", "X-A: some-secret", """X-Token: {"other":"hidden-subject"}""");

        await front.Gateway.WaitForLogAsync("request aborted by the policy #1 of the group req");
        Assert.DoesNotContain("some-secret", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-subject", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"admin","department":"IT"}""", 200)]
    [InlineData("""{"role":"user","permissions":{"can_write_users":true},"department":"HR"}""", 200)]
    [InlineData("""{"role":"user","permissions":{"can_write_users":false},"department":"HR"}""", 401)]
    [InlineData("""{"role":"admin","department":"Sales"}""", 401)]
    [InlineData("""{"role":"admin"}""", 401)]
    [InlineData("""{"department":"IT"}""", 401)]
    [InlineData("""{}""", 401)]
    [Spec("SEC-062", "SEC-077", "SEC-098")]
    public async Task Roles_or_attributes_and_departments_decide_about_tokens(string token, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(
            Group.Of("jwt", "", "JWT.role in ['admin', 'root'] || JWT.permissions.can_write_users", "JWT.department in ['IT','HR']"), extra: "\"auth/validator\":{},"));

        var reply = await front.GetAsync("/e/1", $"X-Token: {token}");

        Assert.Equal((status, status == 200 ? 1 : 0), (reply.Status, front.Upstream.Received.Count));
        if (status == 401)
            Assert.Equal(("", null), (reply.Body, reply.Header("Content-Type")));
    }

    [Theory]
    [InlineData("timestamp(now).getDayOfWeek() in JWT.enabled_days", """{"enabled_days":[1,6]}""", 200)]
    [InlineData("timestamp(now).getDayOfWeek() in JWT.enabled_days", """{"enabled_days":[1,2]}""", 401)]
    [InlineData("type(JWT.level) == double && JWT.level == 3 && JWT.level > 2", """{"level":3}""", 200)]
    [InlineData("JWT.a.b == 'x'", """{"a":{"b":"x"}}""", 200)]
    [InlineData("has(JWT.a) && JWT.a == 'x'", """{}""", 401)]
    [InlineData("!(has(JWT.a) && JWT.a == 'x')", """{}""", 200)]
    [Spec("SEC-077", "SEC-081")]
    public async Task Numbers_of_claims_are_doubles_that_compare_with_ints(string policy, string token, int status)
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint(Group.Of("jwt", "", policy), extra: "\"auth/validator\":{},"), time: FixedTime.At("2026-11-21T10:00:00Z"));

        Assert.Equal(status, (await front.GetAsync("/e/1", $"X-Token: {token}")).Status);
    }

    [Fact]
    [Spec("SEC-062")]
    public async Task Roles_come_behind_policies_and_expressions_in_front_of_them()
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint(Group.Of("jwt", "", "has(JWT.sub)"), extra: "\"auth/validator\":{\"roles\":[\"x\"]},"));

        Assert.Equal(401, (await front.GetAsync("/e/1", """X-Token: {"role":"y"}""")).Status);
        Assert.Equal(403, (await front.GetAsync("/e/1", """X-Token: {"role":"y","sub":"a"}""")).Status);
        Assert.Equal(200, (await front.GetAsync("/e/1", """X-Token: {"role":"x","sub":"a"}""")).Status);
    }

    [Fact]
    [Spec("SEC-062")]
    public async Task Without_a_validator_the_group_is_skipped_with_a_warning()
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("jwt", "", "has(JWT.sub)")));

        Assert.Equal(200, (await front.GetAsync("/e/1")).Status);
        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Message.Contains("auth/validator", StringComparison.Ordinal));
    }
}
