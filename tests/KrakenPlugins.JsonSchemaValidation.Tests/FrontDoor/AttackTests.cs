using System.Diagnostics;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>Bodies that are made to cost something, or to be read in two ways.</summary>
public sealed class AttackTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Theory, Spec("MAN-402")]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|aa)+$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(.*,){20}!")]
    public async Task A_text_that_makes_other_engines_backtrack_costs_its_length(string pattern)
    {
        await using var front = await Front.ValidatingAsync($$$$$"""{"properties":{"a":{"pattern":"{{{{{pattern}}}}}"}}}""");

        var reply = await front.PostAsync($$$$$"""{"a":"{{{{{new string('a', 200_000)}}}}}!"}""").WaitAsync(s_limit);

        Assert.Equal(400, reply.Status);
    }

    [Theory, Spec("MAN-402")]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task A_body_nested_a_hundred_thousand_times_is_400(string open, string close)
    {
        await using var front = await Front.ValidatingAsync("""{"$ref":"#/definitions/t","definitions":{"t":{"items":{"$ref":"#/definitions/t"},"additionalProperties":{"$ref":"#/definitions/t"}}}}""");
        var body = new StringBuilder().Insert(0, open, 100_000).Append('1').Insert(100_000 * open.Length + 1, close, 100_000).ToString();

        Assert.Equal(400, (await front.PostAsync(body).WaitAsync(s_limit)).Status);
        Assert.Equal(200, (await front.PostAsync("[[{\"a\":[]}]]")).Status);
    }

    [Fact, Spec("MAN-402")]
    public async Task A_schema_whose_alternatives_multiply_is_given_up_and_refuses()
    {
        await using var front = await Front.ValidatingAsync(
            """{"definitions":{"t":{"anyOf":[{"items":{"$ref":"#/definitions/t"},"maxItems":1},{"items":{"$ref":"#/definitions/t"},"minItems":1}],"type":"array"}},"$ref":"#/definitions/t"}""");
        var body = new string('[', 60) + "1" + new string(']', 60);

        Assert.Equal(400, (await front.PostAsync(body).WaitAsync(s_limit)).Status);
    }

    [Fact, Spec("MAN-402")]
    public async Task A_body_beyond_what_may_be_held_is_413_and_reaches_no_backend()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","method":"POST","extra_config":{"validation/json-schema":{},"proxy":{"max_payload":1000}},"backend":[{"url_pattern":"/b"}]}""");

        var known = await front.PostAsync($"\"{new string('a', 2_000)}\"");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/e") { Content = new StringContent($"\"{new string('a', 2_000)}\"") };
        request.Headers.TransferEncodingChunked = true;
        using var unknown = await front.Gateway.Client.SendAsync(request);

        Assert.Equal((413, 413), (known.Status, (int)unknown.StatusCode));
        Assert.Empty(front.Upstream.Received);
    }

    [Theory, Spec("MAN-403")]
    [InlineData("""{"a":"x","a":1}""")]
    [InlineData("""{"a":1,"a":"x"}""")]
    [InlineData("""{"a":1,"\u0061":"x"}""")]
    public async Task A_name_that_repeats_hides_nothing_from_the_validator_whichever_one_the_backend_takes(string body)
    {
        await using var front = await Front.ValidatingAsync("""{"properties":{"a":{"type":"integer"}},"additionalProperties":false}""");

        Assert.Equal(400, (await front.PostAsync(body)).Status);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory, Spec("MAN-403")]
    [InlineData("9007199254740993", 200)]
    [InlineData("9007199254740992", 400)]
    [InlineData("9007199254740993.0", 200)]
    [InlineData("1e400", 400)]
    [InlineData("1e99999999999", 400)]
    public async Task Numbers_are_compared_by_all_of_their_digits(string number, int status)
    {
        await using var front = await Front.ValidatingAsync("""{"properties":{"a":{"minimum":9007199254740993,"maximum":9007199254740993}}}""");

        Assert.Equal(status, (await front.PostAsync($$$$$"""{"a":{{{{{number}}}}}}""")).Status);
    }

    [Fact, Spec("MAN-403")]
    public async Task Names_of_the_body_forge_no_line_of_the_log_and_no_line_of_the_answer()
    {
        await using var front = await Front.ValidatingAsync("""{"additionalProperties":false}""", "\"extra_config\":{\"router\":{\"return_error_msg\":true}},");

        var reply = await front.PostAsync("{\"x\\n- admin: ok\\r\\n2026 ERROR: forged\":1}");

        Assert.Equal((400, 1), (reply.Status, reply.Body.Split('\n').Length));
        await front.Gateway.WaitForLogAsync("is not allowed");
        Assert.DoesNotContain("\n2026 ERROR: forged", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-403")]
    public async Task Ten_thousand_faults_make_a_short_answer()
    {
        await using var front = await Front.ValidatingAsync("""{"additionalProperties":false}""", "\"extra_config\":{\"router\":{\"return_error_msg\":true}},");
        var body = $"{{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{new string('x', 300)}{i}\":1"))}}}";
        var started = Stopwatch.StartNew();

        var reply = await front.PostAsync(body);

        Assert.True(started.Elapsed < s_limit);
        Assert.Equal((400, 100), (reply.Status, reply.Body.Split('\n').Length));
        Assert.True(reply.Body.Length < 20_000);
    }
}
