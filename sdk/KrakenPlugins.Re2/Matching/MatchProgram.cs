using KrakenPlugins.Re2.Syntax;
using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Matching;

/// <summary>A compiled pattern; execution starts at instruction 0.</summary>
internal sealed class MatchProgram
{
    public MatchProgram(Instruction[] instructions, int groupCount)
    {
        Instructions = instructions;
        GroupCount = groupCount;
        (IsAnchored, var first) = Entry();
        Candidates = IsAnchored ? null : CandidateSearch.TryCreate(instructions, first);
    }

    public Instruction[] Instructions { get; }

    /// <summary>Capturing groups without the whole match.</summary>
    public int GroupCount { get; }

    /// <summary>Positions that a full match has: start and end of the whole and of every group.</summary>
    public int SlotCount => 2 * (GroupCount + 1);

    /// <summary>Whether a match can start at the beginning of the text only.</summary>
    public bool IsAnchored { get; }

    /// <summary>Where matches can start, when that can be searched for quickly.</summary>
    public CandidateSearch? Candidates { get; }

    // The set of first characters is null where a match may be empty.
    private (bool IsAnchored, CodePointSet? First) Entry()
    {
        var (isAnchored, canBeEmpty) = (true, false);
        var first = new CodePointSetBuilder();
        var seen = new bool[Instructions.Length];
        var pending = new Stack<int>([0]);
        while (pending.TryPop(out var at))
        {
            if (seen[at]) continue;
            seen[at] = true;
            var instruction = Instructions[at];
            switch (instruction.Operation)
            {
                case Operation.Match:
                    (isAnchored, canBeEmpty) = (false, true);
                    break;
                case Operation.Assert when instruction.Argument == (int)Assertion.BeginText:
                    // Nothing behind it is an entry of a search that has begun.
                    canBeEmpty = true;
                    break;
                case Operation.Character:
                    isAnchored = false;
                    first.Add(instruction.Argument, instruction.Argument);
                    break;
                case Operation.Set:
                    isAnchored = false;
                    first.Add(instruction.Set!);
                    break;
                case Operation.Split:
                    pending.Push(instruction.Argument);
                    pending.Push(instruction.Next);
                    break;
                default:
                    pending.Push(instruction.Next);
                    break;
            }
        }
        return (isAnchored, canBeEmpty ? null : first.ToSet());
    }
}
