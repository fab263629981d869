using System.Text;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Validation;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>How an endpoint treats the keys of a URL.</summary>
internal sealed record KeyPolicy
{
    /// <summary>The only algorithm.</summary>
    public required JwsAlgorithm Algorithm { get; init; }

    /// <summary>How tokens point to keys.</summary>
    public required JwkIdentification Identification { get; init; }

    /// <summary>How long keys are used after they were downloaded; zero when every request downloads them (AUT-035).</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How much longer they are used while no new ones can be had (<c>stale_keys_for</c>, AUT-225).</summary>
    public TimeSpan StaleFor { get; init; }
}

/// <summary>Keys of a URL (AUT-035 to AUT-041).</summary>
/// <param name="feed">The URL's key set.</param>
/// <param name="policy">How it is used.</param>
/// <param name="misses">Names that were just not found, or <see langword="null"/> when they are not remembered.</param>
/// <param name="time">Clock.</param>
internal sealed class DownloadedKeys(KeyFeed feed, KeyPolicy policy, KeyMisses? misses, TimeProvider time) : KeySource
{
    public override KeyAnswer Find(ReadOnlySpan<byte> name, out KeyRing? ring)
    {
        var known = Known(out var age);
        ring = known;
        var isNamed = known?.Find(name) is not null;
        if (isNamed && (age < policy.Lifetime || (IsUsable(age) && feed.IsTroubled)))
            return KeyAnswer.Found;
        return misses?.Forbids(name, IsStranger(name)) == true ? KeyAnswer.Refused : KeyAnswer.NeedsFetch;
    }

    public override async ValueTask<KeyFetch> FetchAsync(string name, CancellationToken cancellationToken)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        if (misses is null)
            return await FetchAsync(utf8, cancellationToken).ConfigureAwait(false);
        while (!misses.TryBegin(name, IsStranger(utf8), out var search))
        {
            if (search is null)
                return KeyFetch.Failed(Refusal.UnknownKey, "it or others were not found a moment ago");
            // What another one finds may be this one's key too, and leaves the place to it otherwise.
            await search.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Known(out var age) is { } known && age < policy.Lifetime && known.Find(utf8) is not null)
                return KeyFetch.Found(known);
        }
        try
        {
            var found = await FetchAsync(utf8, cancellationToken).ConfigureAwait(false);
            misses.End(name, found.Ring is not null);
            return found;
        }
        catch
        {
            // The caller left, the download goes on: its outcome is the key's.
            _ = EndAfterAsync(feed.Settled, name, misses);
            throw;
        }
    }

    public override bool IsCurrent(KeyRing ring) =>
        Known(out var age) is { } known && ReferenceEquals(known, ring) && (age < policy.Lifetime || (IsUsable(age) && feed.IsTroubled));

    public override void Dispose() => feed.Detach();

    private async ValueTask<KeyFetch> FetchAsync(byte[] name, CancellationToken cancellationToken)
    {
        var arrival = time.GetTimestamp();
        while (true)
        {
            // Another caller's download may have ended since this one looked.
            if (Known(out var age) is { } known && age < policy.Lifetime && known.Find(name) is not null)
                return KeyFetch.Found(known);
            var flight = feed.Join();
            var fallback = Fallback(name);
            KeyFlightResult result;
            try
            {
                result = await (fallback is null ? flight.Result.WaitAsync(cancellationToken) : flight.Result.WaitAsync(KeyFeed.Patience, cancellationToken)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return KeyFetch.Found(fallback!);
            }
            if (result.Snapshot is null)
                return fallback is null ? KeyFetch.Failed(Refusal.NoKeys, result.Failure) : KeyFetch.Found(fallback);
            // A download that began before the request may lack a key that was published in between, or take longer than its keys are good for.
            var isLate = flight.Started < arrival;
            if (RingOf(result.Snapshot) is var ring && ring.Find(name) is not null && !(isLate && IsOver(result.Snapshot)))
                return KeyFetch.Found(ring);
            if (!isLate)
                return KeyFetch.Failed(Refusal.UnknownKey);
        }
    }

    // Expired keys are known too, and so are those of a download that is not kept.
    private bool IsStranger(ReadOnlySpan<byte> name) => feed.Latest is not { } latest || RingOf(latest).Find(name) is null;

    private async Task EndAfterAsync(Task<KeyFlightResult> flight, string name, KeyMisses places)
    {
        var result = await flight.ConfigureAwait(false);
        places.End(name, result.Snapshot is { } snapshot && RingOf(snapshot).Find(Encoding.UTF8.GetBytes(name)) is not null);
    }

    private KeyRing? Fallback(byte[] name) => Known(out var age) is { } known && IsUsable(age) && known.Find(name) is not null ? known : null;

    private bool IsUsable(TimeSpan age) => policy.StaleFor > TimeSpan.Zero && age < policy.Lifetime + policy.StaleFor;

    private bool IsOver(KeySnapshot snapshot) => policy.Lifetime > TimeSpan.Zero && time.GetElapsedTime(snapshot.Taken) >= policy.Lifetime;

    private KeyRing? Known(out TimeSpan age)
    {
        age = default;
        if (policy.Lifetime == TimeSpan.Zero || feed.Latest is not { } latest)
            return null;
        age = time.GetElapsedTime(latest.Taken);
        return RingOf(latest);
    }

    private KeyRing RingOf(KeySnapshot snapshot) => snapshot.Ring(policy.Algorithm, policy.Identification);
}
