using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Martian.Filters;

/// <summary><c>querystring.Filter</c>: a parameter of the request is there, or one of its values is the given one (MAN-164).</summary>
internal sealed class QueryStringFilter(byte[] name, byte[]? value) : Condition
{
    public static Component Compile(Definition definition)
    {
        var name = Encoding.UTF8.GetBytes(definition.Text("name"));
        var value = definition.OptionalText("value") is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;
        return Filter.Compile(definition, Phases.Both, new QueryStringFilter(name, value));
    }

    public override bool IsTrue(ref readonly Call call)
    {
        var pairs = new QueryPairs(QueryPairs.Of(call.Request.Target));
        while (pairs.MoveNext())
        {
            if (PercentText.Is(pairs.Name, name, plusIsSpace: true) && (value is null || PercentText.Is(pairs.Value, value, plusIsSpace: true)))
                return true;
        }
        return false;
    }
}

/// <summary>A query that another one must equal: the same parameters and values in any order, and nothing else.</summary>
internal sealed class QueryPattern
{
    private const int MaxParameters = 64;
    private readonly (byte[] Name, byte[] Value)[] _wanted;

    private QueryPattern((byte[] Name, byte[] Value)[] wanted) => _wanted = wanted;

    public static QueryPattern Of(Definition definition, string attribute, string query)
    {
        var wanted = new List<(byte[], byte[])>();
        var pairs = new QueryPairs(PercentText.EscapeQuery(query));
        while (pairs.MoveNext())
            wanted.Add((PercentText.Decode(pairs.Name, plusIsSpace: true), PercentText.Decode(pairs.Value, plusIsSpace: true)));
        if (!pairs.IsClean)
            throw definition.Fault(attribute, $"{ConfigText.Quote(query)} is no query string");
        if (wanted.Count > MaxParameters)
            throw definition.Fault(attribute, $"holds more than {MaxParameters} parameters");
        return new QueryPattern([.. wanted]);
    }

    public bool Matches(string target)
    {
        ulong found = 0;
        var pairs = new QueryPairs(QueryPairs.Of(target));
        while (pairs.MoveNext())
        {
            var index = Find(pairs.Name, pairs.Value, found);
            if (index < 0)
                return false;
            found |= 1UL << index;
        }
        return pairs.IsClean && System.Numerics.BitOperations.PopCount(found) == _wanted.Length;
    }

    private int Find(ReadOnlySpan<char> name, ReadOnlySpan<char> value, ulong found)
    {
        for (var i = 0; i < _wanted.Length; i++)
        {
            if ((found & (1UL << i)) == 0 && PercentText.Is(name, _wanted[i].Name, plusIsSpace: true) && PercentText.Is(value, _wanted[i].Value, plusIsSpace: true))
                return i;
        }
        return -1;
    }
}
