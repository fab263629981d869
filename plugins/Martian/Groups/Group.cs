using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Groups;

/// <summary>Members that run one after the other; <c>fifo.Group</c> and, sorted, <c>priority.Group</c> (MAN-168 to MAN-170).</summary>
internal sealed class Group : Modifier
{
    private readonly Modifier[] _members;
    private readonly bool _goesOn;

    private Group(Modifier[] members, bool goesOn)
    {
        _members = members;
        _goesOn = goesOn;
    }

    public static Component CompileFifo(Definition definition)
    {
        var goesOn = definition.Flag("aggregateErrors");
        var members = new List<Component>();
        foreach (var item in definition.List("modifiers", isRequired: true))
            members.Add(definition.Item("modifiers", members.Count, item));
        return Scoped(definition, members, goesOn);
    }

    public static Component CompilePriority(Definition definition)
    {
        var members = new List<(int Priority, Component Component)>();
        foreach (var item in definition.List("modifiers", isRequired: true))
        {
            var part = definition.Part("modifiers", members.Count, item);
            if (!part.Has("priority"))
                part.Warn(null, "priority", "\"priority\" is missing; 0 is used");
            members.Add((part.OptionalInteger("priority") ?? 0, part.Child("modifier")));
            part.ReportUnknown();
        }
        // The higher number first, and of equal numbers the one that is listed later.
        members.Reverse();
        return Scoped(definition, [.. members.OrderByDescending(static m => m.Priority).Select(static m => m.Component)], goesOn: false);
    }

    public override string? Apply(ref Call call)
    {
        StringBuilder? reasons = null;
        foreach (var member in _members)
        {
            if (member.Apply(ref call) is not { } reason)
                continue;
            if (!_goesOn)
                return reason;
            reasons = reasons is null ? new StringBuilder(reason) : reasons.Append('\n').Append(reason);
        }
        return reasons?.ToString();
    }

    private static Component Scoped(Definition definition, List<Component> members, bool goesOn) => definition.Scoped(
        Phases.Both,
        Of([.. members.Select(static m => m.Request).OfType<Modifier>()], goesOn),
        Of([.. members.Select(static m => m.Response).OfType<Modifier>()], goesOn));

    private static Modifier? Of(Modifier[] members, bool goesOn) => members.Length switch
    {
        0 => null,
        1 => members[0],
        _ => new Group(members, goesOn),
    };
}
