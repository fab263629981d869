using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>Turns a tree into a program. Counted repetitions are written out, so the size is checked before.</summary>
internal sealed class ProgramCompiler
{
    public const int MaxInstructions = 50_000;

    // Threads of the Pike machine times positions that each remembers.
    private const long MaxSlots = 1_000_000;

    private readonly List<Instruction> _program = [];

    private ProgramCompiler()
    {
    }

    /// <exception cref="Re2SyntaxException">The program would be too large.</exception>
    public static MatchProgram Compile(string pattern, ParsedPattern parsed)
    {
        var groups = parsed.GroupNames.Length - 1;
        var size = Size(parsed.Root) + 1;
        if (size > MaxInstructions || size * 2 * (groups + 1) > MaxSlots)
        {
            throw new Re2SyntaxException("expression too large", pattern, 0,
                $"its repetitions and groups make a program beyond {MaxInstructions} instructions or {MaxSlots} positions of groups");
        }
        var compiler = new ProgramCompiler();
        compiler.Emit(parsed.Root);
        compiler._program.Add(new Instruction(Operation.Match, 0));
        return new MatchProgram([.. compiler._program], groups);
    }

    private static long Size(Node node)
    {
        switch (node)
        {
            case CaptureNode capture:
                return Size(capture.Body) + 2;
            case RepeatNode repeat:
                var copies = Math.Max(1, repeat.Max < 0 ? repeat.Min : repeat.Max);
                return Math.Min(copies * (Size(repeat.Body) + 1) + 2, int.MaxValue);
            case ConcatNode concat:
                return Math.Min(concat.Parts.Sum(Size), int.MaxValue);
            case AlternateNode alternate:
                return Math.Min(alternate.Choices.Sum(choice => Size(choice) + 2), int.MaxValue);
            default:
                return 1;
        }
    }

    private void Emit(Node node)
    {
        switch (node)
        {
            case SetNode { Set.Single: >= 0 and var single }:
                Add(Operation.Character, single);
                break;
            case SetNode set:
                _program.Add(new Instruction(Operation.Set, _program.Count + 1, 0, set.Set));
                break;
            case AssertionNode assertion:
                Add(Operation.Assert, (int)assertion.Assertion);
                break;
            case CaptureNode capture:
                Add(Operation.Save, 2 * capture.Number);
                Emit(capture.Body);
                Add(Operation.Save, 2 * capture.Number + 1);
                break;
            case ConcatNode concat:
                foreach (var part in concat.Parts) Emit(part);
                break;
            case AlternateNode alternate:
                EmitAlternatives(alternate.Choices);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            default:
                Add(Operation.Jump, 0);
                break;
        }
    }

    private void Add(Operation operation, int argument) => _program.Add(new Instruction(operation, _program.Count + 1, argument));

    private int Reserve()
    {
        _program.Add(default);
        return _program.Count - 1;
    }

    private void EmitAlternatives(Node[] choices)
    {
        var exits = new List<int>();
        for (var i = 0; i < choices.Length; i++)
        {
            if (i == choices.Length - 1)
            {
                Emit(choices[i]);
                break;
            }
            var split = Reserve();
            Emit(choices[i]);
            exits.Add(Reserve());
            _program[split] = new Instruction(Operation.Split, split + 1, _program.Count);
        }
        foreach (var exit in exits) _program[exit] = new Instruction(Operation.Jump, _program.Count);
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        for (var i = 1; i < repeat.Min; i++) Emit(repeat.Body);
        if (repeat.Max < 0)
        {
            if (repeat.Min > 0) EmitPlus(repeat);
            else EmitStar(repeat);
            return;
        }
        if (repeat.Min > 0) Emit(repeat.Body);
        var exits = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            exits.Add(Reserve());
            Emit(repeat.Body);
        }
        foreach (var exit in exits) _program[exit] = Choice(repeat.IsGreedy, exit + 1, _program.Count);
    }

    private void EmitPlus(RepeatNode repeat)
    {
        var body = _program.Count;
        Emit(repeat.Body);
        var split = Reserve();
        _program[split] = Choice(repeat.IsGreedy, body, split + 1);
    }

    // A body that can be empty is repeated as (x+)?: with the choice in front of it an empty x would lose its priority.
    private void EmitStar(RepeatNode repeat)
    {
        var split = Reserve();
        if (repeat.Body.IsNullable) EmitPlus(repeat);
        else
        {
            Emit(repeat.Body);
            _program.Add(new Instruction(Operation.Jump, split));
        }
        _program[split] = Choice(repeat.IsGreedy, split + 1, _program.Count);
    }

    private static Instruction Choice(bool isGreedy, int again, int onwards) =>
        isGreedy ? new Instruction(Operation.Split, again, onwards) : new Instruction(Operation.Split, onwards, again);
}
