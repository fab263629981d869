namespace KrakenPlugins.JsonSchema.Evaluation;

internal sealed partial class Evaluator<T, TChildren>
{
    private bool StepApplicators(ref Frame<T, TChildren> frame)
    {
        frame.Awaiting = Awaiting.Applicator;
        var applicators = frame.Node.Applicators;
        while (frame.Applicator < applicators.Length)
        {
            if (frame.Failed && !frame.Collect)
                return false;
            var applicator = applicators[frame.Applicator];
            if (NextBranch(ref frame, applicator) is not { } node)
            {
                frame.Failed |= !Conclude(ref frame, applicator);
                frame.Applicator++;
                frame.Branch = frame.Matched = 0;
                continue;
            }
            var entry = applicator.Kind == ApplicatorKind.Not ? Entry.Probe : Entry.SameValue;
            var collect = frame.Collect && applicator.Kind != ApplicatorKind.Not && !(applicator.Kind == ApplicatorKind.If && frame.Branch == 0);
            if (Enter(node, frame.Instance, entry, collect) is not { } verdict)
                return false;
            Deliver(ref frame, verdict);
        }
        return true;
    }

    // The next schema to apply, or null when the applicator has seen enough.
    private SchemaNode? NextBranch(ref Frame<T, TChildren> frame, Applicator applicator)
    {
        switch (applicator.Kind)
        {
            case ApplicatorKind.All:
                return frame.Branch < applicator.Nodes.Length ? applicator.Nodes[frame.Branch++] : null;
            case ApplicatorKind.Any:
            case ApplicatorKind.One:
                return NextAlternative(ref frame, applicator);
            case ApplicatorKind.Not:
                return frame.Branch++ == 0 ? applicator.Nodes[0] : null;
            case ApplicatorKind.If:
                return NextOfCondition(ref frame, applicator);
            case ApplicatorKind.Dynamic:
                return frame.Branch++ == 0 ? Outermost(applicator) : null;
            default:
                return frame.Branch++ == 0 && frame.Kind == JsonInstanceKind.Object && WasSeen(frame, applicator.Trigger) ? applicator.Nodes[0] : null;
        }
    }

    private SchemaNode? NextAlternative(ref Frame<T, TChildren> frame, Applicator applicator)
    {
        if (frame.Branch == 0 && frame.Collect)
            BeginAlternatives(ref frame);
        var enough = applicator.Kind == ApplicatorKind.Any ? frame.Matched > 0 && !frame.Tracking : frame.Matched > 1;
        if (enough || frame.Branch == applicator.Nodes.Length)
            return null;
        if (frame.Collect)
            BeginBranch(frame.Alternatives!);
        return applicator.Nodes[frame.Branch++];
    }

    // Branch 0: the condition; 1 and 2: the schema to follow; 3: done.
    private static SchemaNode? NextOfCondition(ref Frame<T, TChildren> frame, Applicator applicator)
    {
        if (frame.Branch == 0)
            return applicator.Nodes[1] is null && applicator.Nodes[2] is null && !frame.Tracking ? null : applicator.Nodes[0];
        if (frame.Branch == 3)
            return null;
        var next = applicator.Nodes[frame.Branch];
        frame.Branch = 3;
        return next;
    }

    private SchemaNode Outermost(Applicator applicator)
    {
        foreach (var resource in _scope)
        {
            if (resource.Anchors.TryGetValue(applicator.Anchor, out var node))
                return node;
        }
        return applicator.Nodes[0]!;
    }

    private void DeliverToApplicator(ref Frame<T, TChildren> frame, bool verdict)
    {
        var applicator = frame.Node.Applicators[frame.Applicator];
        switch (applicator.Kind)
        {
            case ApplicatorKind.Any:
            case ApplicatorKind.One:
                frame.Matched += verdict ? 1 : 0;
                if (frame.Collect)
                    EndBranch(ref frame, verdict);
                break;
            case ApplicatorKind.Not:
                frame.Matched += verdict ? 1 : 0;
                break;
            case ApplicatorKind.If when frame.Branch == 0:
                frame.Branch = verdict ? 1 : 2;
                break;
            default:
                frame.Failed |= !verdict;
                break;
        }
    }

    private bool Conclude(ref Frame<T, TChildren> frame, Applicator applicator)
    {
        var holds = applicator.Kind switch
        {
            ApplicatorKind.Any => frame.Matched > 0,
            ApplicatorKind.One => frame.Matched == 1,
            ApplicatorKind.Not => frame.Matched == 0,
            _ => true,
        };
        if (!frame.Collect)
            return holds;
        if (!holds && frame.Kind is (JsonInstanceKind.Array or JsonInstanceKind.Object))
            MarkAllEvaluated(ref frame);
        if (applicator.Kind is ApplicatorKind.Any or ApplicatorKind.One)
            EndAlternatives(ref frame, applicator, holds);
        else if (!holds)
            Report("not", "must not match the schema under \"not\"");
        return holds;
    }
}
