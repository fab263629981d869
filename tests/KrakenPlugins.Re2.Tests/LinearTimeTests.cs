using System.Diagnostics;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>Patterns that take a backtracking engine years, and what many threads do to one pattern.</summary>
public sealed class LinearTimeTests
{
    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+$")]
    [InlineData("(x+x+)+y")]
    [InlineData(@"\b(x+x+)+y")]
    [InlineData("(?:x*)*y")]
    [InlineData("(x?){50}x{50}y")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(.*)(.*)(.*)(.*)[0-9]$")]
    [InlineData("(x|x|x|x)*z")]
    [InlineData("(?s)(.|.)*.{20}y")]
    public void A_hundred_kilobytes_take_no_more_than_seconds(string pattern)
    {
        var text = "a" + new string('x', 100_000) + "!";
        var regex = Re2Regex.Parse(pattern);
        var watch = Stopwatch.StartNew();

        Assert.False(regex.IsMatch(text));
        Assert.Null(regex.Match(text));
        Assert.Null(new Engines(pattern).Pike(text, 0));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void States_beyond_the_bound_on_memory_do_not_change_the_answer()
    {
        // Every set of the last 20 characters is a state of its own.
        var regex = Re2Regex.Parse("[ab]*a[ab]{20}c");
        var random = new Random(5);
        var letters = string.Create(300_000, random, static (buffer, random) =>
        {
            foreach (ref var c in buffer) c = random.Next(2) == 0 ? 'a' : 'b';
        });

        Assert.False(regex.IsMatch(letters));
        Assert.True(regex.IsMatch(letters + "a" + new string('b', 20) + "c"));
        Assert.Equal(letters.Length + 22, regex.Match(letters + "a" + new string('b', 20) + "c")!.Length);
    }

    [Fact]
    public async Task Many_threads_share_one_pattern()
    {
        var regex = Re2Regex.Parse(@"\b(\w+)@((?:\w+\.)+)(com|org)\b");
        var texts = Enumerable.Range(0, 200).Select(i => $"{new string('-', i)} user{i}@mail.host{i}.{(i % 2 == 0 ? "com" : "net")} {i}").ToArray();
        var expected = texts.Select(text => regex.Match(text)?.Group(2)).ToArray();
        regex = Re2Regex.Parse(regex.Pattern);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 2000; round++)
            {
                var i = random.Next(texts.Length);
                Assert.Equal(expected[i] is not null, regex.IsMatch(texts[i]));
                Assert.Equal(expected[i], regex.Match(texts[i])?.Group(2));
            }
        })));
    }

    [Fact]
    public void A_test_that_was_done_before_allocates_nothing()
    {
        var text = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \u00E9\U0001F600";
        Re2Regex[] patterns = [Re2Regex.Parse("(?i)bot|crawler"), Re2Regex.Parse("Linux"), Re2Regex.Parse(@"\bWeb(Kit)?\b"), Re2Regex.Parse("^[a-z]+$")];
        var slots = new int[4];
        foreach (var regex in patterns) Run(regex);

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            foreach (var regex in patterns) Run(regex);
        }));

        void Run(Re2Regex regex)
        {
            for (var i = 0; i < 100; i++)
            {
                regex.IsMatch(text);
                regex.TryMatch(text, 0, slots);
            }
        }
    }
}
