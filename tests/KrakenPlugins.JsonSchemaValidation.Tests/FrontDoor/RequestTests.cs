using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>Bodies of requests.</summary>
public sealed class RequestTests
{
    private const string Address = """
        {"type":"object","properties":{"number":{"type":"number"},"street_name":{"type":"string"},"street_type":{"type":"string","enum":["Street","Avenue","Boulevard"]}},"required":["number","street_name","street_type"]}
        """;

    [Theory, Spec("MAN-172", "MAN-176")]
    [InlineData("""{"number":1600,"street_name":"Pennsylvania","street_type":"Avenue"}""", "application/json")]
    [InlineData("""  { "street_type" : "Street" , "number" : 12345678901234567890.10E+2 ,"street_name":"\u00e9\/", "number":1.0, "x":[ ] }  """, "text/plain")]
    [InlineData("{\n\t\"number\":-0,\"street_name\":\"\ud83d\ude00\",\"street_type\":\"Street\"}\n", "application/x-www-form-urlencoded")]
    public async Task A_body_that_matches_goes_on_byte_for_byte_whatever_its_type_says(string body, string contentType)
    {
        await using var front = await Front.ValidatingAsync(Address);

        var reply = await front.PostAsync(body, contentType: contentType);
        var chunked = new HttpRequestMessage(HttpMethod.Post, "/e") { Content = new StringContent(body, Encoding.UTF8, contentType) };
        chunked.Headers.TransferEncodingChunked = true;
        using var second = await front.Gateway.Client.SendAsync(chunked);

        Assert.Equal((200, "{}"), (reply.Status, reply.Body));
        Assert.Equal(200, (int)second.StatusCode);
        Assert.All(front.Upstream.Received, r => Assert.Equal(body, r.Body));
        Assert.Equal(2, front.Upstream.Received.Count);
    }

    [Fact, Spec("MAN-173", "MAN-177")]
    public async Task A_body_that_does_not_match_is_400_with_nothing_in_it_and_reaches_no_backend_and_no_shadow()
    {
        await using var front = await Front.StartAsync($$$$$"""
            {"endpoint":"/e","method":"POST","extra_config":{"validation/json-schema":{{{{{Address}}}}}},"backend":[{"url_pattern":"/b"},{"url_pattern":"/shadow","extra_config":{"proxy":{"shadow":true}}}]}
            """);

        var reply = await front.PostAsync("""{"number":"1"}""");
        await front.PostAsync("""{"number":1,"street_name":"a","street_type":"Street"}""");

        Assert.Equal((400, "", "false"), (reply.Status, reply.Body, reply.Completed));
        await Wait.UntilAsync(() => front.Upstream.Received.Count == 2, () => "the second request did not reach both");
        Assert.All(front.Upstream.Received, static r => Assert.Contains("Street", r.Body, StringComparison.Ordinal));
    }

    [Fact, Spec("MAN-174")]
    public async Task The_list_of_faults_is_that_of_the_reference()
    {
        await using var front = await Front.ValidatingAsync(Address, "\"extra_config\":{\"router\":{\"return_error_msg\":true}},");

        var reply = await front.PostAsync("""{"invalid":true}""");

        Assert.Equal("- (root): number is required\n- (root): street_name is required\n- (root): street_type is required", reply.Body);
        Assert.Equal((400, 96, "text/plain; charset=utf-8"), (reply.Status, Encoding.UTF8.GetByteCount(reply.Body), reply.ContentType));
    }

