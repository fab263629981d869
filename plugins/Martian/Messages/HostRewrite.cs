using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Messages;

/// <summary>
/// Makes hosts out of hosts and remembers them: the transport finds its connections by the object. A backend has a few hosts; discovery
/// may bring new ones, so what is remembered is bounded.
/// </summary>
internal abstract class HostRewrite
{
    private const int MaxEntries = 64;
    private Entry? _entries;

    /// <summary>What a host becomes; itself when nothing changes.</summary>
    public BackendHost Of(BackendHost host)
    {
        for (var entry = _entries; entry is not null; entry = entry.Next)
        {
            if (ReferenceEquals(entry.From, host))
                return entry.To;
        }
        var made = Make(host);
        // Two calls may add at once; the one that gets lost is made again.
        var known = _entries;
        _entries = known is { Count: >= MaxEntries } ? new(host, made, null, 1) : new(host, made, known, (known?.Count ?? 0) + 1);
        return made;
    }

    /// <summary>Makes the new host, or returns the old one.</summary>
    protected abstract BackendHost Make(BackendHost host);

    private sealed record Entry(BackendHost From, BackendHost To, Entry? Next, int Count);
}
