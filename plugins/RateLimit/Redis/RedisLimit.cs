using System.Runtime.CompilerServices;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>
/// Refuses requests that are too many for all gateways together: each asks Redis, once (TRF-082 to TRF-088). Every decision is Redis' own; the
/// gateway keeps nothing of the buckets.
/// </summary>
/// <param name="buckets">The tokens.</param>
/// <param name="context">Where refusals are noted.</param>
/// <param name="failures">Where failures of Redis are told.</param>
internal sealed class RedisLimit(RedisBuckets buckets, IServiceContext context, FailureLog failures) : HttpGate
{
    private const string FailureText = "rate limit not decided: no answer of Redis";

    private readonly ClientIdentity? _identity = buckets.Identity;

    /// <summary>How long a decision may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Whether requests go on while Redis does not decide.</summary>
    public bool AllowsOnFailure { get; init; }

    /// <inheritdoc cref="HttpLimit.Refusal"/>
    public required Refusal Refusal { get; init; }

    /// <inheritdoc cref="HttpLimit.ClientRefusal"/>
    public required Refusal ClientRefusal { get; init; }

    /// <inheritdoc cref="HttpLimit.Headers"/>
    public RateHeaders? Headers { get; init; }

    /// <inheritdoc cref="HttpLimit.ClientHeaders"/>
    public RateHeaders? ClientHeaders { get; init; }

    /// <inheritdoc cref="HttpLimit.IsDry"/>
    public bool IsDry { get; init; }

    protected internal override ValueTask<bool> AdmitAsync(HttpContext exchange)
    {
        string? client = null;
        if (_identity is not null && !_identity.TryReadText(exchange, out client))
            return RefuseAsync(exchange, ClientRefusal, null, 0);
        var reply = buckets.TakeAsync(client, Headers is not null || ClientHeaders is not null, Timeout);
        return reply.IsCompletedSuccessfully ? SettleAsync(exchange, reply.Result) : WaitAsync(exchange, reply);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(HttpContext exchange, ValueTask<RedisReply> reply) =>
        await SettleAsync(exchange, await reply.ConfigureAwait(false)).ConfigureAwait(false);

    private ValueTask<bool> SettleAsync(HttpContext exchange, in RedisReply reply)
    {
        if (!BucketDecision.TryRead(reply, out var decision))
            return FailAsync(exchange, reply);
        var (own, shared) = _identity is null ? (0L, decision.First) : (decision.First, decision.Second);
        var isClientRefused = decision.Refusing == 1 && _identity is not null;
        ClientHeaders?.Add(exchange.Response.Headers, own, 0);
        if (!isClientRefused)
            Headers?.Add(exchange.Response.Headers, shared, 0);
        if (decision.Refusing == 0)
            return new(true);
        return isClientRefused ? RefuseAsync(exchange, ClientRefusal, ClientHeaders, own) : RefuseAsync(exchange, Refusal, Headers, shared);
    }

    private ValueTask<bool> RefuseAsync(HttpContext exchange, Refusal refusal, RateHeaders? headers, long away)
    {
        context.NoteError(exchange, IsDry ? Refusal.DryText : Refusal.Text);
        if (IsDry)
            return new(true);
        headers?.AddRetry(exchange.Response.Headers, away, 0);
        return refusal.AnswerAsync(exchange);
    }

    private ValueTask<bool> FailAsync(HttpContext exchange, in RedisReply reply)
    {
        failures.Note(reply);
        if (AllowsOnFailure)
            return new(true);
        context.NoteError(exchange, FailureText);
        exchange.Response.StatusCode = StatusCodes.Status500InternalServerError;
        exchange.Response.ContentLength = 0;
        return new(false);
    }
}
