using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

public sealed class ReuseTests
{
    [Fact]
    [Spec("MAN-120")]
    public async Task Serves_the_second_request_from_what_the_first_stored_and_manipulates_it_again()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[
              {"url_pattern":"/b","deny":["secret"],"mapping":{"n":"number"},"group":"first","extra_config":{"qos/http-cache":{} } },
              {"url_pattern":"/c","group":"second"}]}]}
            """);
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $$"""{"n":{{(context.Request.Path == "/b" ? 1 : call)}},"secret":1}""", "max-age=60");

        var replies = new[] { await rig.BodyAsync(), await rig.BodyAsync() };

        Assert.All(replies, static reply => Assert.StartsWith("""{"first":{"number":1},"second":""", reply, StringComparison.Ordinal));
        Assert.Equal(2, rig.Front.Upstream.ReceivedAt("/c").Count);
        Assert.Single(rig.Front.Upstream.ReceivedAt("/b"));

        rig.Day.Advance(61);
        await rig.BodyAsync();
        Assert.Equal(2, rig.Front.Upstream.ReceivedAt("/b").Count);
    }

    [Fact]
    [Spec("MAN-121")]
    public async Task Caches_GET_towards_the_backend_whatever_the_method_of_the_endpoint()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/get","method":"POST","backend":[{"url_pattern":"/b","method":"GET","extra_config":{"qos/http-cache":{} } }]},
              {"endpoint":"/post","method":"GET","backend":[{"url_pattern":"/p","method":"POST","extra_config":{"qos/http-cache":{} } }]}]}
            """);

        for (var i = 0; i < 2; i++)
        {
            await rig.Front.SendAsync(HttpMethod.Post, "/get");
            await rig.Front.GetAsync("/post");
        }

        Assert.Single(rig.Front.Upstream.ReceivedAt("/b"));
        Assert.Equal(2, rig.Front.Upstream.ReceivedAt("/p").Count);
    }

    [Fact]
    [Spec("MAN-122")]
    public async Task Keys_by_the_whole_URL_the_method_and_the_headers_that_Vary_names()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Accept-Language\"]");
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=60", "Vary: Accept-Language");

        Assert.Equal("1", await rig.BodyAsync("/e?a=1"));
        Assert.Equal("2", await rig.BodyAsync("/e?a=2"));
        Assert.Equal("1", await rig.BodyAsync("/e?a=1"));
        Assert.Equal("3", await rig.BodyAsync("/e?a=1", "Accept-Language: de"));
        Assert.Equal("4", await rig.BodyAsync("/e?a=1", "Accept-Language: fr"));
        Assert.Equal("3", await rig.BodyAsync("/e?a=1", "Accept-Language: de"));
        Assert.Equal("1", await rig.BodyAsync("/e?a=1"));
        // It does not reach the backend, so it selects nothing.
        Assert.Equal("1", await rig.BodyAsync("/e?a=1", "X-Other: 1"));
    }

    [Fact]
    [Spec("MAN-122")]
    public async Task HEAD_and_GET_are_separate_entries()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]},
              {"endpoint":"/head","output_encoding":"no-op","backend":[{"url_pattern":"/b","method":"HEAD","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]}]}
            """);

        await rig.GetAsync("/head");
        Assert.Equal("""{"n":2}""", await rig.BodyAsync("/e"));
        await rig.GetAsync("/head");
        Assert.Equal("""{"n":2}""", await rig.BodyAsync("/e"));
        Assert.Equal(2, rig.Calls);
    }

    [Theory]
    [Spec("MAN-123")]
    [InlineData("max-age=60", "", 59, true)]
    [InlineData("max-age=60", "", 60, false)]
    [InlineData("max-age=0", "", 0, false)]
    [InlineData("", "", 0, false)]
    [InlineData("max-age=60", "Expires: -30", 30, true)]
    [InlineData("max-age=5", "Expires: 600", 6, false)]
    [InlineData("", "Expires: 30", 29, true)]
    [InlineData("", "Expires: 30", 31, false)]
    [InlineData("", "Expires: 0", 0, false)]
    [InlineData("s-maxage=60", "", 0, false)]
    [InlineData("max-age=60", "Age: 40", 19, true)]
    [InlineData("max-age=60", "Age: 40", 21, false)]
    public async Task Is_fresh_for_as_long_as_the_backend_says(string cacheControl, string header, double after, bool isReused)
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", cacheControl,
            header.Length == 0 ? [] : header.StartsWith("Expires", StringComparison.Ordinal)
                ? [$"Expires: {rig.Day.GetUtcNow().AddSeconds(double.Parse(header[9..], System.Globalization.CultureInfo.InvariantCulture)):r}"] : [header]);

        await rig.BodyAsync();
        rig.Day.Advance(after);

        Assert.Equal(isReused ? "1" : "2", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-415")]
    public async Task A_clock_that_is_set_back_makes_no_answer_last_longer()
    {
        await using var rig = await Rig.StartAsync();

        await rig.BodyAsync();
        rig.Day.Advance(-3600);

        Assert.Equal("""{"n":2}""", await rig.BodyAsync());
        Assert.Equal("""{"n":2}""", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-123")]
    public async Task An_answer_without_date_is_never_fresh()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\n1", "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\n2");
        await using var rig = await Rig.StartDocumentAsync(Rig.Document().Replace("$UPSTREAM", upstream.Url, StringComparison.Ordinal));

        Assert.Equal("1", await rig.BodyAsync());
        Assert.Equal("2", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-124")]
    public async Task Ranges_are_neither_answered_from_the_cache_nor_stored()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Range\"]");
        rig.Backend = static (context, call) =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("partial") || context.Request.Headers.ContainsKey("Range") ? 206 : 200;
            return Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };

        Assert.Equal("1", await rig.BodyAsync("/e", "Range: bytes=0-0"));
        Assert.Equal("2", await rig.BodyAsync("/e"));
        Assert.Equal("3", await rig.BodyAsync("/e", "Range: bytes=0-0"));
        Assert.Equal("2", await rig.BodyAsync("/e"));
        Assert.Equal("4", await rig.BodyAsync("/e?partial"));
        Assert.Equal("5", await rig.BodyAsync("/e?partial"));
    }

    [Theory]
    [Spec("MAN-125")]
    [InlineData("no-store, max-age=60", "", "2")]
    [InlineData("max-age=60", "no-store", "2")]
    [InlineData("no-cache, max-age=60", "", "2")]
    [InlineData("max-age=60", "no-cache", "2")]
    public async Task No_store_and_no_cache_reach_the_backend(string answer, string request, string second)
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Cache-Control\"]");
        rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", answer, "ETag: \"x\"");
        string[] headers = request.Length == 0 ? [] : [$"Cache-Control: {request}"];

        Assert.Equal("1", await rig.BodyAsync("/e", headers));
        Assert.Equal(second, await rig.BodyAsync("/e", headers));
    }

    [Fact]
    [Spec("MAN-125")]
    public async Task A_request_with_no_cache_refreshes_the_entry()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Cache-Control\"]");

        await rig.BodyAsync();
        await rig.BodyAsync("/e", "Cache-Control: no-cache");

        Assert.Equal("""{"n":2}""", await rig.BodyAsync());
    }

    [Theory]
    [Spec("MAN-126")]
    [InlineData("ETag: \"v1\"", "If-None-Match")]
    [InlineData("Last-Modified: Mon, 02 Nov 2026 10:00:00 GMT", "If-Modified-Since")]
    public async Task A_stale_entry_is_confirmed_and_refreshed(string validator, string condition)
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = async (context, call) =>
        {
            if (context.Request.Headers[condition].ToString() == validator[(validator.IndexOf(':', StringComparison.Ordinal) + 2)..])
            {
                context.Response.StatusCode = 304;
                await Rig.AnswerAsync(context, "", "max-age=100", $"X-Confirmed: {call}");
                return;
            }
            await Rig.AnswerAsync(context, $"{call}", "max-age=10", validator, "X-Confirmed: never");
        };

        Assert.Equal("1", await rig.BodyAsync());
        rig.Day.Advance(11);
        var confirmed = await rig.GetAsync();
        rig.Day.Advance(90);
        var later = await rig.GetAsync();

        Assert.Equal((200, "1", "2"), (confirmed.Status, confirmed.Body, confirmed.Header("X-Confirmed")));
        Assert.Equal(("1", "max-age=100"), (later.Body, later.Header("Cache-Control")));
        Assert.Equal(2, rig.Calls);
    }

    [Fact]
    [Spec("MAN-126")]
    public async Task Another_answer_than_304_takes_the_place_of_the_stale_entry()
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=10", $"ETag: \"{call}\"");

        Assert.Equal("1", await rig.BodyAsync());
        rig.Day.Advance(11);
        Assert.Equal("2", await rig.BodyAsync());
        Assert.Equal("2", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-126")]
    public async Task A_confirmation_of_another_version_is_not_believed()
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = static async (context, call) =>
        {
            if (context.Request.Headers.ContainsKey("If-None-Match"))
            {
                context.Response.StatusCode = 304;
                await Rig.AnswerAsync(context, "", "max-age=10", "ETag: \"other\"");
                return;
            }
            await Rig.AnswerAsync(context, $"{call}", "max-age=10", "ETag: \"one\"");
        };

        Assert.Equal("1", await rig.BodyAsync());
        rig.Day.Advance(11);
        Assert.Equal("3", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-137")]
    public async Task The_header_for_clients_is_the_endpoints_own()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"cache_ttl\":\"300s\"", isNoOp: false);

        Assert.Equal("public, max-age=300", (await rig.GetAsync()).Header("Cache-Control"));
        rig.Day.Advance(61);
        Assert.Equal("""{"n":2}""", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-415")]
    public async Task A_hit_says_how_old_it_is()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Null((await rig.GetAsync()).Header("Age"));
        rig.Day.Advance(7);

        Assert.Equal("7", (await rig.GetAsync()).Header("Age"));
    }
}
