using System.Globalization;
using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>
/// The key sets that one configuration downloads: one for each URL with its TLS settings, so that keys of one URL never serve another one and
/// keys from a server that nobody verified never serve who verifies it (AUT-042).
/// </summary>
internal sealed class KeyFeeds
{
    private readonly Dictionary<string, KeyFeed> _feeds = new(StringComparer.Ordinal);

    /// <summary>The key set of an origin.</summary>
    /// <exception cref="JwkException">The origin cannot be used.</exception>
    public KeyFeed Of(JwkOrigin origin, IServiceContext context)
    {
        var identity = IdentityOf(origin);
        if (!_feeds.TryGetValue(identity, out var feed))
            _feeds.Add(identity, feed = new KeyFeed(origin, context.Time, context.Logger));
        return feed;
    }

    /// <summary>Begins to download what is cached and not there yet (AUT-036); waits for nothing.</summary>
    public void Prefetch()
    {
        foreach (var feed in _feeds.Values)
        {
            if (feed is { IsPrefetched: true, Latest: null })
                feed.Join();
        }
    }

    /// <summary>What tells origins apart.</summary>
    public static string IdentityOf(JwkOrigin origin) => string.Create(CultureInfo.InvariantCulture,
        $"{origin.JwkUrl}\n{origin.DisableJwkSecurity}\n{origin.JwkLocalCa}\n{string.Join(',', origin.JwkFingerprints)}\n{string.Join(',', origin.CipherSuites)}");
}
