using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit;

/// <summary>The buckets of one place and the clock that they live by. Outlives reloads that leave their configuration as it is (TRF-300).</summary>
internal sealed class LimitBuckets : IDisposable
{
    public LimitBuckets(TokenRate? shared, TokenRate? client, ClientTableOptions options, TimeProvider time)
    {
        Clock = new MonotonicClock(time);
        if (shared is { } rate)
            Shared = new TokenBucket(rate);
        if (client is { } own)
            Clients = new ClientTable(own, options, Clock, time);
    }

    public MonotonicClock Clock { get; }

    /// <summary>The bucket of all clients together, or <see langword="null"/>.</summary>
    public TokenBucket? Shared { get; }

    /// <summary>The bucket of each, or <see langword="null"/>.</summary>
    public ClientTable? Clients { get; }

    public void Dispose() => Clients?.Dispose();
}

/// <summary>
/// Refuses requests that are too many: of a client first, then of all together, when the client's token is spent nevertheless (TRF-027).
/// </summary>
/// <param name="buckets">The tokens.</param>
/// <param name="identity">Who is a client.</param>
/// <param name="context">Where refusals are noted.</param>
internal sealed class HttpLimit(LimitBuckets buckets, ClientIdentity? identity, IServiceContext context) : HttpGate
{
    private readonly MonotonicClock _clock = buckets.Clock;
    private readonly TokenBucket? _shared = buckets.Shared;
    private readonly ClientTable? _clients = buckets.Clients;

    /// <summary>Answer when the shared bucket is empty.</summary>
    public required Refusal Refusal { get; init; }

    /// <summary>Answer when the client's is, or there is no client.</summary>
    public required Refusal ClientRefusal { get; init; }

    /// <summary>What answers tell of the shared bucket; <see langword="null"/> for nothing.</summary>
    public RateHeaders? Headers { get; init; }

    /// <summary>What answers tell of the client's bucket; <see langword="null"/> for nothing.</summary>
    public RateHeaders? ClientHeaders { get; init; }

    /// <summary>Whether nothing is refused.</summary>
    public bool IsDry { get; init; }

    protected internal override ValueTask<bool> AdmitAsync(HttpContext exchange)
    {
        var now = _clock.Now;
        if (_clients is not null)
        {
            if (!identity!.TryRead(exchange, out var client))
                return RefuseAsync(exchange, ClientRefusal);
            var isAdmitted = _clients.TryTake(client, now, out var fullAt);
            ClientHeaders?.Add(exchange.Response.Headers, fullAt, now);
            if (!isAdmitted)
                return RefuseAsync(exchange, ClientRefusal, ClientHeaders, fullAt, now);
        }
        if (_shared is not null)
        {
            var isAdmitted = _shared.TryTake(now, out var fullAt);
            Headers?.Add(exchange.Response.Headers, fullAt, now);
            if (!isAdmitted)
                return RefuseAsync(exchange, Refusal, Headers, fullAt, now);
        }
        return new(true);
    }

    private ValueTask<bool> RefuseAsync(HttpContext exchange, Refusal refusal, RateHeaders? headers = null, long fullAt = 0, long now = 0)
    {
        context.NoteError(exchange, IsDry ? Refusal.DryText : Refusal.Text);
        if (IsDry)
            return new(true);
        headers?.AddRetry(exchange.Response.Headers, fullAt, now);
        return refusal.AnswerAsync(exchange);
    }
}
