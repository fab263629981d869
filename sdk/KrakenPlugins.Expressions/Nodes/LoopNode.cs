using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

/// <summary>The variables of a loop; the second is -1 where there is only one.</summary>
internal readonly record struct LoopSlots(int First, int Second);

/// <summary>What a loop has gathered so far.</summary>
internal struct LoopState
{
    public CelError? Error;
    public CelValue Result;
    public bool IsDecided;
    public int Count;
    public CelValue[]? Elements;
    public ValueMap? Map;
}

/// <summary>Goes through a list (element; with two variables index and element) or a map (key; with two variables key and value).</summary>
internal abstract class LoopNode(string name, Node range, LoopSlots slots, Node? filter, Node body)
    : Node(range.Size + (filter?.Size ?? 0) + body.Size + 1)
{
    private readonly int _round = (filter?.Size ?? 0) + body.Size + 1;

    protected string Name => name;

    protected Node? Filter => filter;

    protected Node Body => body;

    protected int First => slots.First;

    protected int Second => slots.Second;

    public sealed override CelValue Evaluate(ref CelContext context)
    {
        var value = range.Evaluate(ref context);
        var state = default(LoopState);
        switch (value.Kind)
        {
            case CelKind.List:
                Run(ref context, value.RawList, ref state);
                break;
            case CelKind.Map:
                Run(ref context, value.RawMap, ref state);
                break;
            default:
                return value.IsError ? value : CelErrors.NoSuchOverload(name, value);
        }
        if (context.IsExceeded)
            return CelContext.CostExceeded;
        return state.Error is not null && !state.IsDecided ? CelValue.Error(state.Error) : Finish(in state);
    }

    /// <summary>One round; <see langword="false"/> ends the loop.</summary>
    protected abstract bool Step(ref CelContext context, ref LoopState state);

    /// <summary>The result when nothing went wrong.</summary>
    protected abstract CelValue Finish(in LoopState state);

    /// <summary>Ends the loop with an error; a value that is none is of the wrong type.</summary>
    protected bool Fail(ref LoopState state, in CelValue value)
    {
        state.Error = value.IsError ? value.AsError : CelErrors.NoSuchOverload(name, value).AsError;
        return false;
    }

    private void Run(ref CelContext context, CelList list, ref LoopState state)
    {
        for (var i = 0; i < list.Count && context.TryCharge(_round); i++)
        {
            if (slots.Second < 0)
            {
                context.Locals[slots.First] = list[i];
            }
            else
            {
                context.Locals[slots.First] = CelValue.Of((long)i);
                context.Locals[slots.Second] = list[i];
            }
            if (!Step(ref context, ref state))
                return;
        }
    }

    private void Run(ref CelContext context, CelMap map, ref LoopState state)
    {
        if (!context.TryCharge(map.Count))
            return;
        using var keys = new MapKeys(map);
        foreach (ref readonly var key in keys.Span)
        {
            if (!context.TryCharge(_round))
                return;
            context.Locals[slots.First] = key;
            if (slots.Second >= 0 && map.TryGet(key, out var value))
                context.Locals[slots.Second] = value;
            if (!Step(ref context, ref state))
                return;
        }
    }
}

/// <summary><c>all</c> and <c>exists</c>: errors count only when no element decides.</summary>
internal sealed class QuantifierNode(bool isAll, Node range, LoopSlots slots, Node body) : LoopNode(isAll ? "all" : "exists", range, slots, null, body)
{
    protected override bool Step(ref CelContext context, ref LoopState state)
    {
        var value = Body.Evaluate(ref context);
        if (value.Kind == CelKind.Bool)
        {
            state.IsDecided = value.Bits != 0 != isAll;
            return !state.IsDecided;
        }
        if (value.IsError && !value.AsError.IsAbsorbable)
            return Fail(ref state, value);
        state.Error ??= value.IsError ? value.AsError : CelErrors.NoSuchOverload(Name, value).AsError;
        return true;
    }

    protected override CelValue Finish(in LoopState state) => CelValue.Of(state.IsDecided != isAll);
}

internal sealed class ExistsOneNode(Node range, LoopSlots slots, Node body) : LoopNode("exists_one", range, slots, null, body)
{
    protected override bool Step(ref CelContext context, ref LoopState state)
    {
        var value = Body.Evaluate(ref context);
        if (value.Kind != CelKind.Bool)
            return Fail(ref state, value);
        state.Count += (int)value.Bits;
        return true;
    }

    protected override CelValue Finish(in LoopState state) => CelValue.Of(state.Count == 1);
}

/// <summary><c>map</c>, <c>filter</c> and <c>transformList</c>.</summary>
internal sealed class ListLoopNode(string name, Node range, LoopSlots slots, Node? filter, Node body) : LoopNode(name, range, slots, filter, body)
{
    protected override bool Step(ref CelContext context, ref LoopState state)
    {
        if (Filter is not null)
        {
            var isWanted = Filter.Evaluate(ref context);
            if (isWanted.Kind != CelKind.Bool)
                return Fail(ref state, isWanted);
            if (isWanted.Bits == 0)
                return true;
        }
        var value = Body.Evaluate(ref context);
        if (value.IsError)
            return Fail(ref state, value);
        state.Elements ??= new CelValue[4];
        if (state.Count == state.Elements.Length)
            Array.Resize(ref state.Elements, state.Count * 2);
        state.Elements[state.Count++] = value;
        return true;
    }

    protected override CelValue Finish(in LoopState state) => CelValue.OfList(state.Elements is null ? ArrayList.Empty : new ArrayList(state.Elements, state.Count));
}

/// <summary><c>transformMap</c>, and <c>transformMapEntry</c>, whose body makes a map of the entries to add.</summary>
internal sealed class MapLoopNode(string name, bool isEntry, Node range, LoopSlots slots, Node? filter, Node body) : LoopNode(name, range, slots, filter, body)
{
    protected override bool Step(ref CelContext context, ref LoopState state)
    {
        if (Filter is not null)
        {
            var isWanted = Filter.Evaluate(ref context);
            if (isWanted.Kind != CelKind.Bool)
                return Fail(ref state, isWanted);
            if (isWanted.Bits == 0)
                return true;
        }
        var value = Body.Evaluate(ref context);
        if (value.IsError || isEntry && value.Kind != CelKind.Map)
            return Fail(ref state, value);
        state.Map ??= new ValueMap(4);
        if (isEntry)
            return AddAll(ref context, ref state, value.RawMap);
        var added = MapNode.Add(ref context, state.Map, context.Locals[First], value);
        return added.IsError ? Fail(ref state, added) : context.TryCharge(2);
    }

    private bool AddAll(ref CelContext context, ref LoopState state, CelMap entries)
    {
        if (!context.TryCharge(entries.Count * 2L))
            return false;
        using var keys = new MapKeys(entries);
        foreach (ref readonly var key in keys.Span)
        {
            if (!entries.TryGet(key, out var value))
                continue;
            var added = MapNode.Add(ref context, state.Map!, key, value);
            if (added.IsError)
                return Fail(ref state, added);
        }
        return true;
    }

    protected override CelValue Finish(in LoopState state) => CelValue.OfMap(state.Map ?? ValueMap.Empty);
}
