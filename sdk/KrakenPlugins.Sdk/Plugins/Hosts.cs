using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>The hosts of a backend as they are known now (<c>sd</c>). Safe for concurrent use.</summary>
public interface IHostDiscovery
{
    /// <summary>
    /// The hosts, one that counts twice named twice; an immutable list, the same instance while nothing changed. Asked for every call: no
    /// waiting. Empty means that there is none now, which fails the call.
    /// </summary>
    IReadOnlyList<BackendHost> Hosts { get; }
}

/// <summary>Chooses the host of a call. Safe for concurrent use.</summary>
public interface IHostBalancer
{
    /// <summary>Chooses one.</summary>
    /// <param name="request">The request, for choices that depend on it.</param>
    /// <param name="hosts">The hosts as they are known now, at least one.</param>
    BackendHost Pick(ProxyRequest request, IReadOnlyList<BackendHost> hosts);

    /// <summary>Told once when the call of a picked host ended, whatever came of it.</summary>
    /// <param name="host">The host that was picked.</param>
    /// <param name="result">What came of it; do not keep it.</param>
    /// <param name="elapsed">Time that the call took.</param>
    void Completed(BackendHost host, in ProxyResult result, TimeSpan elapsed);
}
