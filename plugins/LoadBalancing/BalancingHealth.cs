using System.Globalization;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.LoadBalancing;

/// <summary>The hosts of all backends of one configuration, for <c>/__health</c> and <c>/status</c> (RTE-418): numbers alone, no names and addresses.</summary>
internal sealed class BalancingHealth : IHealthContributor
{
    private readonly Lock _gate = new();
    private readonly List<(HostTable Table, TimeProvider Time)> _tables = [];

    /// <inheritdoc/>
    public string Status
    {
        get
        {
            int ejected = 0, unhealthy = 0, panicking = 0, all = 0;
            foreach (var count in Counts())
            {
                all += count.All;
                ejected += count.Ejected;
                unhealthy += count.Unhealthy;
                panicking += count.IsPanicking ? 1 : 0;
            }
            if (ejected + unhealthy == 0)
                return "ok";
            var status = string.Create(CultureInfo.InvariantCulture, $"{ejected} ejected, {unhealthy} unhealthy of {all} hosts");
            return panicking == 0 ? status : string.Create(CultureInfo.InvariantCulture, $"{status}; {panicking} backends use all");
        }
    }

    /// <summary>Hosts that are left out; one that is ejected and unhealthy counts twice.</summary>
    public int Out => Counts().Sum(static count => count.Ejected + count.Unhealthy);

    /// <summary>Adds the hosts of a backend.</summary>
    public void Add(HostTable table, TimeProvider time)
    {
        lock (_gate)
            _tables.Add((table, time));
    }

    private HostCount[] Counts()
    {
        lock (_gate)
            return [.. _tables.Select(static entry => entry.Table.Count(entry.Time.GetTimestamp()))];
    }
}
