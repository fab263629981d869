using System.Text;
using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

/// <summary>Random route sets and hostile paths, from fixed seeds.</summary>
public sealed class RoutePropertyTests
{
    private static readonly string[] s_patternSegments =
        ["a", "b", "A", "ab", "", "{x}", "{y}", "{x}", "a{z}", "ab{z}", "c.d", "é", "%41", "a b"];

    private static readonly string[] s_pathPieces =
    [
        "/", "/", "/", "/", "//", "%2F", "a", "b", "A", "ab", "AB", "B", "abc", "c.d", ".", "..", "...", "%2e", "%2E%2e", "%252e", ";", "\\",
        "%5C", "%", "%2", "%zz", "%25", "%41", "%2541", "%C3%A9", "é", "É", "%c3", "%ff", "%00", "%0d%0a", "%20", " ", "+", "?", "%3F", "#", "{x}",
        "*", "\t", "\ud83d\ude00", "\ud800", "evil.com", "@",
    ];

    [Theory]
    [Spec("RTE-015", "RTE-019", "RTE-022", "RTE-023")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_tree_agrees_with_trying_every_route(int seed)
    {
        var random = new Random(seed);
        var found = 0;
        for (var set = 0; set < 60; set++)
        {
            var (table, patterns) = RandomTable(random, new RouteOptions { CheckParameters = false });
            var naive = new NaiveRouter(patterns);
            var match = default(RouteMatch<string>);
            for (var i = 0; i < 60; i++)
            {
                // No dots: values of dots are refused after matching, which the naive router does not know.
                var path = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "/" + Pick(random, "a", "b", "A", "ab", "abc", "", "é", "a b", "x")));

                table.Match("GET", path, ref match);

                Assert.Equal(naive.Find(path), match.Handler);
                found += match.Outcome == RouteOutcome.Found ? 1 : 0;
            }
        }
        Assert.InRange(found, 500, 3000);
    }

    [Theory]
    [Spec("RTE-016", "RTE-026", "RTE-033", "RTE-034", "RTE-242", "RTE-243")]
    [InlineData(11, false, true)]
    [InlineData(12, false, false)]
    [InlineData(13, true, true)]
    [InlineData(14, true, false)]
    public void Hostile_paths_never_throw_and_what_is_found_is_what_was_asked(int seed, bool removeExtraSlash, bool checkParameters)
    {
        var random = new Random(seed);
        var options = new RouteOptions { RemoveExtraSlash = removeExtraSlash, CheckParameters = checkParameters, AutoOptions = true };
        var outcomes = new HashSet<RouteOutcome>();
        for (var set = 0; set < 40; set++)
        {
            var (table, _) = RandomTable(random, options);
            var match = default(RouteMatch<string>);
            for (var i = 0; i < 250; i++)
            {
                var method = Pick(random, "GET", "GET", "GET", "POST", "OPTIONS", "CONNECT");
                var path = RandomPath(random);

                table.Match(method, path, ref match);

                outcomes.Add(match.Outcome);
                if (match.Outcome == RouteOutcome.Found)
                    CheckFound(path, removeExtraSlash, ref match);
                else if (match.Outcome == RouteOutcome.Redirect)
                    CheckRedirect(table, method, path, match.Location);
            }
        }
        Assert.Equal(Enum.GetValues<RouteOutcome>().Length, outcomes.Count);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(21);
        var (table, _) = RandomTable(random, new RouteOptions { RemoveExtraSlash = true });
        var match = default(RouteMatch<string>);
        Span<byte> bytes = stackalloc byte[40];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            var path = "/" + Encoding.Latin1.GetString(bytes[..random.Next(bytes.Length)]);
            table.Match("GET", path, ref match);
            table.Match("GET", path.AsSpan(1), ref match);
        }
    }

    private static void CheckFound(string path, bool isCleaned, ref RouteMatch<string> match)
    {
        var rebuilt = new UrlBuilder([]);
        var next = 0;
        foreach (var segment in match.Pattern[1..].Split('/'))
        {
            rebuilt.Append('/');
            var brace = segment.IndexOf('{', StringComparison.Ordinal);
            if (segment == "*")
            {
                Assert.False(PathEncoder.HasDotSegment(match.Remainder));
                Assert.DoesNotContain(match.Remainder!, static c => c is <= ' ' or >= '\x7f' or '?' or '#' or '\\');
                rebuilt.Append(match.Remainder);
                continue;
            }
            PathEncoder.AppendPath(ref rebuilt, brace < 0 ? segment : segment[..brace]);
            if (brace < 0)
                continue;
            Assert.False(match.Parameters[next] is "." or "..");
            Assert.DoesNotContain('/', match.Parameters[next]);
            PathEncoder.AppendPath(ref rebuilt, match.Parameters[next++]);
        }
        Assert.Equal(match.Parameters.Length, next);
        if (!isCleaned)
            Assert.Equal(Decode(path), Decode(rebuilt.ToString()));
        rebuilt.Dispose();
    }

    private static void CheckRedirect(RouteTable<string> table, string method, string path, string location)
    {
        Assert.Matches("^/[^/\\\\]|^/$", location);
        Assert.DoesNotContain(location, static c => c is <= ' ' or >= '\x7f' or '?' or '#' or '\\');
        Assert.NotEqual(path, location);
        var again = default(RouteMatch<string>);
        table.Match(method, location, ref again);
        Assert.True(again.Outcome is RouteOutcome.Found or RouteOutcome.AutoOptions, $"{method} {path} -> {location} -> {again.Outcome}");
    }

    private static (RouteTable<string> Table, List<string> Patterns) RandomTable(Random random, RouteOptions options)
    {
        var builder = new RouteTableBuilder<string>();
        var patterns = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            var pattern = RandomPattern(random);
            if (builder.Add("GET", pattern, true, pattern) is null)
                patterns.Add(pattern);
        }
        // Conflicts are expected of random sets; the table is built anew from those that fit.
        var clean = new RouteTableBuilder<string>();
        foreach (var pattern in patterns)
            Assert.Null(clean.Add("GET", pattern, true, pattern));
        foreach (var pattern in (string[])["/a/post", "/{x}/b", "/Post"])
            Assert.Null(clean.Add("POST", pattern, true, pattern));
        Assert.Null(clean.Add("CONNECT", "/a", true, "/a"));
        return (clean.Build(options), patterns);
    }

    private static string RandomPattern(Random random)
    {
        var segments = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pick(random, s_patternSegments)).ToList();
        if (random.Next(5) == 0)
            segments.Add("*");
        return "/" + string.Join('/', segments);
    }

    private static string RandomPath(Random random) =>
        "/" + string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => (random.Next(3) == 0 ? "/" : "") + Pick(random, s_pathPieces)));

    private static string Decode(string path)
    {
        var output = new char[path.Length];
        Assert.Equal(DecodeFault.None, PercentDecoder.Decode(path, false, output, out var written, out _));
        return new string(output, 0, written);
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
