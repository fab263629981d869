using Gateway.Core.Plugins;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Plugins;

/// <summary>What of an exchange a place is sent: what its sidecar asks for, and what its manifest allows.</summary>
internal static class NeedsBound
{
    /// <summary>Nothing.</summary>
    public static Needs None { get; } = new();

    /// <summary>What both sides agree on.</summary>
    /// <param name="component">What the sidecar asks for the component, or <see langword="null"/> for nothing.</param>
    /// <param name="place">What it asks for with this configuration, or <see langword="null"/> for the same.</param>
    /// <param name="most">What the manifest allows, or <see langword="null"/> for all of it.</param>
    public static Needs Of(Needs? component, Needs? place, PluginNeeds? most)
    {
        var needs = component ?? None;
        if (place is not null)
            needs = Both(needs, place);
        return most is null ? needs : Both(needs, Of(most));
    }

    private static Needs Of(PluginNeeds most)
    {
        var needs = new Needs
        {
            RequestHead = most.RequestHead,
            RequestBody = Of(most.RequestBody),
            ResponseHead = most.ResponseHead,
            ResponseBody = Of(most.ResponseBody),
            Claims = most.Claims,
        };
        needs.Headers.AddRange(most.Headers);
        return needs;
    }

    private static BodyNeed Of(string body) => body switch
    {
        "buffered" => BodyNeed.Buffered,
        "streamed" => BodyNeed.Streamed,
        _ => BodyNeed.Unspecified,
    };

    private static Needs Both(Needs one, Needs other)
    {
        var both = new Needs
        {
            RequestHead = one.RequestHead && other.RequestHead,
            RequestBody = Both(one.RequestBody, other.RequestBody),
            ResponseHead = one.ResponseHead && other.ResponseHead,
            ResponseBody = Both(one.ResponseBody, other.ResponseBody),
            Claims = one.Claims && other.Claims,
        };
        if (one.Headers.Count == 0 || other.Headers.Count == 0)
        {
            both.Headers.AddRange(one.Headers.Count == 0 ? other.Headers : one.Headers);
            return both;
        }
        both.Headers.AddRange(one.Headers.Where(h => other.Headers.Contains(h, StringComparer.OrdinalIgnoreCase)));
        // An empty list would mean all of them; this is the name of none.
        if (both.Headers.Count == 0)
            both.Headers.Add("(none)");
        return both;
    }

    // How the bytes come is the sidecar's choice; that they may is both sides'.
    private static BodyNeed Both(BodyNeed one, BodyNeed other) => one == BodyNeed.Unspecified || other == BodyNeed.Unspecified ? BodyNeed.Unspecified : one;
}
