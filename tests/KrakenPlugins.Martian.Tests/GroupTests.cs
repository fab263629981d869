using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class GroupTests
{
    private const string Fails = """{"header.Append":{"scope":["request"],"name":"Host","value":"x"}}""";

    [Fact]
    [Spec("MAN-168")]
    public async Task Members_run_in_the_order_of_the_list_in_each_phase()
    {
        var outcome = await Rig.Of($$$"""{"fifo.Group":{"modifiers":[{{{Set("1")}}},{{{Set("2")}}},{"body.Modifier":{"body":"YQ=="}}]}}""").RunAsync();

        Assert.Equal(("2", "2"), (outcome.Request.Headers.All("X-R"), outcome.Response!.Headers.All("X-R")));
        Assert.Equal((1L, "a"), (outcome.Request.Body.Length, await outcome.Response.TextAsync()));
    }

    [Fact]
    [Spec("MAN-144", "MAN-169")]
    public async Task An_error_ends_the_group()
    {
        var outcome = await Rig.Of($$$"""{"fifo.Group":{"modifiers":[{{{Fails}}},{{{Set("1")}}}]}}""").RunAsync();

        Assert.Equal(("the header \"Host\" is set already and takes a single value", null, 0), (outcome.Error, outcome.Request.Headers.Get("X-R"), outcome.Calls));
    }

    [Fact]
    [Spec("MAN-169")]
    public async Task With_aggregation_all_members_run_and_the_errors_are_joined()
    {
        var outcome = await Rig.Of($$$"""{"fifo.Group":{"aggregateErrors":true,"modifiers":[{{{Fails}}},{{{Set("1")}}},{{{Fails}}}]}}""").RunAsync();

        const string Error = "the header \"Host\" is set already and takes a single value";
        Assert.Equal(($"{Error}\n{Error}", "1", 0), (outcome.Error, outcome.Request.Headers.Get("X-R"), outcome.Calls));
    }

    [Theory]
    [InlineData("0,100", "100,0")]
    [InlineData("100,0", "100,0")]
    [InlineData("5,-1,7", "7,5,-1")]
    [Spec("MAN-170")]
    public async Task The_higher_priority_runs_first(string listed, string order)
    {
        var members = listed.Split(',').Select(static p => $$$$"""{"priority":{{{{p}}}},"modifier":{"header.Append":{"name":"X-R","value":"{{{{p}}}}"}}}""");

        var sent = await Rig.SentAsync($$$"""{"priority.Group":{"scope":["request"],"modifiers":[{{{string.Join(',', members)}}}]}}""");

        Assert.Equal(order.Replace(',', '|'), sent.Headers.All("X-R"));
    }

    [Fact]
    [Spec("MAN-170")]
    public async Task Of_equal_priorities_the_one_listed_later_runs_first_and_an_error_stops_the_rest()
    {
        var equal = await Rig.SentAsync("""
            {"priority.Group":{"scope":["request"],"modifiers":[
            {"priority":1,"modifier":{"header.Append":{"name":"X-R","value":"first"}}},
            {"@comment":"x","priority":1,"modifier":{"header.Append":{"name":"X-R","value":"second"}}}]}}
            """);
        var failed = await Rig.Of($$$"""{"priority.Group":{"modifiers":[{"priority":1,"modifier":{{{Set("1")}}}},{"priority":2,"modifier":{{{Fails}}}}]}}""").RunAsync();

        Assert.Equal("second|first", equal.Headers.All("X-R"));
        Assert.Equal((null, 0), (failed.Request.Headers.Get("X-R"), failed.Calls));
    }

    [Fact]
    [Spec("MAN-171")]
    public async Task Groups_and_filters_nest()
    {
        var sent = await Rig.SentAsync($$$$$$"""
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"querystring.Filter":{"name":"a","modifier":{"priority.Group":{"modifiers":[
                {"priority":1,"modifier":{"header.Filter":{"name":"X-Absent","modifier":{{{{{{Set("wrong")}}}}}},"else":{"fifo.Group":{"modifiers":[{{{{{{Set("1")}}}}}},{"header.Append":{"name":"X-R","value":"2"}}]}}}}}]}}}}]}}
            """);

        Assert.Equal("1|2", sent.Headers.All("X-R"));
    }

    [Theory]
    [InlineData("", "", true, true)]
    [InlineData("\"request\"", "", true, false)]
    [InlineData("", "\"response\"", false, true)]
    [InlineData("\"request\"", "\"response\"", false, false)]
    [InlineData("\"request\",\"response\"", "\"request\"", true, false)]
    [InlineData("none", "", false, false)]
    [InlineData("", "none", false, false)]
    [Spec("MAN-140", "MAN-160")]
    public async Task The_effective_phases_are_those_that_every_level_names(string outer, string inner, bool request, bool response)
    {
        var modifier = $$$"""{"header.Modifier":{{{{Scope(inner)}}}"name":"X-R","value":"1"}}""";
        var group = $$$"""{"fifo.Group":{{{{Scope(outer)}}}"modifiers":[{{{modifier}}}]}}""";
        var filter = $$$"""{"url.Filter":{{{{Scope(outer)}}}"modifier":{{{modifier}}}}}""";

        foreach (var json in new[] { group, filter })
        {
            var outcome = await Rig.Of(json).RunAsync();

            Assert.Equal((request, response), (outcome.Request.Headers.Contains("X-R"), outcome.Response!.Headers.Contains("X-R")));
        }
    }

    private static string Scope(string phases) => phases switch { "" => "", "none" => "\"scope\":[],", _ => $"\"scope\":[{phases}]," };

    private static string Set(string value) => $$$"""{"header.Modifier":{"name":"X-R","value":"{{{value}}}"}}""";
}
