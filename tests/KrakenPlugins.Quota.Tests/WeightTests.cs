using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class WeightTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly string _name = Fresh.Name();

    [Theory, Spec("TRF-165", "TRF-173", "TRF-174", "AIG-067", "AIG-068", "AIG-069", "AIG-073")]
    [InlineData("usage", """{"usage":2}""", false)]
    [InlineData("usage", """{"usage":"2"}""", false)]
    [InlineData("usage.total", """{"usage":{"total":2}}""", false)]
    [InlineData("usage.total", """{"usage.total":2}""", false)]
    [InlineData("usage", """{"usage":2}""", true)]
    public async Task An_answer_costs_what_it_says_and_the_last_one_may_cost_more_than_is_left(string key, string body, bool isBackend)
    {
        var quota = Front.Quota(_name, $",\"weight_key\":\"{key}\"");
        await using var front = await StartAsync(isBackend ? "" : quota, isBackend ? quota : "");
        front.Upstream.Answer("/b", body);

        var first = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
        Assert.Equal((200, body), (first.Status, first.Body));
        Assert.Empty(first.HeadersStarting("X-Quota"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.EndsWith("=4", redis.Server.Fields($"{_name}:literal:gold:ann"), StringComparison.Ordinal);

        var refused = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
        Assert.Equal((isBackend ? 500 : 429, (string?)null, 2), (refused.Status, refused.Header("Retry-After"), front.Upstream.Received.Count));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: bob"));
    }

    [Theory, Spec("TRF-174", "AIG-072")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_no_op_a_header_says_it(bool isBackend)
    {
        var quota = Front.Quota(_name, ",\"weight_key\":\"X-Cost\",\"weight_strategy\":\"header\"");
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/e","output_encoding":"no-op","input_headers":["*"],"extra_config":{ {{{(isBackend ? "" : quota)}}} },"backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{ {{{(isBackend ? quota : "")}}} }}]}]}
            """);
        front.Upstream.On("/b", static context =>
        {
            context.Response.Headers["x-cost"] = "3";
            return context.Response.WriteAsync("streamed");
        });

        Assert.Equal("streamed", (await front.GetAsync("/e", "X-Plan: gold", "X-User: ann")).Body);
        Assert.Equal(isBackend ? 500 : 429, (await front.GetAsync("/e", "X-Plan: gold", "X-User: ann")).Status);
    }

    [Theory, Spec("TRF-175", "TRF-436", "AIG-070")]
    [InlineData("""{"other":1}""")]
    [InlineData("""{"usage":"many"}""")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":-5}""")]
    [InlineData("""{"usage":"Infinity"}""")]
    [InlineData("""{"usage":1e300}""")]
    [InlineData("""{"usage":{"total":1}}""")]
    public async Task An_answer_without_a_usable_number_is_delivered_and_costs_nothing(string body)
    {
        await using var front = await StartAsync(Front.Quota(_name, ",\"weight_key\":\"usage\""));
        front.Upstream.Answer("/b", body);

        var reply = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal(200, reply.Status);
        Assert.Equal("0", redis.Server.Cli("exists", $"{_name}:literal:gold:ann"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][Quota] the answer has no number in \"usage\": nothing is counted");
    }

    [Fact, Spec("AIG-070", "TRF-173")]
    public async Task A_call_that_fails_costs_nothing()
    {
        await using var front = await StartAsync(Front.Quota(_name, ",\"weight_key\":\"usage\""));
        front.Upstream.Answer("/b", """{"usage":3}""", 500);

        Assert.Equal("500 500", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("0", redis.Server.Cli("exists", $"{_name}:literal:gold:ann"));
    }

    [Fact, Spec("TRF-174", "AIG-071")]
    public async Task A_backend_reads_its_data_in_front_of_the_group_and_an_endpoint_what_the_client_gets()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/inner","backend":[{"url_pattern":"/b","group":"model","extra_config":{ {{{Front.Quota(_name, ",\"weight_key\":\"usage\"")}}} }}]},
              {"endpoint":"/outer","backend":[{"url_pattern":"/b","group":"model","mapping":{"usage":"spent"}}],"extra_config":{ {{{Front.Quota(_name, ",\"weight_key\":\"model.spent\"").Replace("\"free\"", "\"gold\"", StringComparison.Ordinal)}}} }}]}
            """);
        front.Upstream.Answer("/b", """{"usage":1}""");

        Assert.Equal("200", await front.StatusesAsync(1, "/inner"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/outer"));
        Assert.EndsWith("=3", redis.Server.Fields($"{_name}:*::127.0.0.1"), StringComparison.Ordinal);
    }

    [Theory, Spec("TRF-174", "AIG-071")]
    [InlineData("usage", """{"usage":3}""")]
    [InlineData("usage.total", """{"usage.total":3}""")]
    public async Task The_name_of_a_group_and_names_with_dots_in_it_hide_no_weight(string key, string body)
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/e","input_headers":["*"],"backend":[{"url_pattern":"/b","group":"usage","extra_config":{ {{{Front.Quota(_name, $",\"weight_key\":\"{key}\"")}}} }}]}]}
            """);
        front.Upstream.Answer("/b", body);

        Assert.Equal("200 500", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.EndsWith("=3", redis.Server.Fields($"{_name}:literal:gold:ann"), StringComparison.Ordinal);
    }

    private Task<PluginFront> StartAsync(string endpoint, string backend = "") =>
        Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name), endpoint, backend));
}
