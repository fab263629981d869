using System.Globalization;
using KrakenPlugins.Re2.Matching;
using KrakenPlugins.Re2.Syntax;
using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>A pattern's engines one by one; which of them answers is otherwise a matter of the text's length.</summary>
internal sealed class Engines
{
    private readonly MatchProgram _program;
    private readonly PikeMachine _pike;
    private readonly VisitedSearch _visited;
    private readonly LazyAutomaton _automaton;

    public Engines(string pattern, Re2Dialect dialect = Re2Dialect.Re2)
    {
        var parsed = Re2Parser.Parse(pattern, dialect);
        Root = parsed.Root;
        _program = ProgramCompiler.Compile(pattern, parsed);
        _pike = new PikeMachine(_program);
        _visited = new VisitedSearch(_program);
        _automaton = new LazyAutomaton(_program, _pike);
    }

    public Node Root { get; }

    public MatchProgram Program => _program;

    /// <summary>The same as the table of the test says, from the public type and from each engine.</summary>
    public static void AssertMatches(string pattern, string text, string expected)
    {
        var regex = Re2Regex.Parse(pattern);
        var found = regex.FindAll(text);

        Assert.Equal(expected, string.Join("; ", found.Select(Write)));
        Assert.Equal(found.Count > 0, regex.IsMatch(text));
        new Engines(pattern).AssertAgree(text);
    }

    /// <summary>All engines find the same from every position of the text on.</summary>
    public void AssertAgree(string text)
    {
        for (var start = 0; start <= text.Length; start++)
        {
            if (start > 0 && start < text.Length && char.IsSurrogatePair(text, start - 1)) continue;
            var pike = Pike(text, start);

            Assert.Equal(pike, Visited(text, start));
            Assert.Equal(pike is not null, _automaton.IsMatch(text, start));
        }
    }

    public int[]? Pike(string text, int start)
    {
        var slots = new int[_program.SlotCount];
        return _pike.Search(text, start, isAnchored: false, slots) ? slots : null;
    }

    private int[]? Visited(string text, int start)
    {
        var slots = new int[_program.SlotCount];
        return _visited.Search(text, start, slots) ? slots : null;
    }

    private static string Write(Re2Match match)
    {
        var groups = Enumerable.Range(0, match.GroupCount + 1).Select(match.GroupRange);
        return string.Join(' ', groups.Select(g => g.Start < 0 ? "?" : string.Create(CultureInfo.InvariantCulture, $"{g.Start}-{g.End}")));
    }
}
