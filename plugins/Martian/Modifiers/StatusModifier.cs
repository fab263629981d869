using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary><c>status.Modifier</c>: another status in place of the backend's, before anybody checks it (MAN-146).</summary>
internal sealed class StatusModifier(int statusCode) : Modifier
{
    public static Component Compile(Definition definition)
    {
        var status = definition.OptionalInteger("statusCode") ?? throw definition.Fault("\"statusCode\" is required");
        if (status is < 200 or > 599)
            throw definition.Fault("statusCode", "expected a status from 200 to 599");
        return definition.Scoped(Phases.Response, null, new StatusModifier(status));
    }

    public override string? Apply(ref Call call)
    {
        call.Edit().SetStatus(statusCode);
        return null;
    }
}
