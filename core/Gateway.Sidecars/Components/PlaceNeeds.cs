using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Components;

/// <summary>What a place is sent, made ready for asking.</summary>
internal sealed class PlaceNeeds
{
    private readonly HashSet<string>? _headers;

    public PlaceNeeds(Needs source)
    {
        Source = source;
        RequestHead = source.RequestHead;
        RequestBody = Known(source.RequestBody);
        ResponseHead = source.ResponseHead;
        ResponseBody = Known(source.ResponseBody);
        Claims = source.Claims;
        if (source.Headers.Count > 0)
            _headers = new(source.Headers, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What it was made from.</summary>
    public Needs Source { get; }

    /// <inheritdoc cref="Needs.RequestHead"/>
    public bool RequestHead { get; }

    /// <inheritdoc cref="Needs.RequestBody"/>
    public BodyNeed RequestBody { get; }

    /// <inheritdoc cref="Needs.ResponseHead"/>
    public bool ResponseHead { get; }

    /// <inheritdoc cref="Needs.ResponseBody"/>
    public BodyNeed ResponseBody { get; }

    /// <inheritdoc cref="Needs.Claims"/>
    public bool Claims { get; }

    /// <summary>Whether anything of what comes back is sent.</summary>
    public bool Response => ResponseHead || ResponseBody != BodyNeed.Unspecified;

    /// <summary>Whether a header is sent: it is wanted, and end to end.</summary>
    public bool Wants(string name) => (_headers is null || _headers.Contains(name)) && !HeaderRules.IsOfConnection(name);

    private static BodyNeed Known(BodyNeed need) => need is BodyNeed.Buffered or BodyNeed.Streamed ? need : BodyNeed.Unspecified;
}