    [Theory, Spec("MAN-174")]
    [InlineData("""{"type":"object"}""", "[]", "- (root): Invalid type. Expected: object, given: array")]
    [InlineData("""{"type":["object","null"]}""", "1.5", "- (root): Invalid type. Expected: [object,null], given: number")]
    [InlineData("""{"properties":{"a":{"properties":{"b":{"type":"integer"}}}}}""", """{"a":{"b":"x"}}""", "- a.b: Invalid type. Expected: integer, given: string")]
    [InlineData("""{"properties":{"a":{"items":{"required":["n"]}}}}""", """{"a":[{"n":1},{}]}""", "- a.1: n is required")]
    [InlineData("""{"properties":{"a":{"enum":["x",1]}}}""", """{"a":2}""", "- a: Must be one of the following: \"x\", 1")]
    [InlineData("""{"properties":{"a":{"pattern":"^[0-9]+$"}}}""", """{"a":"b"}""", "- a: Does not match pattern '^[0-9]+$'")]
    [InlineData("""{"properties":{"a":{"minLength":3}}}""", """{"a":"b"}""", "- a: String length must be greater than or equal to 3")]
    [InlineData("""{"properties":{"a":{"format":"email"}}}""", """{"a":"b"}""", "- a: Does not match format 'email'")]
    [InlineData("""{"properties":{"a":{"minimum":3}}}""", """{"a":2}""", "- a: Must be greater than or equal to 3")]
    [InlineData("""{"properties":{"a":{"minimum":3,"exclusiveMinimum":true}}}""", """{"a":3}""", "- a: Must be greater than 3")]
    [InlineData("""{"properties":{"a":{"maxItems":1}}}""", """{"a":[1,2]}""", "- a: Array must have at most 1 items")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"b":2}""", "- (root): Additional property b is not allowed")]
    [InlineData("""{"properties":{"o":{"additionalProperties":false}}}""", """{"o":{"b":2}}""", "- o: Additional property b is not allowed")]
    [InlineData("""{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}""", """{"a":null}""", "- a: Must validate at least one schema (anyOf)")]
    [InlineData("""{"properties":{"a":{"not":{"type":"string"}}}}""", """{"a":"x"}""", "- a: Must not validate the schema (not)")]
    [InlineData("""{"dependencies":{"a":["b"]}}""", """{"a":1}""", "- (root): Has a dependency on b")]
    [InlineData("""{"definitions":{"n":{"maximum":5}},"properties":{"a":{"$ref":"#/definitions/n"}}}""", """{"a":9}""", "- a: Must be less than or equal to 5")]
    public async Task Every_fault_says_where_it_is_and_what_was_wanted(string schema, string body, string faults)
    {
        await using var front = await Front.ValidatingAsync(schema, "\"extra_config\":{\"router\":{\"return_error_msg\":true}},");

        var reply = await front.PostAsync(body);

        Assert.Equal((400, faults), (reply.Status, reply.Body));
    }

    [Theory, Spec("MAN-175")]
    [InlineData("http://json-schema.org/draft-04/schema#", """{"properties":{"a":{"minimum":3,"exclusiveMinimum":true}}}""", """{"a":4}""", """{"a":3}""")]
    [InlineData("http://json-schema.org/draft-06/schema#", """{"properties":{"a":{"const":1}}}""", """{"a":1}""", """{"a":2}""")]
    [InlineData("http://json-schema.org/draft-07/schema#", """{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"a":1,"b":1}""", """{"a":1}""")]
    [InlineData("https://json-schema.org/draft/2019-09/schema", """{"dependentRequired":{"a":["b"]}}""", """{"a":1,"b":1}""", """{"a":1}""")]
    [InlineData("https://json-schema.org/draft/2020-12/schema", """{"properties":{"a":{"prefixItems":[{"type":"string"}]}}}""", """{"a":["x"]}""", """{"a":[1]}""")]
    [InlineData("", """{"properties":{"a":{"minimum":3,"exclusiveMinimum":true},"b":{"exclusiveMaximum":3},"c":{"const":1}}}""", """{"a":4,"b":2,"c":1}""", """{"a":3}""")]
    [InlineData("", """{"properties":{"a":{"minimum":3,"exclusiveMinimum":true},"b":{"exclusiveMaximum":3},"c":{"const":1}}}""", """{"a":4,"b":2,"c":1}""", """{"b":3}""")]
    [InlineData("", """{"properties":{"minimum":{"type":"string"},"exclusiveMinimum":false}}""", """{"minimum":"x"}""", """{"exclusiveMinimum":1}""")]
    [InlineData("", """{"id":"http://a/b","definitions":{"x":{"id":"#x","type":"string"}},"properties":{"a":{"$ref":"#x"}}}""", """{"a":"x"}""", """{"a":1}""")]
    public async Task Each_draft_is_known_and_without_one_the_older_ones_hold_together(string draft, string schema, string good, string bad)
    {
        if (draft.Length > 0)
            schema = $$$$$"""{"$schema":"{{{{{draft}}}}}",{{{{{schema[1..]}}}}}""";
        await using var front = await Front.ValidatingAsync(schema);

        Assert.Equal(200, (await front.PostAsync(good)).Status);
        Assert.Equal(400, (await front.PostAsync(bad)).Status);
    }

    [Theory, Spec("MAN-176")]
    [InlineData("", "could not validate an empty body")]
    [InlineData("{", "the body is no JSON: line 1, column 2: ")]
    [InlineData("{\"a\":1}}", "the body is no JSON: line 1, column 8: ")]
    [InlineData("a=1", "the body is no JSON: line 1, column 1: ")]
    [InlineData(" ", "the body is no JSON: ")]
    [InlineData("{\"a\":NaN}", "the body is no JSON: ")]
    [InlineData("{/**/}", "the body is no JSON: ")]
    public async Task Without_a_body_or_without_json_in_it_it_is_400_whatever_the_schema_says(string body, string reason)
    {
        await using var front = await Front.ValidatingAsync("{}", "\"extra_config\":{\"router\":{\"return_error_msg\":true}},");

        var reply = await front.PostAsync(body);

        Assert.Equal(400, reply.Status);
        Assert.StartsWith(reason, reply.Body, StringComparison.Ordinal);
        Assert.Empty(front.Upstream.Received);
    }

    [Fact, Spec("MAN-176")]
    public async Task A_get_without_a_body_is_400_too()
    {
        await using var front = await Front.StartAsync("""{"endpoint":"/e","extra_config":{"validation/json-schema":{}},"backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal((400, ""), await front.SendAsync(HttpMethod.Get, "/e") is var reply ? (reply.Status, reply.Body) : default);
        Assert.Empty(front.Upstream.Received);
    }

    [Fact, Spec("MAN-177")]
    public async Task It_comes_after_authentication_limits_scripts_and_policies_and_before_bodies_are_generated()
    {
        var order = new List<string>();
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","method":"POST","extra_config":{"validation/json-schema":{"type":"object"},"t/auth":{},"t/limit":{},"t/script":{},"t/policy":{},"t/body":{}},"backend":[{"url_pattern":"/b"}]}""",
            components: registry =>
            {
                registry.Endpoint("t/auth", EndpointStages.Authentication, (_, _, _) => new HttpStep(order, "authentication"));
                registry.Endpoint("t/limit", EndpointStages.RateLimit, (_, _, _) => new HttpStep(order, "limit"));
                registry.Proxy("t/script", ProxyStages.Scripts, (_, _, _) => new Step(order, "script"));
                registry.Proxy("t/policy", ProxyStages.Policies, (_, _, _) => new Step(order, "policy"));
                registry.Proxy("t/body", ProxyStages.RequestBody, (_, _, _) => new Step(order, "body"));
            });

        Assert.Equal(400, (await front.PostAsync("[]")).Status);
        Assert.Equal(["authentication", "limit", "script", "policy"], order);
        Assert.Equal(200, (await front.PostAsync("{}")).Status);
        Assert.Equal("body", order[^1]);
    }

    [Fact, Spec("MAN-177")]
    public async Task A_request_that_a_guard_refused_is_not_validated()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","method":"POST","extra_config":{"validation/json-schema":{"type":"object"},"t/auth":{}},"backend":[{"url_pattern":"/b"}]}""",
            components: static registry => registry.Endpoint("t/auth", EndpointStages.Authentication, static (_, _, _) => new Refusing()));

        Assert.Equal(401, (await front.PostAsync("[]")).Status);
    }
}
