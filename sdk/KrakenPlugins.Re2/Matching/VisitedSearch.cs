using System.Collections.Concurrent;
using System.Numerics;
using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>
/// Finds matches with groups in short texts by trying one way after the other, and no pair of instruction and position twice: a bit for each
/// keeps the time linear, and the bits are why the text has to be short. Safe for concurrent use.
/// </summary>
internal sealed class VisitedSearch(MatchProgram program)
{
    // 8 KiB; clearing them costs as much as matching some dozen characters.
    private const int MaxBits = 64 * 1024;

    private readonly ConcurrentQueue<Run> _idle = new();

    /// <summary>Whether a text of that many UTF-16 units is short enough.</summary>
    public bool IsFor(int length) => (long)(length + 1) * program.Instructions.Length <= MaxBits;

    /// <summary>Finds the leftmost match from <paramref name="start"/> on.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where to start to look.</param>
    /// <param name="slots">Gets start and end of the match and of as many groups as there is room for; -1 for a group without a part.</param>
    public bool Search(ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        if (program.IsAnchored && start > 0) return false;
        if (!_idle.TryDequeue(out var run)) run = new Run(program);
        var isMatch = run.Search(text, start, slots);
        if (_idle.Count < Environment.ProcessorCount) _idle.Enqueue(run);
        return isMatch;
    }

    private sealed class Run(MatchProgram program)
    {
        private readonly Instruction[] _instructions = program.Instructions;
        private readonly Stack<(int Instruction, int Slot, int Position)> _pending = new();
        private ulong[] _visited = [];
        private int _start;
        private int _width;

        public bool Search(ReadOnlySpan<char> text, int start, Span<int> slots)
        {
            _start = start;
            _width = text.Length - start + 1;
            var words = (_width * _instructions.Length + 63) / 64;
            if (_visited.Length < words) _visited = new ulong[BitOperations.RoundUpToPowerOf2((uint)words)];
            Array.Clear(_visited, 0, words);
            for (var at = start; at <= text.Length;)
            {
                if (program.Candidates is not null)
                {
                    at = program.Candidates.Next(text, at);
                    if (at < 0) return false;
                }
                slots.Fill(-1);
                if (TryAt(text, at, slots)) return true;
                if (program.IsAnchored) return false;
                Position.CodePointAt(text, at, out var width);
                at += Math.Max(width, 1);
            }
            return false;
        }

        private bool TryAt(ReadOnlySpan<char> text, int at, Span<int> slots)
        {
            slots[0] = at;
            _pending.Push((0, -1, at));
            while (_pending.TryPop(out var step))
            {
                if (step.Slot >= 0) slots[step.Slot] = step.Position;
                else if (Follow(text, step.Instruction, step.Position, slots))
                {
                    _pending.Clear();
                    return true;
                }
            }
            return false;
        }

        // One way to its end; what it leaves aside is pending.
        private bool Follow(ReadOnlySpan<char> text, int index, int at, Span<int> slots)
        {
            while (Visit(index, at))
            {
                ref readonly var instruction = ref _instructions[index];
                index = instruction.Next;
                switch (instruction.Operation)
                {
                    case Operation.Match:
                        slots[1] = at;
                        return true;
                    case Operation.Character or Operation.Set:
                        if (!instruction.Consumes(Position.CodePointAt(text, at, out var width))) return false;
                        at += width;
                        break;
                    case Operation.Split:
                        _pending.Push((instruction.Argument, -1, at));
                        break;
                    case Operation.Assert:
                        var (before, after) = (Position.CodePointBefore(text, at), Position.CodePointAt(text, at, out _));
                        if (!Position.Holds((Assertion)instruction.Argument, before, after)) return false;
                        break;
                    case Operation.Save when instruction.Argument < slots.Length:
                        _pending.Push((-1, instruction.Argument, slots[instruction.Argument]));
                        slots[instruction.Argument] = at;
                        break;
                }
            }
            return false;
        }

        private bool Visit(int index, int at)
        {
            var bit = index * _width + (at - _start);
            ref var word = ref _visited[bit >> 6];
            var mask = 1UL << bit;
            if ((word & mask) != 0) return false;
            word |= mask;
            return true;
        }
    }
}
