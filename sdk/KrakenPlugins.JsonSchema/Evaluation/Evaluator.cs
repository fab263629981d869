using KrakenPlugins.JsonSchema.Compilation;
using KrakenPlugins.JsonSchema.Values;

namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>
/// Evaluates schemas on values with a stack of its own, so that neither a deep value nor a deep schema can exhaust the thread's.
/// Reused per thread; a first pass over a valid value of ordinary shape allocates nothing.
/// </summary>
internal sealed partial class Evaluator<T, TChildren>
    where T : struct, IJsonInstance<T, TChildren>
    where TChildren : struct, IJsonChildren<T>
{
    private const int RetainedFrames = 256;
    private const int RetainedWords = 1024;

    [ThreadStatic]
    private static Evaluator<T, TChildren>? t_spare;

    private readonly JsonTextBuffer _text = new();
    private readonly CanonicalText _canonical = new();
    private readonly List<DynamicScope> _scope = [];
    private Frame<T, TChildren>[] _frames = new Frame<T, TChildren>[16];
    private int _top = -1;
    private int _highest = -1;
    private ulong[] _arena = new ulong[32];
    private int _arenaTop;
    private long _steps;
    private long _longestChain;
    private bool _isExhausted;
    private bool _isFull;

    /// <summary>The thread's evaluator; give it back with <see cref="Return"/>.</summary>
    internal static Evaluator<T, TChildren> Rent()
    {
        var evaluator = t_spare ?? new Evaluator<T, TChildren>();
        t_spare = null;
        return evaluator;
    }

    internal static void Return(Evaluator<T, TChildren> evaluator)
    {
        evaluator.Reset();
        t_spare = evaluator;
    }

    /// <summary>Whether the value matches, decided at the first failure.</summary>
    internal bool IsValid(SchemaNode root, in T instance, long steps, long longestChain) => Run(root, instance, false, steps, longestChain);

    private bool Run(SchemaNode root, in T instance, bool collect, long steps, long longestChain)
    {
        _steps = steps;
        _longestChain = longestChain;
        if (Enter(root, instance, Entry.Child, collect) is { } decided)
            return decided;
        while (!_isExhausted && !_isFull)
        {
            if (Step(ref _frames[_top]) is not { } verdict)
                continue;
            Pop(verdict);
            if (_top < 0)
                return verdict;
            Deliver(ref _frames[_top], verdict);
        }
        return false;
    }

    // The verdict, or null when a frame was pushed: references into the stack are void then.
    private bool? Enter(SchemaNode node, in T instance, Entry entry, bool collect)
    {
        node = node.Target;
        if (--_steps < 0)
        {
            _isExhausted = true;
            return false;
        }
        var kind = instance.Kind;
        if (!collect)
        {
            if (!Holds(node, instance, kind, false))
                return false;
            if (!node.GoesOn(kind))
                return true;
            if (kind == JsonInstanceKind.Object && !IsDistinguished(node, instance))
                return false;
        }
        Push(node, instance, kind, entry, collect);
        return null;
    }

    private void Push(SchemaNode node, in T instance, JsonInstanceKind kind, Entry entry, bool collect)
    {
        if (++_top == _frames.Length)
            Array.Resize(ref _frames, _frames.Length * 2);
        _highest = Math.Max(_highest, _top);
        ref var frame = ref _frames[_top];
        frame = default;
        frame.Node = node;
        frame.Instance = instance;
        frame.Kind = kind;
        frame.Entry = entry;
        frame.Phase = collect ? Phase.Assertions : Phase.Children;
        frame.Collect = collect;
        frame.Child = -1;
        frame.ScopeCount = _scope.Count;
        frame.ArenaEnd = _arenaTop;
        frame.Tracking = node.Tracks;
        if (_top > 0)
        {
            ref var parent = ref _frames[_top - 1];
            frame.Depth = parent.Depth + (entry == Entry.Child ? 1 : 0);
            if (entry != Entry.Child && (frame.Chain = parent.Chain + 1) > _longestChain)
                throw new JsonSchemaException(node.Location, "a dynamic reference leads back to the schema on the same value, without end");
            frame.Tracking |= parent.Tracking && entry == Entry.SameValue;
        }
        if (node.Resource.Anchors.Count > 0 && !_scope.Contains(node.Resource))
            _scope.Add(node.Resource);
        if (kind is JsonInstanceKind.Array or JsonInstanceKind.Object)
            OpenChildren(ref frame);
    }

    private void OpenChildren(ref Frame<T, TChildren> frame)
    {
        if (frame.Kind == JsonInstanceKind.Object && frame.Node.Object is { } rules)
            frame.SeenAt = Allocate(rules.Names.Count);
        if (frame.Tracking)
            frame.EvaluatedAt = Allocate(frame.Instance.Count);
        frame.Cursor = frame.Instance.GetChildren();
    }

    private void Pop(bool verdict)
    {
        ref var frame = ref _frames[_top];
        _scope.RemoveRange(frame.ScopeCount, _scope.Count - frame.ScopeCount);
        // Where reasons are collected, what a failed schema looked at counts too: its children are wrong already, not unknown.
        if (_top > 0 && frame.Entry == Entry.SameValue && (verdict || (frame.Collect && _frames[_top - 1].Alternatives is null)))
            MergeEvaluated(ref frame, ref _frames[_top - 1]);
        _arenaTop = frame.ArenaEnd;
        _top--;
    }

    private void Deliver(ref Frame<T, TChildren> frame, bool verdict)
    {
        switch (frame.Awaiting)
        {
            case Awaiting.Consent:
                frame.Failed |= !verdict;
                break;
            case Awaiting.Contains:
                if (!verdict)
                    break;
                frame.Contained++;
                if (frame.Node.Array!.ContainsEvaluates)
                    MarkEvaluated(ref frame);
                break;
            default:
                DeliverToApplicator(ref frame, verdict);
                break;
        }
    }

    private bool? Step(ref Frame<T, TChildren> frame)
    {
        if (frame.Failed && !frame.Collect)
            return false;
        switch (frame.Phase)
        {
            case Phase.Assertions:
                frame.Failed |= !Holds(frame.Node, frame.Instance, frame.Kind, true);
                frame.Phase = Phase.Children;
                frame.Shallow = frame.Kind == JsonInstanceKind.Object && !IsDistinguished(frame.Node, frame.Instance);
                frame.Failed |= frame.Shallow;
                // What else a value of the wrong type lacks is noise.
                return frame.Failed && (frame.Node.AlwaysFails || !HasType(frame.Node.Types, frame.Instance, frame.Kind)) ? false : null;
            case Phase.Children:
                if (!StepChildren(ref frame))
                    return null;
                frame.Phase = Phase.Applicators;
                return null;
            case Phase.Applicators:
                if (!frame.Shallow && !StepApplicators(ref frame))
                    return null;
                if (UnevaluatedNode(frame) is null)
                    return !frame.Failed;
                frame.Phase = Phase.Unevaluated;
                frame.Cursor = frame.Instance.GetChildren();
                frame.Child = -1;
                return null;
            default:
                if (!StepUnevaluated(ref frame))
                    return null;
                return !frame.Failed;
        }
    }

    private int Allocate(int bits)
    {
        var words = (bits + 63) / 64;
        var start = _arenaTop;
        if (_arena.Length < start + words)
            Array.Resize(ref _arena, Math.Max(_arena.Length * 2, start + words));
        Array.Clear(_arena, start, words);
        _arenaTop += words;
        return start;
    }

    private void Reset()
    {
        // No reference to the caller's document may outlive the validation.
        Array.Clear(_frames, 0, _highest + 1);
        if (_frames.Length > RetainedFrames)
            _frames = new Frame<T, TChildren>[16];
        if (_arena.Length > RetainedWords)
            _arena = new ulong[32];
        _top = _highest = -1;
        _arenaTop = 0;
        _scope.Clear();
        _text.Trim();
        _canonical.Clear();
        if (_name.Length > RetainedWords)
            _name = [];
        _isExhausted = _isFull = false;
        ResetFindings();
    }
}
