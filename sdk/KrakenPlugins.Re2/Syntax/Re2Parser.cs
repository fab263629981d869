using System.Text;
using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Syntax;

/// <summary>
/// Reads RE2's syntax as Go's <c>regexp/syntax</c> does with its Perl flags, errors included, and ECMA-262's <c>u</c> patterns on top of
/// it. Case folding is done here: what comes out knows sets of code points only.
/// </summary>
internal sealed partial class Re2Parser
{
    public const int MaxPatternLength = 64 * 1024;

    private const int MaxHeight = 1000;
    private const int MaxRepeat = 1000;
    private const int MaxRanges = 200_000;

    private static readonly CodePointSet s_notNewline = CodePointSet.Of('\n').Negate();
    private static readonly CodePointSet s_notLineTerminator = CodePointSet.OfRanges('\n', '\n', '\r', '\r', 0x2028, 0x2029).Negate();

    private readonly string _pattern;
    private readonly bool _isEcma;
    private readonly Stack<OpenGroup> _outer = new();
    private readonly List<string> _groupNames = [""];
    private readonly HashSet<CodePointSet> _sets = new(CodePointSet.ByContent);
    private int _ranges;
    private OpenGroup _group = new(0, default, -1);
    private Flags _flags;
    private int _at;

    private Re2Parser(string pattern, Re2Dialect dialect)
    {
        _pattern = pattern;
        _isEcma = dialect == Re2Dialect.EcmaScript;
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotMatchesNewline = 4,
        Ungreedy = 8,
    }

    /// <summary>A group whose parenthesis is still open; the whole pattern is the outermost.</summary>
    private sealed class OpenGroup(int number, Flags flagsOutside, int start)
    {
        public int Number { get; } = number;

        public Flags FlagsOutside { get; } = flagsOutside;

        public int Start { get; } = start;

        public List<Node> Choices { get; } = [];

        public List<Node> Parts { get; set; } = [];
    }

    /// <exception cref="Re2SyntaxException">The pattern is not valid.</exception>
    public static ParsedPattern Parse(string pattern, Re2Dialect dialect)
    {
        if (pattern.Length > MaxPatternLength)
        {
            throw new Re2SyntaxException("expression too large", pattern[..64] + "…", MaxPatternLength,
                $"it has {pattern.Length} characters and may have {MaxPatternLength}");
        }
        var parser = new Re2Parser(pattern, dialect);
        var root = parser.Run();
        return new ParsedPattern(root, [.. parser._groupNames]);
    }

    private Node Run()
    {
        // Where the repetition operator that has just been read started, or -1: a second one in a row is an error.
        var lastRepeat = -1;
        while (_at < _pattern.Length)
        {
            var repeat = -1;
            switch (_pattern[_at])
            {
                case '(':
                    ReadOpening();
                    break;
                case '|':
                    _at++;
                    EndChoice();
                    break;
                case ')':
                    ReadClosing();
                    break;
                case '^':
                    _at++;
                    Push(new AssertionNode(_flags.HasFlag(Flags.MultiLine) ? Assertion.BeginLine : Assertion.BeginText));
                    break;
                case '$':
                    _at++;
                    Push(new AssertionNode(_flags.HasFlag(Flags.MultiLine) ? Assertion.EndLine : Assertion.EndText));
                    break;
                case '.':
                    _at++;
                    PushSet(AnyCharacter());
                    break;
                case '[':
                    PushSet(ReadClass());
                    break;
                case '*' or '+' or '?' or '{' when ReadRepeatOperator() is var (min, max, start) && start >= 0:
                    Repeat(min, max, start, lastRepeat);
                    repeat = start;
                    break;
                case '\\':
                    ReadEscape();
                    break;
                default:
                    PushLiteral(ReadCodePoint());
                    break;
            }
            lastRepeat = repeat;
        }
        EndChoice();
        if (_outer.Count > 0) throw Error("missing closing )", 0, _pattern.Length, at: _group.Start);
        return Bounded(Alternatives(_group));
    }

    private CodePointSet AnyCharacter()
    {
        if (_flags.HasFlag(Flags.DotMatchesNewline)) return CodePointSet.All;
        return _isEcma ? s_notLineTerminator : s_notNewline;
    }

    private void Push(Node node) => _group.Parts.Add(node);

    private void PushLiteral(int codePoint)
    {
        var set = CodePointSet.Of(codePoint);
        PushSet(_flags.HasFlag(Flags.FoldCase) ? CaseFolding.Close(set) : set);
    }

    // Equal sets are one object, and all together have a bound: six characters of a pattern can stand for a thousand ranges.
    private void PushSet(CodePointSet set)
    {
        if (!_sets.TryGetValue(set, out var known))
        {
            _sets.Add(set);
            _ranges += set.Bounds.Length / 2;
            if (_ranges > MaxRanges) throw Error("expression too large", 0, _pattern.Length, reason: $"its classes have more than {MaxRanges} ranges");
        }
        Push(new SetNode(known ?? set));
    }

