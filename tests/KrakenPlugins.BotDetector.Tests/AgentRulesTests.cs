using System.Text.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace KrakenPlugins.BotDetector.Tests;

public sealed class AgentRulesTests
{
    private const string Rules = """{"allow":["good bot","x facebookexternalhit/9"],"deny":["a","empty"],"patterns":["(facebookexternalhit)/.*","bot","^(?i)scrapy"]}""";

    [Theory]
    [Spec("TRF-126", "TRF-127", "TRF-128")]
    [InlineData("Mozilla/5.0", false)]
    [InlineData("good bot", false)]
    [InlineData("x facebookexternalhit/9", false)]
    [InlineData("x facebookexternalhit/1.1", true)]
    [InlineData("x FACEBOOKexternalhit/1.1", false)]
    [InlineData("a robot", true)]
    [InlineData("Good bot", true)]
    [InlineData("a", true)]
    [InlineData("abcd", false)]
    [InlineData("A", false)]
    [InlineData("SCRAPY/2", true)]
    [InlineData("a scrapy", false)]
    [InlineData(" a", false)]
    public void Names_count_as_a_whole_before_patterns_that_are_found_anywhere(string agent, bool isBot) =>
        Assert.Equal(isBot, Compile(Rules).IsBot(agent));

    [Theory]
    [Spec("TRF-126", "TRF-129")]
    [InlineData("""{"patterns":[".*",""],"deny":[""]}""", false)]
    [InlineData("""{"patterns":["x"],"allow":[""],"empty_user_agent_is_bot":true}""", true)]
    public void A_missing_or_empty_agent_is_judged_by_its_own_attribute_alone(string rules, bool isBot)
    {
        Assert.Equal(isBot, Compile(rules).IsBot(""));
        Assert.Equal(isBot, Compile(rules).IsBot(null));
    }

    [Fact]
    [Spec("TRF-130")]
    public void A_pattern_that_matches_everything_and_an_allow_list_admit_only_those_listed()
    {
        var rules = Compile("""{"patterns":[".*"],"allow":["ours/1"]}""");

        Assert.Equal([false, true, true], new[] { "ours/1", "ours/1.1", "Mozilla" }.Select(rules.IsBot));
    }

    [Theory]
    [Spec("TRF-128")]
    [InlineData("(a+)+$", "a")]
    [InlineData("(a|a)*b", "a")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)x", "a")]
    [InlineData("(?i)(?:[a-z]+[0-9]*)+!!", "aZ9")]
    [InlineData("([^x]{1,50}){1,20}x", "ab")]
    public void A_pattern_that_blows_other_engines_up_takes_time_by_the_length_of_the_agent_alone(string pattern, string unit)
    {
        var rules = Compile(JsonSerializer.Serialize(new { patterns = new[] { pattern } }));

        // As long as headers may be in all.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(rules.IsBot(string.Concat(Enumerable.Repeat(unit, 32_768 / unit.Length)) + "?"));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    [Fact]
    [Spec("TRF-131")]
    public void A_cache_changes_no_verdict()
    {
        var plain = Compile(Rules);
        var cached = Compile(Rules[..^1] + ",\"cache_size\":7}");
        var random = new Random(131);
        var agents = new[] { "Mozilla", "good bot", "robot", "a", "A", "scrapy", "x facebookexternalhit/1", new string('b', 600), new string('b', 600) + "bot", "y", "z", "" };

        for (var i = 0; i < 20_000; i++)
        {
            var agent = agents[random.Next(agents.Length)] + (random.Next(3) == 0 ? random.Next(9).ToString(System.Globalization.CultureInfo.InvariantCulture) : "");
            Assert.Equal(plain.IsBot(agent), cached.IsBot(agent));
        }
    }

    [Fact]
    [Spec("TRF-131", "TRF-360")]
    public void The_least_recently_used_verdict_gives_way_first()
    {
        var cache = new VerdictCache(3);
        cache.Add("a", true);
        cache.Add("b", false);
        cache.Add("c", true);
        Assert.True(cache.TryGet("a", out var isBot) && isBot);
        cache.Add("d", true);

        Assert.Equal([true, false, true, true], new[] { "a", "b", "c", "d" }.Select(agent => cache.TryGet(agent, out _)));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    [Spec("TRF-131", "TRF-360")]
    public void The_cache_agrees_with_a_list_that_is_searched_from_end_to_end()
    {
        var random = new Random(360);
        var cache = new VerdictCache(100);
        var model = new List<string>();

        for (var i = 0; i < 50_000; i++)
        {
            var agent = random.Next(160).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var known = model.Remove(agent);
            Assert.Equal(known, cache.TryGet(agent, out var isBot));
            Assert.Equal(known && agent.Length == 2, isBot);
            if (!known)
                cache.Add(agent, agent.Length == 2);
            model.Add(agent);
            if (model.Count > 100)
                model.RemoveAt(0);
        }
        Assert.Equal(100, cache.Count);
    }

    [Fact]
    [Spec("TRF-360")]
    public void A_flood_of_agents_fills_the_cache_and_no_more()
    {
        var cache = new VerdictCache(500);

        Parallel.For(0, 8, client =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                var agent = $"{client % 4} {i}";
                if (!cache.TryGet(agent, out _))
                    cache.Add(agent, true);
            }
        });

        Assert.Equal(500, cache.Count);
    }

    [Fact]
    [Spec("TRF-360")]
    public void A_verdict_from_the_cache_allocates_nothing()
    {
        var rules = Compile("""{"patterns":["bot"],"cache_size":10}""");

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                rules.IsBot("Mozilla/5.0");
        }));
    }

    private static AgentRules Compile(string rules)
    {
        var findings = new ConfigDiagnostics();
        var compiled = AgentRules.Compile(TestConfig.Parse(rules), findings);
        Assert.Empty(findings.All);
        return compiled!;
    }
}
