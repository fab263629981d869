namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>What became of a host.</summary>
internal enum HostChangeKind
{
    /// <summary>Its answers left it out.</summary>
    Ejected,

    /// <summary>Its time out is over.</summary>
    Returned,

    /// <summary>Checks say that it is down.</summary>
    Unhealthy,

    /// <summary>Checks say that it is back.</summary>
    Healthy,

    /// <summary>So few are left that all are used.</summary>
    Panic,

    /// <summary>Enough are left again.</summary>
    Calm,
}

/// <summary>A change that operators hear of.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Host">To which host; empty for changes of all.</param>
/// <param name="Reason">Why.</param>
/// <param name="Length">Time stamps that the host is out.</param>
internal readonly record struct HostChange(HostChangeKind Kind, string Host, string Reason = "", long Length = 0);
