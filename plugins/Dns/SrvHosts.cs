using KrakenPlugins.Dns.Protocol;
using KrakenPlugins.Dns.Resolving;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Dns;

/// <summary>The hosts behind one SRV name, as they were when it could last be resolved.</summary>
/// <param name="name">The name, in lower case.</param>
/// <param name="scheme"><c>sd_scheme</c>.</param>
internal sealed class SrvHosts(string name, string scheme) : IHostDiscovery
{
    private const int ShuffledFrom = 100;

    private readonly List<SrvMemory> _memories = [];
    private IReadOnlyList<BackendHost> _hosts = [];
    private IReadOnlyList<SrvRecord>? _records;
    private string _state = "";

    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public IReadOnlyList<BackendHost> Hosts => Volatile.Read(ref _hosts);

    /// <summary>Begins with what a backend knew of the name before a reload, and keeps it up to date for the next. Before the first refresh.</summary>
    public void Remember(SrvMemory memory)
    {
        _memories.Add(memory);
        if (_records is null && memory.Records is { } records)
            Take(records);
        memory.Records ??= _records;
    }

    /// <summary>Takes the records of an answer; returns whether they differ from the last ones. Not for two threads at once.</summary>
    public bool Take(IReadOnlyList<SrvRecord> records)
    {
        _records = records;
        foreach (var memory in _memories)
            memory.Records = records;
        var usable = SrvShares.Usable(records);
        // Servers rotate their records; the order says nothing.
        usable.Sort(static (one, other) => string.CompareOrdinal(KeyOf(one), KeyOf(other)));
        var state = string.Join(' ', usable.Select(static record => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{KeyOf(record)}={record.Weight}")));
        if (state == _state)
            return false;
        _state = state;
        Volatile.Write(ref _hosts, ListOf(usable));
        return true;
    }

    private BackendHost[] ListOf(List<SrvRecord> usable)
    {
        // A host that stays is the same object, which the gateway's pool of connections hangs on.
        var known = new Dictionary<string, BackendHost>(StringComparer.Ordinal);
        foreach (var host in _hosts)
            known[string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host.Host}:{host.Port}")] = host;
        var shares = SrvShares.Of([.. usable.Select(static record => record.Weight)]);
        var list = new List<BackendHost>();
        for (var i = 0; i < usable.Count; i++)
        {
            if (!known.TryGetValue(KeyOf(usable[i]), out var host))
                known.Add(KeyOf(usable[i]), host = new BackendHost(scheme, usable[i].Target, usable[i].Port));
            for (var share = shares[i]; share > 0; share--)
                list.Add(host);
        }
        var hosts = list.ToArray();
        if (hosts.Length > ShuffledFrom)
            Random.Shared.Shuffle(hosts);
        return hosts;
    }

    private static string KeyOf(SrvRecord record) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{record.Target}:{record.Port}");
}

/// <summary>The records that a name had last. They outlive a reload: one at a time when no name server answers costs no backend its hosts.</summary>
internal sealed class SrvMemory
{
    private IReadOnlyList<SrvRecord>? _records;

    /// <summary>The records; <see langword="null"/> before the first answer.</summary>
    public IReadOnlyList<SrvRecord>? Records
    {
        get => Volatile.Read(ref _records);
        set => Volatile.Write(ref _records, value);
    }
}
