using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary><c>header.Modifier</c>: one value in place of all (MAN-147).</summary>
internal sealed class HeaderModifier(HeaderField field, string value) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var modifier = new HeaderModifier(definition.Header("name"), definition.Value());
        return definition.Scoped(Phases.Both, modifier, modifier);
    }

    public override string? Apply(ref Call call) => field.Set(ref call, value);
}

/// <summary><c>header.Append</c>: one more value, where the header takes several (MAN-148).</summary>
internal sealed class HeaderAppend(HeaderField field, string value) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var modifier = new HeaderAppend(definition.Header("name"), definition.Value());
        return definition.Scoped(Phases.Both, modifier, modifier);
    }

    public override string? Apply(ref Call call) => field.Append(ref call, value);
}

/// <summary><c>header.Blacklist</c>: removes headers (MAN-149).</summary>
internal sealed class HeaderBlacklist(HeaderField[] fields) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var modifier = new HeaderBlacklist(definition.Headers("names"));
        return definition.Scoped(Phases.Both, modifier, modifier);
    }

    public override string? Apply(ref Call call)
    {
        foreach (var field in fields)
            field.Remove(ref call);
        return null;
    }
}

/// <summary><c>header.Copy</c>: the first value of one header for another; empty when there is none (MAN-150).</summary>
internal sealed class HeaderCopy(HeaderField from, HeaderField to) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var modifier = new HeaderCopy(definition.Header("from"), definition.Header("to"));
        return definition.Scoped(Phases.Both, modifier, modifier);
    }

    public override string? Apply(ref Call call) => to.Set(ref call, from.Get(in call) ?? "");
}

/// <summary><c>header.Id</c>: a random UUID for requests that have no value there yet (MAN-151).</summary>
internal sealed class HeaderId(HeaderField field) : Modifier
{
    public static Component Compile(Definition definition) =>
        definition.Scoped(Phases.Request, new HeaderId(definition.Header("header", "X-Krakend-Id")), null);

    public override string? Apply(ref Call call) =>
        field.Get(in call) is { Length: > 0 } ? null : field.Set(ref call, Guid.NewGuid().ToString());
}