    private int ReadCodePoint()
    {
        var status = Rune.DecodeFromUtf16(_pattern.AsSpan(_at), out var rune, out var width);
        if (status == System.Buffers.OperationStatus.Done)
        {
            _at += width;
            return rune.Value;
        }
        return _pattern[_at++];
    }

    private void EndChoice()
    {
        var parts = _group.Parts;
        _group.Choices.Add(parts.Count switch
        {
            0 => EmptyNode.Instance,
            1 => parts[0],
            _ => new ConcatNode([.. parts]),
        });
        _group.Parts = [];
    }

    private static Node Alternatives(OpenGroup group) =>
        group.Choices.Count == 1 ? group.Choices[0] : new AlternateNode([.. group.Choices]);

    private Node Bounded(Node node) =>
        node.Height <= MaxHeight ? node : throw Error("expression nests too deeply", 0, _pattern.Length);

    /// <summary>Reads <c>*</c>, <c>+</c>, <c>?</c> or <c>{n,m}</c>. A brace that is none is a literal: Start is -1 then.</summary>
    private (int Min, int Max, int Start) ReadRepeatOperator()
    {
        var start = _at;
        var (min, max) = (0, -1);
        switch (_pattern[_at])
        {
            case '*':
                _at++;
                break;
            case '+':
                _at++;
                min = 1;
                break;
            case '?':
                _at++;
                max = 1;
                break;
            default:
                var end = ReadCounts(out min, out max);
                if (end < 0) return (0, 0, -1);
                _at = end;
                // ECMA-262 knows no limit; the size of the program is one.
                var limit = _isEcma ? int.MaxValue : MaxRepeat;
                if (min < 0 || min > limit || max > limit || (max >= 0 && min > max)) throw Error("invalid repeat count", start, _at);
                break;
        }
        return (min, max, start);
    }

    // A count too large to be one comes out as -1 in min, which is an error whatever max is.
    private int ReadCounts(out int min, out int max)
    {
        var at = _at + 1;
        max = 0;
        if (!ReadCount(ref at, out min) || at >= _pattern.Length) return -1;
        if (_pattern[at] == ',')
        {
            at++;
            if (at >= _pattern.Length) return -1;
            if (_pattern[at] == '}') max = -1;
            else if (!ReadCount(ref at, out max)) return -1;
            else if (max < 0) min = -1;
        }
        else max = min;
        return at < _pattern.Length && _pattern[at] == '}' ? at + 1 : -1;
    }

    private bool ReadCount(ref int at, out int count)
    {
        count = 0;
        var start = at;
        for (; at < _pattern.Length && char.IsAsciiDigit(_pattern[at]); at++)
        {
            if (count >= 0) count = count >= 100_000_000 ? -1 : count * 10 + (_pattern[at] - '0');
        }
        return at > start && (at == start + 1 || _pattern[start] != '0');
    }

    private void Repeat(int min, int max, int start, int lastRepeat)
    {
        var isGreedy = !_flags.HasFlag(Flags.Ungreedy);
        if (_at < _pattern.Length && _pattern[_at] == '?')
        {
            _at++;
            isGreedy = !isGreedy;
        }
        if (lastRepeat >= 0) throw Error("invalid nested repetition operator", lastRepeat, _at);
        var parts = _group.Parts;
        if (parts.Count == 0) throw Error("missing argument to repetition operator", start, _at);
        var repeat = new RepeatNode(parts[^1], min, max, isGreedy);
        Bounded(repeat);
        if (!_isEcma && (min >= 2 || max >= 2) && !IsWithin(repeat, MaxRepeat)) throw Error("invalid repeat count", start, _at);
        parts[^1] = repeat;
    }

    // Counted repetitions inside one another multiply; the product has the limit of one.
    private static bool IsWithin(Node node, int limit) => node switch
    {
        RepeatNode { Max: 0 } => true,
        RepeatNode repeat when IsCounted(repeat) => Times(repeat) <= limit
            && IsWithin(repeat.Body, Times(repeat) > 0 ? limit / Times(repeat) : limit),
        RepeatNode repeat => IsWithin(repeat.Body, limit),
        CaptureNode capture => IsWithin(capture.Body, limit),
        ConcatNode concat => concat.Parts.All(part => IsWithin(part, limit)),
        AlternateNode alternate => alternate.Choices.All(choice => IsWithin(choice, limit)),
        _ => true,
    };

    private static bool IsCounted(RepeatNode repeat) => repeat is not ({ Min: 0 or 1, Max: -1 } or { Min: 0, Max: 1 });

    private static int Times(RepeatNode repeat) => repeat.Max < 0 ? repeat.Min : repeat.Max;

    private Re2SyntaxException Error(string problem, int from, int to, int at = -1, string? reason = null) =>
        new(problem, _pattern[from..to], at < 0 ? from : at, reason);
}
