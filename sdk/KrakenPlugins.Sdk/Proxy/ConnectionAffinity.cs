namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// Ties calls to connections of their own, for schemes that authenticate a connection instead of a request (NTLM). Connections that calls of
/// an owner opened are lent to calls of the same owner alone, never to calls with another owner or with none. A call with an affinity
/// carries no credentials but those among its headers. For one call after the other: not thread-safe.
/// </summary>
/// <param name="owner">Whose connections they are; compared with <see cref="object.Equals(object)"/>.</param>
public sealed class ConnectionAffinity(object owner) : IDisposable
{
    private IDisposable? _kept;

    /// <summary>Whose connections they are.</summary>
    public object Owner { get; } = owner;

    /// <summary>
    /// Whether the connection of a call is kept for the next one with this affinity, once the answer was read to its end and disposed.
    /// Otherwise it is lent to any call of the owner.
    /// </summary>
    public bool KeepsConnection { get; set; }

    /// <summary>Whether a call may only go over the connection that was kept: without one it fails, and it is never sent again on another.</summary>
    public bool RequiresKept { get; set; }

    /// <summary>Whether a connection is kept.</summary>
    public bool HasKept => _kept is not null;

    /// <summary>Gives the transport a place for a connection; <see langword="false"/> when none is to be kept.</summary>
    /// <param name="connection">Disposing it makes it available to the other calls of the owner.</param>
    public bool TryKeep(IDisposable connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!KeepsConnection || _kept is not null)
            return false;
        _kept = connection;
        return true;
    }

    /// <summary>Gives the connection that was kept back to the transport, or <see langword="null"/>.</summary>
    public IDisposable? TakeKept()
    {
        var kept = _kept;
        _kept = null;
        return kept;
    }

    /// <summary>Keeps nothing any more: a connection that was kept, and that of the call in progress, become available to the owner's calls.</summary>
    public void Dispose()
    {
        KeepsConnection = false;
        TakeKept()?.Dispose();
    }
}
