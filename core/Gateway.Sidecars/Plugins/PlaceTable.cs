using System.Collections.Concurrent;
using Gateway.Core.Plugins;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Plugins;

/// <summary>A place that a configuration in use gave to a sidecar.</summary>
/// <param name="generation">Of which configuration.</param>
/// <param name="message">What the sidecar is told of it.</param>
/// <param name="component">Its component.</param>
internal sealed class UsedPlace(ulong generation, Place message, ManifestComponent component)
{
    /// <summary>Of which configuration.</summary>
    public ulong Generation { get; } = generation;

    /// <summary>What the sidecar is told of it.</summary>
    public Place Message { get; } = message;

    /// <summary>Its component.</summary>
    public ManifestComponent Component { get; } = component;

    /// <summary>What the sidecar that runs said of it; <see langword="null"/> before it did.</summary>
    public ConfiguredPlace? Answer { get; set; }

    /// <summary>What the sidecar found about its configuration.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; set; } = [];

    /// <summary>Whether it was told to a sidecar that answered.</summary>
    public bool IsConfigured { get; set; }

    /// <summary>Whether it may be called.</summary>
    public PlaceStanding Standing =>
        Diagnostics.Any(static d => d.Severity == Severity.Error) ? PlaceStanding.Closed
        : Answer is { IsUnused: true } ? PlaceStanding.Unused
        : PlaceStanding.Open;

    /// <summary>Takes what a sidecar said.</summary>
    public void Take(ConfigureResponse response)
    {
        Answer = response.Places.FirstOrDefault(p => p.PlaceId == Message.PlaceId);
        Diagnostics = [.. response.Diagnostics.Where(d => d.PlaceId == Message.PlaceId)];
        IsConfigured = true;
    }
}

/// <summary>The places of all configurations that use a sidecar. Its owner sees to it that one changes it at a time; anybody may ask for needs.</summary>
internal sealed class PlaceTable
{
    // Far below the limit of a message.
    private const int MostBytes = 1 << 20;

    private readonly SortedDictionary<uint, UsedPlace> _places = [];
    private readonly ConcurrentDictionary<uint, Needs> _needs = new();
    private readonly ConcurrentDictionary<uint, PlaceStanding> _closed = new();
    private uint _last;

    /// <summary>All of them, in the order of their numbers.</summary>
    public IEnumerable<UsedPlace> All => _places.Values;

    /// <summary>Adds a place and gives it a number.</summary>
    public UsedPlace Add(ulong generation, Place message, ManifestComponent component)
    {
        message.PlaceId = ++_last;
        var place = new UsedPlace(generation, message, component);
        _places.Add(message.PlaceId, place);
        return place;
    }

    /// <summary>Forgets a place.</summary>
    public void Remove(UsedPlace place)
    {
        _places.Remove(place.Message.PlaceId);
        _needs.TryRemove(place.Message.PlaceId, out _);
        _closed.TryRemove(place.Message.PlaceId, out _);
    }

    /// <summary>Forgets the places of a configuration; <see langword="false"/> when it has none.</summary>
    public bool Remove(ulong generation)
    {
        var gone = _places.Values.Where(p => p.Generation == generation).ToArray();
        foreach (var place in gone)
            Remove(place);
        return gone.Length > 0;
    }

    /// <summary>Notes what a place needs and whether it may be called, as the sidecar that runs sees it.</summary>
    public void Bind(UsedPlace place, DescribeResponse description)
    {
        var id = place.Message.PlaceId;
        _needs[id] = NeedsBound.Of(ComponentNames.Find(description, place.Component)?.Needs, place.Answer?.Needs, place.Component.Most);
        if (place.Standing is not PlaceStanding.Open and var standing)
            _closed[id] = standing;
        else
            _closed.TryRemove(id, out _);
    }

    /// <summary>Whether a place may be called.</summary>
    public PlaceStanding StandingOf(uint placeId) => _closed.IsEmpty ? PlaceStanding.Open : _closed.GetValueOrDefault(placeId);

    /// <summary>What a place needs.</summary>
    public Needs NeedsOf(uint placeId) => _needs.GetValueOrDefault(placeId, NeedsBound.None);

    /// <summary>All places as requests of moderate size, each of one configuration.</summary>
    public IReadOnlyList<(ConfigureRequest Request, IReadOnlyList<UsedPlace> Places)> Requests()
    {
        var requests = new List<(ConfigureRequest, IReadOnlyList<UsedPlace>)>();
        foreach (var generation in _places.Values.GroupBy(static p => p.Generation).OrderBy(static g => g.Key))
        {
            var (request, places, bytes) = (new ConfigureRequest { Generation = generation.Key }, new List<UsedPlace>(), 0);
            foreach (var place in generation)
            {
                var size = place.Message.CalculateSize();
                if (bytes > 0 && bytes + size > MostBytes)
                {
                    requests.Add((request, places));
                    (request, places, bytes) = (new ConfigureRequest { Generation = generation.Key }, [], 0);
                }
                request.Places.Add(place.Message);
                places.Add(place);
                bytes += size;
            }
            requests.Add((request, places));
        }
        return requests;
    }
}
