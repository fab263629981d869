namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// The connections of the namespace <c>redis</c> by name: a service (<see cref="IServiceContext.Service{T}"/>), absent when the configuration
/// has no such namespace (TRF-069, TRF-183).
/// </summary>
public interface IRedisPools
{
    /// <summary>
    /// The pool or cluster of this name, or <see langword="null"/> when none has it. It belongs to the gateway and is closed with the
    /// configuration; look it up when the component is built, never per request. Its error for an unknown
    /// name has <see cref="RedisConnections.FindRedis"/>.
    /// </summary>
    IRedisPool? Find(string name);

    /// <summary>The names of all pools and clusters, in the order of the configuration.</summary>
    IReadOnlyCollection<string> Names { get; }
}

/// <summary>
/// A Redis server or cluster, shared by all who name it. Safe for concurrent use; no call blocks a thread, and each ends by its own
/// deadline whatever the server does. What goes wrong is told by the reply (<see cref="RedisReply.Failure"/>), not by an exception.
/// </summary>
public interface IRedisPool
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>Whether keys are spread over several servers: all keys of a script must then have one slot (a common <c>{tag}</c>).</summary>
    bool IsCluster { get; }

    /// <summary>Whether commands can be sent now; without it they fail at once.</summary>
    bool IsReady { get; }

    /// <summary>Sends a command.</summary>
    /// <param name="command">
    /// Name of the command in upper case, then its arguments; in a cluster the first argument is the key that chooses the server. The span
    /// is not used after the call returned.
    /// </param>
    /// <param name="call">How long it may take, and whether it may be sent twice.</param>
    /// <param name="cancellationToken">Ends the wait; the server may still execute the command.</param>
    /// <exception cref="ArgumentException">The command is empty, or one that changes or occupies the shared connection (<c>SELECT</c>, <c>MULTI</c>, <c>SUBSCRIBE</c>, <c>BLPOP</c>, …).</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    ValueTask<RedisReply> ExecuteAsync(ReadOnlySpan<RedisArgument> command, RedisCall call, CancellationToken cancellationToken = default);

    /// <summary>Runs a script, whose text is sent only to a server that does not know it.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its <c>KEYS</c>; the first one chooses the server of a cluster.</param>
    /// <param name="arguments">Its <c>ARGV</c>.</param>
    /// <param name="call">How long it may take, and whether it may be sent twice.</param>
    /// <param name="cancellationToken">Ends the wait; the server may still run the script.</param>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    ValueTask<RedisReply> EvaluateAsync(RedisScript script, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, RedisCall call, CancellationToken cancellationToken = default);
}

/// <summary>How a command is sent.</summary>
/// <param name="Timeout">The longest it may take with all its retries.</param>
public readonly record struct RedisCall(TimeSpan Timeout)
{
    /// <summary>
    /// Whether a command may be sent again when its connection broke before the answer came, which may execute it twice. Commands that
    /// surely did not run are sent again in any case.
    /// </summary>
    public bool IsRepeatable { get; init; }
}
