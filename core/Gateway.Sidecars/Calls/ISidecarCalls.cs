namespace Gateway.Sidecars.Calls;

/// <summary>Where calls to a sidecar begin.</summary>
internal interface ISidecarCalls
{
    /// <summary>A call that is not started yet; it belongs to the caller.</summary>
    SidecarCall NewCall();
}

/// <summary>The sidecar of one plugin as its components see it: there or not, now or in a moment.</summary>
internal interface ISidecarAccess
{
    /// <summary>Id of the plugin, for messages.</summary>
    string Id { get; }

    /// <summary>The running sidecar; <see langword="null"/> while there is none. One read, no waiting.</summary>
    ISidecarCalls? Current { get; }

    /// <summary>Why there is none, for the log.</summary>
    string Reason { get; }

    /// <summary>
    /// The sidecar once the start that is under way, or that this call begins, has ended; <see langword="null"/> when that failed, and at once between
    /// two attempts to start it.
    /// </summary>
    ValueTask<ISidecarCalls?> ReadyAsync(CancellationToken cancellationToken);

    /// <summary>What a place needs, as the sidecar said when it was configured. Changes with a restart only.</summary>
    /// <param name="placeId">The place.</param>
    KrakenPlugins.Plugin.V1.Needs NeedsOf(uint placeId);

    /// <summary>Whether a place may be called, as the sidecar said when it was configured. Changes with a restart only.</summary>
    /// <param name="placeId">The place.</param>
    PlaceStanding StandingOf(uint placeId) => PlaceStanding.Open;
}

/// <summary>What a sidecar made of a place.</summary>
internal enum PlaceStanding
{
    /// <summary>A component.</summary>
    Open,
    /// <summary>Nothing: the place needs none, and requests pass by.</summary>
    Unused,
    /// <summary>Nothing: its configuration is wrong, and requests fail.</summary>
    Closed,
}
