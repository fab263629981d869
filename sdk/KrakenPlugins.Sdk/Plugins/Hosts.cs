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

/// <summary>
/// Chooses the hosts of calls. A choice (<see cref="Pick"/>, <see cref="PickAgain"/>) begins the use of a host and
/// <see cref="Completed"/> ends it, once for each choice; <see cref="Answered"/> tells in between what the host had to say. All of them
/// run for every call, so none waits. Safe for concurrent use.
/// </summary>
public interface IHostBalancer
{
    /// <summary>Chooses one.</summary>
    /// <param name="request">The request, for choices that depend on it.</param>
    /// <param name="hosts">The hosts as they are known now, at least one; the same instance while nothing changed.</param>
    BackendHost Pick(ProxyRequest request, IReadOnlyList<BackendHost> hosts);

    /// <summary>
    /// Chooses one for another attempt of a call (<see cref="IHostChoice"/>), none of those that were tried unless there is no other;
    /// <see cref="Pick"/> unless overridden.
    /// </summary>
    /// <param name="request">The request, for choices that depend on it.</param>
    /// <param name="hosts">The hosts as they are known now, at least one.</param>
    /// <param name="tried">The hosts of the attempts before.</param>
    BackendHost PickAgain(ProxyRequest request, IReadOnlyList<BackendHost> hosts, IReadOnlyList<BackendHost> tried) => Pick(request, hosts);

    /// <summary>
    /// Told of every HTTP exchange with a host when the head of its answer is there, or when there is none. What never reached the network
    /// (an answer out of a cache, credentials that could not be fetched) is not told.
    /// </summary>
    /// <param name="host">The host of the request; a redirect that the gateway followed says something about it too.</param>
    /// <param name="answer">What came of it.</param>
    void Answered(BackendHost host, in HostAnswer answer)
    {
    }

    /// <summary>
    /// Told once when the call of a picked host ended, whatever came of it: with a raw answer, when its body did, unless it is that of another
    /// attempt.
    /// </summary>
    /// <param name="host">The host that was picked.</param>
    /// <param name="result">What came of it; do not keep it.</param>
    /// <param name="elapsed">Time that the call took.</param>
    void Completed(BackendHost host, in ProxyResult result, TimeSpan elapsed);
}

/// <summary>What came of an HTTP exchange with a host.</summary>
/// <param name="StatusCode">Status of the answer; 0 when there is none.</param>
/// <param name="Error">
/// Why there is none. <see cref="GatewayErrorKind.ClientAborted"/> and <see cref="GatewayErrorKind.Lost"/> say nothing about the host, nor do
/// <see cref="GatewayErrorKind.Rejected"/> and <see cref="GatewayErrorKind.Internal"/>.
/// </param>
/// <param name="Elapsed">Time to the head of the answer, or to the failure.</param>
public readonly record struct HostAnswer(int StatusCode, GatewayErrorKind? Error, TimeSpan Elapsed);

/// <summary>The hosts of the backend that a request goes to, for components that make its call once more. The gateway implements it.</summary>
public interface IHostChoice
{
    /// <summary>
    /// Makes a call on another host than those that were tried, or on one of them when there is no other: as the backend's balancer chooses,
    /// in turn where it has none. Without a host the result is a failure of kind <see cref="GatewayErrorKind.Connection"/>.
    /// </summary>
    /// <param name="request">The request, a <see cref="ProxyRequest.Fork"/> for each attempt; its <see cref="ProxyRequest.Host"/> becomes the chosen one.</param>
    /// <param name="tried">The hosts of the attempts before.</param>
    /// <param name="next">What makes the call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<ClientResult> CallAsync(ProxyRequest request, IReadOnlyList<BackendHost> tried, ClientHandler next, CancellationToken cancellationToken);
}
