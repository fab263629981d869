using System.Text;
using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>Random patterns on random texts: the engines agree with each other, and with .NET's where that means the same.</summary>
public sealed class DifferentialTests
{
    private static readonly string[] s_atoms =
    [
        "a", "b", "ab", ".", "[ab]", "[^a]", @"\w", @"\d", @"\b", @"\B", "^", "$", "(?m:^)", "(?m:$)", "(?i:k)", "(?i:s)", "\u00E9", "[\u03B1-\u03C9]",
        @"\pL", "", @"\s", @"\x{1F600}", "(?s:.)", @"[^\x{1F600}]", "\n",
    ];

    // Lazy alternatives and empty rounds of loops, of which .NET's engines find other matches, are left out for them (see the README).
    private static readonly string[] s_runtimeAtoms = ["a", "b", "ab", "[ab]", "[^a]", "[0-9_]", "(?m:^)", "(?m:$)", "^", "$", "(?i:k)", "\u00E9", "\n"];

    private static readonly string[] s_pieces = ["a", "b", "a", "b", "k", "\u212A", "S", "\u017F", " ", "\n", "1", "_", "\u00E9", "\u03B1", "\U0001F600", "\uD83D", "\uDE00"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void All_engines_agree_on_random_patterns(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var engines = new Engines(Pattern(random, s_atoms, 4, isForRuntime: false));
            for (var i = 0; i < 3; i++) engines.AssertAgree(Text(random, s_pieces.Length));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void The_runtimes_engine_finds_the_same_where_it_can_express_the_pattern(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var pattern = Pattern(random, s_runtimeAtoms, 3, isForRuntime: true);
            var engines = new Engines(pattern);
            if (RuntimePattern.TryCreate(engines.Root, engines.Program) is not { } runtime) continue;
            for (var i = 0; i < 3; i++)
            {
                // Without surrogates: .NET takes each for a character.
                var text = Text(random, s_pieces.Length - 3);
                var expected = runtime.Match(text);
                var found = engines.Pike(text, 0);

                Assert.True(expected.Success == found is not null, $"{pattern} on {text}");
                if (found is not null) Assert.Equal((expected.Index, expected.Index + expected.Length), (found[0], found[1]));
            }
        }
    }

    [Fact]
    public void Long_texts_give_the_same_as_their_parts()
    {
        var random = new Random(21);
        for (var round = 0; round < 100; round++)
        {
            var regex = Re2Regex.Parse(@"\b(k|s)+\b|(a)(b)?");
            var lines = Enumerable.Range(0, 400).Select(_ => Text(random, 8)).ToArray();

            var whole = regex.FindAll(string.Join("; ;", lines)).Select(match => match.Value);

            Assert.Equal(lines.SelectMany(line => regex.FindAll(line)).Select(match => match.Value), whole);
        }
    }

    private static string Text(Random random, int pieces)
    {
        var text = new StringBuilder();
        for (var length = random.Next(9); length > 0; length--) text.Append(s_pieces[random.Next(pieces)]);
        return text.ToString();
    }

    private static string Pattern(Random random, string[] atoms, int depth, bool isForRuntime)
    {
        var kind = random.Next(10);
        if (depth == 0 || kind < 3) return atoms[random.Next(atoms.Length)];
        var first = Pattern(random, atoms, depth - 1, isForRuntime);
        if (kind < 5) return first + Pattern(random, atoms, depth - 1, isForRuntime);
        if (kind < 6) return $"({first})";
        if (kind < 8) return $"(?:{first}|{Pattern(random, atoms, depth - 1, isForRuntime)})";
        if (isForRuntime) return $"(?:[ab1k]{first}){(random.Next(2) == 0 ? "*" : "{1,3}")}";
        string[] repetitions = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"];
        return $"({(random.Next(2) == 0 ? "?:" : "")}{first}){repetitions[random.Next(repetitions.Length)]}";
    }
}
