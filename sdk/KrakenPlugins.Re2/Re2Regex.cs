using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Re2.Matching;
using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2;

/// <summary>
/// A regular expression with RE2's syntax and meaning, as Go's <c>regexp</c> has them: leftmost-first matches in time proportional to the
/// length of the text, whatever pattern and text are. Immutable and safe for concurrent use; parsing costs far more than matching, so keep it.
/// </summary>
public sealed partial class Re2Regex
{
    private readonly string[] _groupNames;
    private readonly MatchProgram _program;
    private readonly PikeMachine _machine;
    private readonly LazyAutomaton _automaton;
    private readonly VisitedSearch _visitedSearch;
    private readonly LiteralSearch? _literal;

    private Re2Regex(string pattern, ParsedPattern parsed, MatchProgram program)
    {
        Pattern = pattern;
        _groupNames = parsed.GroupNames;
        _program = program;
        _machine = new PikeMachine(program);
        _visitedSearch = new VisitedSearch(program);
        _automaton = new LazyAutomaton(program, _machine);
        _literal = LiteralSearch.TryCreate(parsed.Root);
    }

    /// <summary>The text that was parsed.</summary>
    public string Pattern { get; }

    /// <summary>
    /// Instructions of the compiled pattern, counted repetitions written out (<c>a{100}</c> are a hundred): a character of a text may cost
    /// that many steps at worst.
    /// </summary>
    public int Size => _program.Instructions.Length;

    /// <summary>Capturing groups, without the whole match.</summary>
    public int GroupCount => _program.GroupCount;

    /// <summary>Names of the groups by number: the first, of the whole match, is empty, and so is that of a group without a name.</summary>
    public IReadOnlyList<string> GroupNames => _groupNames;

    /// <summary>Parses a pattern of at most 64 KiB characters.</summary>
    /// <exception cref="Re2SyntaxException">The pattern is not valid or too large; the message is the one Go gives.</exception>
    public static Re2Regex Parse(string pattern, Re2Dialect dialect = Re2Dialect.Re2)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var parsed = Re2Parser.Parse(pattern, dialect);
        return new Re2Regex(pattern, parsed, ProgramCompiler.Compile(pattern, parsed));
    }

    /// <summary>Parses a pattern; on failure <paramref name="error"/> is the message that <see cref="Parse"/> throws with.</summary>
    public static bool TryParse(string pattern, Re2Dialect dialect, [NotNullWhen(true)] out Re2Regex? regex, [NotNullWhen(false)] out string? error)
    {
        try
        {
            regex = Parse(pattern, dialect);
            error = null;
            return true;
        }
        catch (Re2SyntaxException e)
        {
            regex = null;
            error = e.Message;
            return false;
        }
    }

    /// <summary>The pattern that matches exactly this text.</summary>
    public static string QuoteMeta(string text)
    {
        var result = new System.Text.StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal)) result.Append('\\');
            result.Append(c);
        }
        return result.ToString();
    }

    /// <summary>The number of the first group with a name, or -1.</summary>
    public int GroupNumber(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return -1;
        for (var i = 1; i < _groupNames.Length; i++)
        {
            if (name.SequenceEqual(_groupNames[i])) return i;
        }
        return -1;
    }

    // The first group with a name that has a part in a match.
    internal int GroupNumber(ReadOnlySpan<char> name, ReadOnlySpan<int> slots)
    {
        for (var i = 1; 2 * i < slots.Length; i++)
        {
            if (slots[2 * i] >= 0 && name.SequenceEqual(_groupNames[i])) return i;
        }
        return -1;
    }

    /// <summary>Whether the pattern matches anywhere in the text. Allocates nothing once it has seen a few texts.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        return _literal?.IsMatch(text) ?? _automaton.IsMatch(text, 0);
    }

    /// <inheritdoc cref="IsMatch(ReadOnlySpan{char})"/>
    public bool IsMatch(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsMatch(text.AsSpan());
    }

    /// <summary>
    /// Finds the leftmost match without allocating. <paramref name="slots"/> gets start and end of the whole match, then of each group (-1
    /// for one without a part in it); it may be shorter than all of them, but holds pairs.
    /// </summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where to start to look, in UTF-16 code units; what stands before still counts for <c>^</c> and <c>\b</c>.</param>
    /// <param name="slots">At least 2 and at most 2 × (<see cref="GroupCount"/> + 1) entries are filled.</param>
    public bool TryMatch(ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, text.Length);
        if (slots.Length < 2 || slots.Length % 2 != 0) throw new ArgumentException("Slots are pairs of start and end.", nameof(slots));
        if (start > 0 && start < text.Length && char.IsSurrogatePair(text[start - 1], text[start])) start++;
        return Search(text, start, slots[..Math.Min(slots.Length, _program.SlotCount)]);
    }

    private bool Search(ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        if (_visitedSearch.IsFor(text.Length - start)) return _visitedSearch.Search(text, start, slots);
        // The automaton is a lot faster at finding that there is none.
        return _automaton.IsMatch(text, start) && _machine.Search(text, start, isAnchored: _program.IsAnchored, slots);
    }
}
