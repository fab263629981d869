using KrakenPlugins.JsonSchema.Compilation;

namespace KrakenPlugins.JsonSchema.Evaluation;

// Each step returns true when the phase is over and false when the loop must look at the stack again.
internal sealed partial class Evaluator<T, TChildren>
{
    private const int NextChild = 0;

    private bool StepChildren(ref Frame<T, TChildren> frame)
    {
        frame.Awaiting = Awaiting.Consent;
        if (frame.Kind == JsonInstanceKind.Object && frame.Node.Object is { HasChildren: true } members)
            return StepObject(ref frame, members);
        if (frame.Kind == JsonInstanceKind.Array && frame.Node.Array is { HasChildren: true } items)
            return StepArray(ref frame, items);
        return true;
    }

    // Stages of a member: its property, each pattern, additionalProperties, propertyNames.
    private bool StepObject(ref Frame<T, TChildren> frame, ObjectRules rules)
    {
        while (true)
        {
            if (frame.Failed && !frame.Collect)
                return false;
            if (frame.Stage == NextChild)
            {
                if (!frame.Cursor.MoveNext())
                {
                    frame.Failed |= !HasRequired(ref frame, rules);
                    return true;
                }
                BeginMember(ref frame, rules);
            }
            var stage = frame.Stage++ - 1;
            SchemaNode? node = null;
            var keyword = "properties";
            if (stage == 0)
            {
                node = frame.Slot < 0 ? null : rules.Properties[frame.Slot];
            }
            else if (stage <= rules.Patterns.Count)
            {
                if (rules.Patterns[stage - 1].Pattern.IsMatch(frame.Cursor.GetName(_text)))
                    (node, keyword) = (rules.Patterns[stage - 1].Node, "patternProperties");
            }
            else
            {
                frame.Stage = NextChild;
                if (rules.PropertyNames is { } names)
                    frame.Failed |= !NameMatches(ref frame, names);
                if (!frame.Claimed)
                    (node, keyword) = (rules.Additional, "additionalProperties");
            }
            if (node is null)
                continue;
            frame.Claimed = true;
            MarkEvaluated(ref frame);
            if (!EnterChild(ref frame, node, keyword))
                return false;
        }
    }

    private void BeginMember(ref Frame<T, TChildren> frame, ObjectRules rules)
    {
        _steps--;
        frame.Child++;
        frame.Stage = 1;
        frame.Claimed = false;
        frame.Slot = -1;
        if (rules.Names.Count == 0 || !rules.Slots.TryGetValue(frame.Cursor.GetName(_text), out var slot))
            return;
        frame.Slot = slot;
        _arena[frame.SeenAt + (slot >> 6)] |= 1UL << (slot & 63);
    }

    private bool IsDistinguished(SchemaNode node, in T value)
    {
        if (node.Object?.Discriminators is not { } discriminators)
            return true;
        var slots = node.Object.Slots;
        var children = value.GetChildren();
        while (children.MoveNext())
        {
            _steps--;
            if (!slots.TryGetValue(children.GetName(_text), out var slot) || discriminators[slot] is not { } schema)
                continue;
            var child = children.Current;
            if (!Holds(schema, child, child.Kind, false))
                return false;
        }
        return true;
    }

    private bool WasSeen(in Frame<T, TChildren> frame, int slot) => (_arena[frame.SeenAt + (slot >> 6)] & (1UL << (slot & 63))) != 0;

    private bool HasRequired(ref Frame<T, TChildren> frame, ObjectRules rules)
    {
        var complete = true;
        foreach (var slot in rules.Required)
        {
            if (WasSeen(frame, slot))
                continue;
            if (!frame.Collect)
                return false;
            Report("required", $"must have the property \"{rules.Names[slot]}\"", missing: rules.Names[slot]);
            complete = false;
        }
        foreach (var (trigger, required, keyword) in rules.Dependent)
        {
            if (!WasSeen(frame, trigger))
                continue;
            foreach (var slot in required)
            {
                if (WasSeen(frame, slot))
                    continue;
                if (!frame.Collect)
                    return false;
                Report(keyword, $"must have the property \"{rules.Names[slot]}\" when it has \"{rules.Names[trigger]}\"", missing: rules.Names[slot]);
                complete = false;
            }
        }
        return complete;
    }

