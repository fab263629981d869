using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>What clients may ask for, where the endpoint lets <c>Cache-Control</c> through.</summary>
public sealed class DirectiveTests
{
    private const string Lists = ",\"input_headers\":[\"Cache-Control\"]";

    [Theory]
    [Spec("MAN-127")]
    [InlineData("max-age=5", 6, "2")]
    [InlineData("max-age=5", 4, "1")]
    [InlineData("min-fresh=20", 30, "1")]
    [InlineData("min-fresh=20", 45, "2")]
    [InlineData("max-stale", 500, "1")]
    [InlineData("max-stale=30", 80, "1")]
    [InlineData("max-stale=30", 100, "2")]
    [InlineData("only-if-cached", 30, "1")]
    public async Task Directives_choose_which_entries_are_good_enough(string directive, double after, string expected)
    {
        await using var rig = await Rig.StartAsync(endpoint: Lists);
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=60");

        await rig.BodyAsync();
        rig.Day.Advance(after);

        Assert.Equal(expected, await rig.BodyAsync("/e", $"Cache-Control: {directive}"));
    }

    [Theory]
    [Spec("MAN-127", "MAN-421")]
    [InlineData("max-age=60, s-maxage=60")]
    [InlineData("max-age=60, proxy-revalidate")]
    [InlineData("max-age=60, must-revalidate")]
    public async Task No_client_makes_an_answer_last_longer_than_shared_caches_may_use_it(string cacheControl)
    {
        await using var rig = await Rig.StartAsync(endpoint: Lists);
        rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", cacheControl);

        await rig.BodyAsync();
        rig.Day.Advance(61);

        Assert.Equal("2", await rig.BodyAsync("/e", "Cache-Control: max-stale"));
    }

    [Fact]
    [Spec("MAN-127")]
    public async Task Directives_that_are_not_forwarded_mean_nothing()
    {
        await using var rig = await Rig.StartAsync();

        await rig.BodyAsync();

        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/e", "Cache-Control: no-cache"));
    }

    [Theory]
    [Spec("MAN-127")]
    [InlineData(true, 504)]
    [InlineData(false, 500)]
    public async Task Only_if_cached_without_an_entry_asks_nobody(bool isNoOp, int status)
    {
        await using var rig = await Rig.StartAsync(endpoint: Lists, isNoOp: isNoOp);

        Assert.Equal(status, (await rig.GetAsync("/e", "Cache-Control: only-if-cached")).Status);
        Assert.Equal(0, rig.Calls);
    }

    [Theory]
    [Spec("MAN-127")]
    [InlineData("max-age=10, stale-if-error=100", "", 50, 200)]
    [InlineData("max-age=10, stale-if-error=20", "", 50, 503)]
    [InlineData("max-age=10", "stale-if-error", 50, 200)]
    [InlineData("max-age=10", "stale-if-error=20", 50, 503)]
    [InlineData("max-age=10", "", 50, 503)]
    [InlineData("max-age=10, must-revalidate", "stale-if-error", 50, 503)]
    public async Task A_stale_entry_stands_in_for_a_failing_backend(string answer, string request, double after, int status)
    {
        await using var rig = await Rig.StartAsync(endpoint: Lists);
        rig.Backend = (context, call) =>
        {
            context.Response.StatusCode = call == 1 ? 200 : 503;
            return Rig.AnswerAsync(context, "{}", call == 1 ? answer : "");
        };

        await rig.GetAsync();
        rig.Day.Advance(after);

        Assert.Equal(status, (await rig.GetAsync("/e", request.Length == 0 ? [] : [$"Cache-Control: {request}"])).Status);
    }

    [Theory]
    [Spec("MAN-127")]
    [InlineData("Cache-Control: no-store", 200, 200)]
    [InlineData("Cache-Control: no-store", 304, 200)]
    [InlineData("If-None-Match: \"a\"", 304, 304)]
    [InlineData("If-Match: \"b\"", 412, 412)]
    public async Task No_client_takes_away_what_stands_in_for_a_failing_backend(string header, int status, int seen)
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Cache-Control\",\"If-Match\",\"If-None-Match\"]");
        rig.Backend = (context, call) =>
        {
            context.Response.StatusCode = call switch { 1 => 200, 2 => status, _ => 503 };
            return Rig.AnswerAsync(context, $"{call}", "max-age=10, stale-if-error=100", "ETag: \"a\"");
        };

        await rig.GetAsync();
        rig.Day.Advance(11);
        Assert.Equal(seen, (await rig.GetAsync("/e", header)).Status);

        Assert.Equal((200, "1"), (await rig.GetAsync()) is var reply ? (reply.Status, reply.Body) : default);
    }

    [Fact]
    [Spec("MAN-127")]
    public async Task A_stale_entry_stands_in_for_a_backend_that_is_away()
    {
        await using var rig = await Rig.StartAsync(endpoint: Lists);
        rig.Backend = static (context, call) =>
        {
            if (call == 1)
                return Rig.AnswerAsync(context, "kept", "max-age=10, stale-if-error=60");
            context.Abort();
            return Task.CompletedTask;
        };

        await rig.GetAsync();
        rig.Day.Advance(20);

        Assert.Equal("kept", await rig.BodyAsync());
    }
}
