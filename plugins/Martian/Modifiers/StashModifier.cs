using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary><c>stash.Modifier</c>: the backend's URL as it stands, in a header of the request and, if asked for, of the answer (MAN-153).</summary>
internal static class StashModifier
{
    public static Component Compile(Definition definition)
    {
        var field = definition.Header("headerName");
        var phases = definition.Scope(Phases.Both);
        if (phases == Phases.Response)
            throw definition.Fault("scope", "to write header on a response, specify scope as both request and response");
        if (phases == Phases.None)
            return new(null, null);
        if (phases == Phases.Request)
            return new(new Stash(field, null), null);
        var place = definition.Compiler.AddStash();
        return new(new Stash(field, place), new Unstash(field, place));
    }

    private sealed class Stash(HeaderField field, int? place) : Modifier
    {
        public override string? Apply(ref Call call)
        {
            var url = string.Concat(call.Request.Host?.ToString(), call.Request.Target);
            if (place is { } index)
                call.Stashes![index] = url;
            return field.Set(ref call, url);
        }
    }

    private sealed class Unstash(HeaderField field, int place) : Modifier
    {
        // A filter may have let this phase in and not the other.
        public override string? Apply(ref Call call) => call.Stashes![place] is { } url ? field.Set(ref call, url) : null;
    }
}