    // Stages of an item: its schema, then contains.
    private bool StepArray(ref Frame<T, TChildren> frame, ArrayRules rules)
    {
        while (true)
        {
            if (frame.Failed && !frame.Collect)
                return false;
            if (frame.Stage == NextChild)
            {
                if (!frame.Cursor.MoveNext())
                    break;
                frame.Child++;
                frame.Stage = 1;
            }
            if (frame.Stage == 1)
            {
                frame.Stage = 2;
                var inPrefix = frame.Child < rules.Prefix.Length;
                var node = inPrefix ? rules.Prefix[frame.Child] : rules.Items;
                if (node is null && rules.Contains is null)
                    break;
                if (node is not null)
                {
                    MarkEvaluated(ref frame);
                    frame.Awaiting = Awaiting.Consent;
                    if (!EnterChild(ref frame, node, inPrefix ? rules.PrefixKeyword : rules.ItemsKeyword))
                        return false;
                    continue;
                }
            }
            frame.Stage = NextChild;
            if (rules.Contains is null || (frame.Contained >= rules.MinContains && rules.MaxContains == long.MaxValue && !frame.Tracking))
                continue;
            frame.Awaiting = Awaiting.Contains;
            if (Enter(rules.Contains, frame.Cursor.Current, Entry.Child, false) is not { } verdict)
                return false;
            Deliver(ref frame, verdict);
        }
        if (rules.Contains is not null)
            frame.Failed |= !ContainsEnough(ref frame, rules);
        return true;
    }

    private bool ContainsEnough(ref Frame<T, TChildren> frame, ArrayRules rules)
    {
        var few = frame.Contained < rules.MinContains;
        if (!few && frame.Contained <= rules.MaxContains)
            return true;
        if (frame.Collect)
        {
            Report(few && rules.MinContains == 1 ? "contains" : few ? "minContains" : "maxContains",
                $"must have {(few ? "at least" : "at most")} {Count(few ? rules.MinContains : rules.MaxContains, "item")} matching \"contains\", not {frame.Contained}");
        }
        return false;
    }

    private SchemaNode? UnevaluatedNode(in Frame<T, TChildren> frame) => frame.Kind switch
    {
        JsonInstanceKind.Array => frame.Node.UnevaluatedItems,
        JsonInstanceKind.Object => frame.Node.UnevaluatedProperties,
        _ => null,
    };

    private bool StepUnevaluated(ref Frame<T, TChildren> frame)
    {
        var node = UnevaluatedNode(frame)!;
        frame.Awaiting = Awaiting.Consent;
        while (frame.Cursor.MoveNext())
        {
            frame.Child++;
            if ((_arena[frame.EvaluatedAt + (frame.Child >> 6)] & (1UL << (frame.Child & 63))) != 0)
                continue;
            MarkEvaluated(ref frame);
            if (!EnterChild(ref frame, node, frame.Kind == JsonInstanceKind.Array ? "unevaluatedItems" : "unevaluatedProperties"))
                return false;
            if (frame.Failed && !frame.Collect)
                return true;
        }
        return true;
    }

    private bool EnterChild(ref Frame<T, TChildren> frame, SchemaNode node, string keyword)
    {
        if (frame.Collect && node.AlwaysFails)
        {
            ReportUnwanted(ref frame, keyword);
            frame.Failed = true;
            return true;
        }
        if (frame.Shallow && node.Target.GoesOn(frame.Cursor.Current.Kind))
            return true;
        if (Enter(node, frame.Cursor.Current, Entry.Child, frame.Collect) is not { } verdict)
            return false;
        Deliver(ref frame, verdict);
        return true;
    }

    private void MarkEvaluated(ref Frame<T, TChildren> frame)
    {
        if (frame.Tracking)
            _arena[frame.EvaluatedAt + (frame.Child >> 6)] |= 1UL << (frame.Child & 63);
    }

    private void MarkAllEvaluated(ref Frame<T, TChildren> frame)
    {
        if (frame.Tracking)
            _arena.AsSpan(frame.EvaluatedAt, (frame.Instance.Count + 63) / 64).Fill(ulong.MaxValue);
    }

    private void MergeEvaluated(ref Frame<T, TChildren> from, ref Frame<T, TChildren> into)
    {
        if (!into.Tracking || from.Kind is not (JsonInstanceKind.Array or JsonInstanceKind.Object))
            return;
        var words = (from.Instance.Count + 63) / 64;
        for (var i = 0; i < words; i++)
            _arena[into.EvaluatedAt + i] |= _arena[from.EvaluatedAt + i];
    }
}
