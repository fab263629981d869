using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Credentials;

/// <summary>Where a <see cref="Renewed{T}"/> gets its value from. Safe for concurrent use.</summary>
/// <typeparam name="T">What is fetched.</typeparam>
public interface IRenewalSource<T> where T : class
{
    /// <summary>Time that one fetch may take.</summary>
    TimeSpan Limit { get; }

    /// <summary>Fetches a value, and logs why it cannot. Its message must not hold secrets.</summary>
    /// <param name="cancellationToken">Fires when the limit has passed or nobody can want the value any more.</param>
    ValueTask<Fetched<T>> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>The outcome of a fetch: a value or a failure.</summary>
/// <typeparam name="T">What is fetched.</typeparam>
/// <param name="Value">The value, or <see langword="null"/>.</param>
/// <param name="GoodFor">How long it may be used from now on; <see langword="null"/> for ever.</param>
/// <param name="Error">Why there is none.</param>
public readonly record struct Fetched<T>(T? Value, TimeSpan? GoodFor, GatewayError? Error) where T : class
{
    /// <summary>A failure.</summary>
    public static implicit operator Fetched<T>(GatewayError error) => new(null, null, error);
}
