using System.Globalization;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Tiers.Tests;

public sealed class SelectorTests
{
    private const string Plans = """
        {"tier_value":"gold"},{"tier_value":"silver","tier_value_as":"literal"},{"tier_value":"value.matches('Account-[a-zA-Z]+')","tier_value_as":"policy"},{"tier_value_as":"*"}
        """;

    [Theory]
    [Spec("TRF-054", "TRF-055", "TRF-056")]
    [InlineData("gold", 0)]
    [InlineData("silver", 1)]
    [InlineData("Gold", 3)]
    [InlineData("gold ", 3)]
    [InlineData("Account-abcdef", 2)]
    [InlineData("my Account-x here", 2)]
    [InlineData("Account-1", 3)]
    [InlineData("", 3)]
    [InlineData(null, 3)]
    public void Chooses_by_literal_by_policy_and_takes_the_rest(string? value, int expected) => Assert.Equal(expected, Rig.Of(Plans).Select(value));

    [Theory]
    [Spec("TRF-057")]
    [InlineData("gold-1", 0)]
    [InlineData("gold-2", 1)]
    [InlineData("gold", 2)]
    [InlineData("silver", -1)]
    public void The_first_that_matches_is_chosen_whatever_its_kind(string value, int expected) => Assert.Equal(expected, Rig.Of("""
        {"tier_value":"gold-1"},{"tier_value":"value.startsWith('gold-')","tier_value_as":"policy"},{"tier_value":"value.startsWith('gold')","tier_value_as":"policy"},
        {"tier_value":"gold-2"}
        """).Select(value));

    [Fact]
    [Spec("TRF-410")]
    public void A_missing_header_is_an_empty_value_and_of_several_the_first_counts()
    {
        var selector = Rig.Of("""{"tier_value":"gold"},{"tier_value":"value.size() > 0 && value != 'free'","tier_value_as":"policy"},{"tier_value":""}""");
        var headers = new HeaderDictionary();

        Assert.Equal(2, selector.Select(headers));
        headers["x-plan"] = "";
        Assert.Equal(2, selector.Select(headers));
        headers["x-plan"] = new(["other", "gold"]);
        Assert.Equal(1, selector.Select(headers));
        headers["x-plan"] = new(["free", "gold"]);
        Assert.Equal(-1, selector.Select(headers));
    }

    [Theory]
    [Spec("TRF-067")]
    [InlineData("int(value) > 5", "9", 0)]
    [InlineData("int(value) > 5", "3", 1)]
    [InlineData("int(value) > 5", "nine", 1)]
    [InlineData("value.split(',')[2] == 'gold'", "a,b,gold", 0)]
    [InlineData("value.split(',')[2] == 'gold'", "a,b", 1)]
    public void An_expression_that_fails_with_a_value_does_not_match_it(string policy, string value, int expected) =>
        Assert.Equal(expected, Rig.Of($$"""{"tier_value":"{{policy}}","tier_value_as":"policy"},{"tier_value_as":"*"}""").Select(value));

    [Fact]
    public void A_header_cannot_make_an_expression_run_long()
    {
        var selector = Rig.Of("""{"tier_value":"value.split('').all(a, value.split('').all(b, a == b))","tier_value_as":"policy"},{"tier_value_as":"*"}""");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(0, selector.Select(new string('a', 30)));
        Assert.Equal(1, selector.Select(new string('a', 32_000)));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Ten_thousand_random_choices_are_those_of_going_through_the_list()
    {
        var random = new Random(7);
        string[] values = ["", "a", "b", "ab", "ba", "abc", "c", "*"];
        for (var round = 0; round < 250; round++)
        {
            var model = new List<Func<string, bool>>();
            var tiers = new List<string>();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var value = values[random.Next(values.Length)];
                switch (random.Next(9))
                {
                    case 0:
                        model.Add(static _ => true);
                        tiers.Add("""{"tier_value_as":"*"}""");
                        break;
                    case < 4:
                        model.Add(v => v.StartsWith(value, StringComparison.Ordinal) && v != value);
                        tiers.Add($$"""{"tier_value":"value.startsWith('{{value}}') && value != '{{value}}'","tier_value_as":"policy"}""");
                        break;
                    default:
                        model.Add(v => v == value);
                        tiers.Add($$"""{"tier_value":"{{value}}"}""");
                        break;
                }
            }
            var selector = Rig.Read($$"""{"tier_key":"X-Plan","tiers":[{{string.Join(',', tiers)}}]}""", out _)!;
            for (var i = 0; i < 40; i++)
            {
                var value = values[random.Next(values.Length)];
                var tier = model.FindIndex(matches => matches(value));
                Assert.True(tier == selector.Select(value), string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', tiers)}] with '{value}': expected {tier}"));
            }
        }
    }

    [Fact]
    public async Task Threads_do_not_see_each_others_values()
    {
        var selector = Rig.Of("""{"tier_value":"value.startsWith('a')","tier_value_as":"policy"},{"tier_value":"value.startsWith('b')","tier_value_as":"policy"},{"tier_value":"value == ''","tier_value_as":"policy"}""");
        string[] values = ["a1", "b1", "", "c"];

        await Task.WhenAll(values.Select((value, i) => Task.Run(() =>
        {
            for (var n = 0; n < 20_000; n++)
                Assert.Equal(i == 3 ? -1 : i, selector.Select(value));
        })));
    }

    [Fact]
    public void A_choice_allocates_nothing()
    {
        var selector = Rig.Of(Plans);
        var headers = new HeaderDictionary { ["X-Plan"] = "silver" };
        var others = new HeaderDictionary { ["X-Plan"] = "bronze" };

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                selector.Select(headers);
        }));
        var plain = Rig.Of("""{"tier_value":"value.startsWith('gold')","tier_value_as":"policy"},{"tier_value_as":"*"}""");
        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                plain.Select(others);
        }));
    }
}
