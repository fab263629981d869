namespace KrakenPlugins.JsonSchema.Evaluation;

// Of alternatives that all fail the one is reported that fits best; its findings stay in the list, the others' go.
internal sealed partial class Evaluator<T, TChildren>
{
    private const int MaxPredicates = 5;
    private Alternatives? _alternatives;

    private void BeginAlternatives(ref Frame<T, TChildren> frame) =>
        _alternatives = frame.Alternatives = new Alternatives
        {
            Start = _findings.Count,
            OuterFloor = _floor,
            Outer = _alternatives,
            Depth = frame.Depth,
            BranchStart = _findings.Count,
        };

    private void BeginBranch(Alternatives alternatives)
    {
        alternatives.BranchStart = _floor = _findings.Count;
        alternatives.Matches = 0;
    }

    private void EndBranch(ref Frame<T, TChildren> frame, bool verdict)
    {
        var alternatives = frame.Alternatives!;
        var start = alternatives.BranchStart;
        if (verdict)
        {
            alternatives.Matched.Add(frame.Branch - 1);
            _findings.RemoveRange(start, _findings.Count - start);
            return;
        }
        Note(alternatives, start);
        var fit = FitOf(alternatives, start);
        if (alternatives.Best is { } best && best.CompareTo(fit) >= 0)
        {
            _findings.RemoveRange(start, _findings.Count - start);
            return;
        }
        _findings.RemoveRange(alternatives.Start, start - alternatives.Start);
        alternatives.Best = fit;
    }

    private void Note(Alternatives alternatives, int start)
    {
        var only = _findings.Count == start + 1 && _findings[start].Depth == alternatives.Depth && !_findings[start].IsSentence ? _findings[start] : default;
        alternatives.Types = only.Expected == TypeSet.None ? null : alternatives.Types | only.Expected;
        if (only.Predicate is null || alternatives.Predicates is { Count: MaxPredicates })
            alternatives.Predicates = null;
        else if (alternatives.Predicates is { } predicates && !predicates.Contains(only.Predicate))
            predicates.Add(only.Predicate);
    }

    private Fit FitOf(Alternatives alternatives, int start)
    {
        var level = 2;
        var nearest = int.MaxValue;
        for (var i = start; i < _findings.Count; i++)
        {
            var finding = _findings[i];
            nearest = Math.Min(nearest, finding.Depth);
            if (finding.Depth == alternatives.Depth && finding.Keyword is "type" or "")
                level = 0;
            else if (level > 1 && finding.Depth <= alternatives.Depth + 1 && finding.Keyword is "const" or "enum")
                level = 1;
        }
        // Without a finding there was no more room for one: nothing to report, so never the best.
        if (start == _findings.Count)
            level = -1;
        return new Fit(level, alternatives.Matches, nearest, start - _findings.Count);
    }

    private void EndAlternatives(ref Frame<T, TChildren> frame, Applicator applicator, bool holds)
    {
        var alternatives = frame.Alternatives!;
        _alternatives = alternatives.Outer;
        _floor = alternatives.OuterFloor;
        frame.Alternatives = null;
        if (alternatives.Matched.Count > 0)
            _findings.RemoveRange(alternatives.Start, _findings.Count - alternatives.Start);
        if (holds)
            return;
        if (alternatives.Matched.Count > 0)
        {
            Report(applicator.Keyword, $"must match exactly one of {applicator.Nodes.Length} alternatives, but matches number {alternatives.Matched[0] + 1} and number {alternatives.Matched[1] + 1}");
        }
        else if (alternatives.Types is { } types and not TypeSet.None)
        {
            _findings.RemoveRange(alternatives.Start, _findings.Count - alternatives.Start);
            ReportType(types, frame.Instance, frame.Kind, applicator.Keyword);
        }
        else if (alternatives.Predicates is { Count: > 1 } predicates)
        {
            _findings.RemoveRange(alternatives.Start, _findings.Count - alternatives.Start);
            Report(applicator.Keyword, string.Join(", or ", predicates));
        }
    }

    // A member that tells alternatives apart has the value that this one wants.
    private void NoteMatch()
    {
        if (_alternatives is { } open && _frames[_top].Depth == open.Depth + 1)
            open.Matches++;
    }
}
