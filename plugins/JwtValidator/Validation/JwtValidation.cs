using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Tokens;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>What an endpoint does with tokens.</summary>
internal sealed record ValidationOptions
{
    /// <summary>Where tokens are.</summary>
    public required TokenSource Source { get; init; }

    /// <summary>What is asked of them.</summary>
    public required TokenRules Rules { get; init; }

    /// <summary>Who may refuse them.</summary>
    public required IReadOnlyList<ITokenRejecter> Rejecters { get; init; }

    /// <summary>Tokens seen before, or <see langword="null"/>.</summary>
    public TokenCache? Cache { get; init; }

    /// <summary>Tolerance of clocks.</summary>
    public TimeSpan Leeway { get; init; }

    /// <summary>Whether requests without a token pass (AUT-222).</summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>Whether refusals carry <c>WWW-Authenticate</c> (AUT-223).</summary>
    public bool Challenges { get; init; }

    /// <summary>Whether refusals are logged (AUT-032).</summary>
    public bool LogsRefusals { get; init; }
}

/// <summary>
/// <c>auth/validator</c> in front of an endpoint (AUT-022): nothing passes but what was found valid. When keys and rejecters answer at once, so
/// does this.
/// </summary>
internal sealed partial class JwtValidation(ValidationOptions options, TimeProvider time, ILogger logger, string prefix) : IHttpMiddleware, IDisposable
{
    private readonly TokenJudge _judge = new(options.Rules);
    private readonly long _leeway = (long)options.Leeway.TotalMilliseconds;

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        options.Rules.Propagation.Clear(context.Request.Headers);
        if (!options.Source.TryFind(context.Request.Headers, out var text))
            return Refuse(context, Refusal.Ambiguous);
        if (text.IsNone)
            return options.AllowsAnonymous ? next(context) : Refuse(context, Refusal.NoToken);

        var hash = default(TokenHash);
        var cache = options.Cache;
        if (cache is not null)
        {
            // A text that is no ASCII is no token, which reading it will find out.
            if (text.Length > TokenCache.LongestToken || !TokenHash.TryOf(text.Span, out hash))
                cache = null;
            else if (cache.Find(hash) is { } known && _judge.IsCurrent(known))
                return Admit(context, next, known, hash);
        }
        var verdict = _judge.Judge(text, null);
        if (verdict.Keys is not null)
            return FetchAsync(context, next, text, verdict, cache, hash);
        return Conclude(context, next, verdict, cache, hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var issuer in options.Rules.Issuers)
            issuer.Dispose();
    }

    private async Task FetchAsync(HttpContext context, RequestDelegate next, TokenText text, Verdict verdict, TokenCache? cache, TokenHash hash)
    {
        Keys.KeyFetch fetched;
        try
        {
            fetched = await verdict.Keys!.FetchAsync(verdict.KeyName, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            await Refuse(context, Refusal.Abandoned).ConfigureAwait(false);
            return;
        }
        if (fetched.Ring is null)
        {
            await Refuse(context, fetched.Refusal, fetched.Detail).ConfigureAwait(false);
            return;
        }
        await Conclude(context, next, _judge.Judge(text, fetched.Ring), cache, hash).ConfigureAwait(false);
    }

    private Task Conclude(HttpContext context, RequestDelegate next, in Verdict verdict, TokenCache? cache, in TokenHash hash)
    {
        if (verdict.Token is not { } token)
            return Refuse(context, verdict.Refusal, JwsFaults.TextOf(verdict.Fault));
        cache?.Add(hash, token);
        return Admit(context, next, token, hash);
    }

    private Task Admit(HttpContext context, RequestDelegate next, AcceptedToken token, in TokenHash hash)
    {
        var refusal = token.Times.Check(time.GetUtcNow().ToUnixTimeMilliseconds(), _leeway);
        if (refusal != Refusal.None)
        {
            if (refusal == Refusal.Expired)
                options.Cache?.Remove(hash, token);
            return Refuse(context, refusal);
        }
        for (var i = 0; i < options.Rejecters.Count; i++)
        {
            var answer = options.Rejecters[i].RejectAsync(token.Claims, context, context.RequestAborted);
            if (!answer.IsCompletedSuccessfully)
                return AskAsync(context, next, token, i, answer);
            if (answer.Result is { } error)
                return Reject(context, error);
        }
        return Pass(context, next, token);
    }

    private async Task AskAsync(HttpContext context, RequestDelegate next, AcceptedToken token, int index, ValueTask<GatewayError?> answer)
    {
        while (true)
        {
            if (await answer.ConfigureAwait(false) is { } error)
            {
                await Reject(context, error).ConfigureAwait(false);
                return;
            }
            if (++index == options.Rejecters.Count)
                break;
            answer = options.Rejecters[index].RejectAsync(token.Claims, context, context.RequestAborted);
        }
        await Pass(context, next, token).ConfigureAwait(false);
    }

    private Task Pass(HttpContext context, RequestDelegate next, AcceptedToken token)
    {
        if (token.Access != Refusal.None)
            return Refuse(context, token.Access);
        options.Rules.Propagation.Apply(context.Request.Headers, token.Headers);
        context.Features.Set<IClaims>(token.Claims);
        return next(context);
    }

    private Task Reject(HttpContext context, GatewayError error)
    {
        // A verdict that is no failure would let the answer look like a success.
        var status = error.StatusCode is >= 400 and <= 599 ? error.StatusCode : StatusCodes.Status401Unauthorized;
        return Refuse(context, Refusal.Rejected, error.Message, status);
    }

    private Task Refuse(HttpContext context, Refusal refusal, string detail = "", int status = 0)
    {
        if (options.LogsRefusals)
            Log.Refused(logger, prefix, Refusals.TextOf(refusal), detail.Length > 0 ? ": " : "", detail);
        var response = context.Response;
        response.StatusCode = status > 0 ? status : Refusals.StatusOf(refusal);
        response.ContentLength = 0;
        if (options.Challenges && response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            response.Headers[HeaderNames.WWWAuthenticate] = Refusals.ChallengeOf(refusal);
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[JWTValidator] {Reason}{Colon}{Detail}")]
        public static partial void Refused(ILogger logger, string prefix, string reason, string colon, string detail);
    }
}
