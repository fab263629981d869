using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary>
/// <c>querystring.Modifier</c>: one value for a parameter in place of all, and the query written anew in the order of its names (MAN-157).
/// </summary>
internal sealed class QueryStringModifier(byte[] name, string parameter) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var name = Encoding.UTF8.GetBytes(definition.Text("name"));
        var value = Encoding.UTF8.GetBytes(definition.OptionalText("value") ?? definition.Value());
        var parameter = new StringBuilder();
        PercentText.EscapeComponent(parameter, name);
        PercentText.EscapeComponent(parameter.Append('='), value);
        return definition.Scoped(Phases.Request, new QueryStringModifier(name, parameter.ToString()), null);
    }

    public override string? Apply(ref Call call)
    {
        var target = call.Request.Target;
        var query = QueryPairs.Of(target);
        var path = query.IsEmpty ? target.AsSpan().TrimEnd('?') : target.AsSpan(0, target.Length - query.Length - 1);
        if (query.IsEmpty)
        {
            call.Request.Target = string.Concat(path, "?", parameter);
            return null;
        }
        var others = new List<Parameter>();
        var pairs = new QueryPairs(query);
        while (pairs.MoveNext())
        {
            if (!PercentText.Is(pairs.Name, name, plusIsSpace: true))
                others.Add(new(PercentText.Decode(pairs.Name, true), PercentText.Decode(pairs.Value, true), others.Count));
        }
        others.Sort();
        call.Request.Target = Write(path, others);
        return null;
    }

    private string Write(ReadOnlySpan<char> path, List<Parameter> others)
    {
        var target = new StringBuilder().Append(path);
        var separator = '?';
        var isWritten = false;
        foreach (var other in others)
        {
            if (!isWritten && other.Name.AsSpan().SequenceCompareTo(name) > 0)
            {
                target.Append(separator).Append(parameter);
                separator = '&';
                isWritten = true;
            }
            PercentText.EscapeComponent(target.Append(separator), other.Name);
            PercentText.EscapeComponent(target.Append('='), other.Value);
            separator = '&';
        }
        if (!isWritten)
            target.Append(separator).Append(parameter);
        return target.ToString();
    }

    /// <summary>A decoded parameter, ordered by the bytes of its name; equal names keep their order.</summary>
    private readonly record struct Parameter(byte[] Name, byte[] Value, int Position) : IComparable<Parameter>
    {
        public int CompareTo(Parameter other) =>
            Name.AsSpan().SequenceCompareTo(other.Name) is var order && order != 0 ? order : Position.CompareTo(other.Position);
    }
}
