using System.Globalization;

namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>
/// Places of hosts on a circle of 64-bit numbers: a key belongs to the host of the first place at or behind it. A place depends on its own
/// host alone, so that a host which leaves or joins moves no key between the others (RTE-406).
/// </summary>
internal sealed class HashRing
{
    /// <summary>Places for each time that a list names a host.</summary>
    public const int PlacesPerShare = 128;

    private readonly ulong[] _places;
    private readonly int[] _owners;

    /// <summary>The circle of some hosts.</summary>
    public HashRing(HostSlot[] hosts)
    {
        var count = 0;
        foreach (var host in hosts)
            count += host.Weight * PlacesPerShare;
        _places = new ulong[count];
        _owners = new int[count];
        var next = 0;
        foreach (var host in hosts)
        {
            for (var i = 0; i < host.Weight * PlacesPerShare; i++)
            {
                _places[next] = KeyHash.Of(string.Create(CultureInfo.InvariantCulture, $"{host.State.Key}#{i}"));
                _owners[next++] = host.Index;
            }
        }
        Array.Sort(_places, _owners);
    }

    /// <summary>Places on the circle.</summary>
    public int Count => _places.Length;

    /// <summary>Index of the host that a place belongs to.</summary>
    /// <param name="place">Number of the place; beyond the last comes the first.</param>
    public int OwnerAt(int place) => _owners[place < _owners.Length ? place : place - _owners.Length];

    /// <summary>Number of the first place at or behind a key.</summary>
    public int PlaceOf(ulong key)
    {
        var places = _places;
        int low = 0, high = places.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (places[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }
        return low < places.Length ? low : 0;
    }
}
