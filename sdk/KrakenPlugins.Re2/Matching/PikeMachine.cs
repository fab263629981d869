using System.Collections.Concurrent;
using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>
/// Runs a program on all threads at once, one step per character: leftmost-first matches with groups in time proportional to text times
/// program, whatever the pattern. Safe for concurrent use.
/// </summary>
internal sealed class PikeMachine(MatchProgram program)
{
    private readonly ConcurrentQueue<Run> _idle = new();

    /// <summary>Finds the leftmost match from <paramref name="start"/> on, which must not be between the halves of a surrogate pair.</summary>
    /// <param name="text">The whole text; what is before the start counts for conditions such as <c>\b</c>.</param>
    /// <param name="start">Where to start to look.</param>
    /// <param name="isAnchored">Whether the match must start there.</param>
    /// <param name="slots">Gets start and end of the match and of as many groups as there is room for; -1 for a group without a part.</param>
    public bool Search(ReadOnlySpan<char> text, int start, bool isAnchored, Span<int> slots)
    {
        var wanted = slots.Length <= 2 ? slots.Length : program.SlotCount;
        if (!_idle.TryDequeue(out var run) || run.SlotCount < wanted) run = new Run(program, wanted);
        var isMatch = run.Search(text, start, isAnchored);
        if (isMatch) run.Found.AsSpan(0, slots.Length).CopyTo(slots);
        if (_idle.Count < Environment.ProcessorCount) _idle.Enqueue(run);
        return isMatch;
    }

    private sealed class Run(MatchProgram program, int slotCount)
    {
        private readonly Instruction[] _instructions = program.Instructions;
        private readonly Stack<(int Instruction, int Slot, int Position)> _pending = new();
        private readonly int[] _path = new int[slotCount];
        private ThreadList _current = new(program.Instructions.Length, slotCount);
        private ThreadList _next = new(program.Instructions.Length, slotCount);

        public int SlotCount => slotCount;

        public int[] Found { get; } = new int[slotCount];

        public bool Search(ReadOnlySpan<char> text, int start, bool isAnchored)
        {
            _current.Clear();
            var isMatch = false;
            var before = Position.CodePointBefore(text, start);
            var at = start;
            while (true)
            {
                if (_current.Count == 0)
                {
                    if (isMatch || (isAnchored && at > start)) break;
                    if (!isAnchored && program.Candidates is not null && !Skip(text, ref at, ref before)) break;
                }
                var c = Position.CodePointAt(text, at, out var width);
                if (!isMatch && (!isAnchored || at == start))
                {
                    _path.AsSpan().Fill(-1);
                    if (SlotCount > 0) _path[0] = at;
                    Follow(_current, 0, at, before, c);
                }
                var after = Position.CodePointAt(text, at + width, out _);
                isMatch |= Step(c, at + width, at, after);
                if (c == Position.NoCharacter) break;
                (_current, _next) = (_next, _current);
                _next.Clear();
                before = c;
                at += width;
            }
            _current.Clear();
            _next.Clear();
            return isMatch;
        }

        // To the next place where a match can start.
        private bool Skip(ReadOnlySpan<char> text, ref int at, ref int before)
        {
            var candidate = program.Candidates!.Next(text, at);
            if (candidate < 0) return false;
            if (candidate > at) before = Position.CodePointBefore(text, candidate);
            at = candidate;
            return true;
        }

        // Moves every thread over a character. A match ends those of lower priority.
        private bool Step(int c, int nextAt, int at, int after)
        {
            for (var i = 0; i < _current.Count; i++)
            {
                ref readonly var instruction = ref _instructions[_current[i]];
                if (instruction.Operation == Operation.Match)
                {
                    _current.Slots(i).CopyTo(Found);
                    if (SlotCount > 1) Found[1] = at;
                    return true;
                }
                if (c == Position.NoCharacter || !instruction.Consumes(c)) continue;
                _current.Slots(i).CopyTo(_path);
                Follow(_next, instruction.Next, nextAt, c, after);
            }
            return false;
        }

        // Adds what is reachable without consuming a character, in order of priority.
        private void Follow(ThreadList list, int from, int at, int before, int after)
        {
            _pending.Push((from, -1, 0));
            while (_pending.TryPop(out var step))
            {
                if (step.Slot >= 0)
                {
                    _path[step.Slot] = step.Position;
                    continue;
                }
                var next = step.Instruction;
                while (next >= 0 && !list.Contains(next)) next = Visit(list, next, at, before, after);
            }
        }

        // Returns the instruction to go on with, or -1.
        private int Visit(ThreadList list, int index, int at, int before, int after)
        {
            var place = list.Add(index);
            ref readonly var instruction = ref _instructions[index];
            switch (instruction.Operation)
            {
                case Operation.Jump:
                    return instruction.Next;
                case Operation.Split:
                    _pending.Push((instruction.Argument, -1, 0));
                    return instruction.Next;
                case Operation.Assert:
                    return Position.Holds((Assertion)instruction.Argument, before, after) ? instruction.Next : -1;
                case Operation.Save:
                    if (instruction.Argument < SlotCount)
                    {
                        _pending.Push((-1, instruction.Argument, _path[instruction.Argument]));
                        _path[instruction.Argument] = at;
                    }
                    return instruction.Next;
                default:
                    _path.CopyTo(list.Slots(place));
                    return -1;
            }
        }
    }
}
