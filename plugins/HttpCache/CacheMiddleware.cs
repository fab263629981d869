using System.Security.Cryptography;
using KrakenPlugins.HttpCache.Calls;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache;

/// <summary>
/// The cache in front of a backend's HTTP call. Where Martian changes the backend's answers, what it made of them is what is kept: this half
/// then hands them on, and <see cref="CacheOutside"/> keeps them.
/// </summary>
/// <param name="core">The cache.</param>
/// <param name="isSplit">Whether there is an outer half.</param>
internal sealed class CacheMiddleware(CacheCore core, bool isSplit) : IClientMiddleware
{
    private const int MostKeyedBody = 64 << 10;
    private const int KeyCharacters = 512;

    private static readonly string[] s_conditions = ["If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"];

    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        if (request.Host is null || request.Method is not ("GET" or "HEAD"))
            return ChangeAsync(request, next, cancellationToken);
        if (request.Headers.Contains("Range"))
            return BypassAsync(request, next, "partial", cancellationToken);
        if (!request.Body.IsEmpty)
            return FindWithBodyAsync(request, next, cancellationToken);

        // Most requests are hits, which need neither a text of their own nor a state machine.
        var directives = CacheControl.Of(request.Headers);
        var now = core.Time.GetUtcNow();
        string key;
        var text = new KeyText(stackalloc char[KeyCharacters]);
        try
        {
            core.Keys.Write(ref text, request.Method, request, "");
            if (core.Bucket.Find(text.Text, request.Headers) is { } entry && entry.Serves(directives, now))
                return new(Hit(entry, Outcome.Hit, now));
            key = text.Text.ToString();
        }
        finally
        {
            text.Dispose();
        }
        return FetchAsync(new CacheCall(core, key, request, directives), request, next, cancellationToken);
    }

    // Some backends let a body steer what they answer to GET: without it in the key one client could choose what all others get.
    private async ValueTask<ClientResult> FindWithBodyAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        if (!request.Body.IsBuffered)
        {
            if (request.Body.Length is null or > MostKeyedBody)
                return await BypassAsync(request, next, "bypass", cancellationToken).ConfigureAwait(false);
            try
            {
                await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded) { IsNeutral = true };
            }
            catch (IOException exception)
            {
                return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message, exception: exception);
            }
        }
        var directives = CacheControl.Of(request.Headers);
        var key = core.Keys.Of(request.Method, request, Convert.ToHexString(SHA256.HashData(request.Body.Bytes.Span)));
        var now = core.Time.GetUtcNow();
        if (core.Bucket.Find(key, request.Headers) is { } entry && entry.Serves(directives, now))
            return Hit(entry, Outcome.Hit, now);
        return await FetchAsync(new CacheCall(core, key, request, directives), request, next, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ClientResult> FetchAsync(CacheCall call, ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var isConditional = IsConditional(request.Headers);
        var directives = call.Directives;
        if (directives.NoCache)
            call.Reason = "request";
        var mayWait = core.Collapses && directives is { NoCache: false, NoStore: false, OnlyIfCached: false } && !isConditional && !core.Bucket.Flights.IsPass(call.Key);
        var outcome = Outcome.Hit;
        while (mayWait)
        {
            if (core.Bucket.Flights.TryBegin(FlightKey(call), out var flight))
            {
                call.Flight = flight;
                break;
            }
            var end = await WaitAsync(flight, cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
                return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
            outcome = Outcome.Collapsed;
            mayWait = end == FlightEnd.Abandoned;
        }
        try
        {
            return await AnswerAsync(call, request, next, isConditional, outcome, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            call.End(FlightEnd.Abandoned);
            throw;
        }
    }

    private async ValueTask<ClientResult> AnswerAsync(CacheCall call, ProxyRequest request, ClientHandler next, bool isConditional, Outcome outcome, CancellationToken cancellationToken)
    {
        var now = core.Time.GetUtcNow();
        call.Version = core.Bucket.VersionOf(call.Key);
        // Another call may have brought the answer in the meantime.
        var known = core.Bucket.Find(call.Key, request.Headers);
        if (known?.Serves(call.Directives, now) != true && call.Directives is { NoCache: false } && core.Shared is { } shared
            && await shared.FindAsync(call.Key, request.Headers, cancellationToken).ConfigureAwait(false) is { } found)
        {
            known = found;
            if (core.Bucket.Store(call.Key, call.Headers, found, call.Version))
                core.MakeRoom();
        }
        if (known?.Serves(call.Directives, now) == true)
        {
            call.End(FlightEnd.Stored);
            return Hit(known, outcome, now);
        }
        if (call.Directives.OnlyIfCached)
        {
            core.Metrics.Count(Outcome.Miss);
            return new SyntheticResponse(ReadOnlyMemory<byte>.Empty, 504);
        }
        call.Known = known;
        if (known is not null && call.Reason == "miss")
            call.Reason = "stale";
        var asks = known is { HasValidator: true } && !isConditional && !call.Directives.NoCache;
        var result = await CallAsync(call, request, next, asks ? known : null, cancellationToken).ConfigureAwait(false);
        if (asks && result.Response is { StatusCode: 304 } confirmation)
        {
            if (!call.IsElsewhere(confirmation) && Confirms(known!, confirmation.Headers))
                return Confirm(call, confirmation);
            confirmation.Dispose();
            core.Bucket.Remove(call.Key);
            result = await CallAsync(call, request, next, null, cancellationToken).ConfigureAwait(false);
        }
        return await EndAsync(call, request, result, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ClientResult> EndAsync(CacheCall call, ProxyRequest request, ClientResult result, CancellationToken cancellationToken)
    {
        if (result.Response is not { } response)
        {
            var isOver = cancellationToken.IsCancellationRequested || request.IsAbandoned || request.ClientAborted.IsCancellationRequested;
            call.End(isOver ? FlightEnd.Abandoned : FlightEnd.Passed);
            return !isOver && StandIn(call) is { } stale ? stale : result;
        }
        if (response.StatusCode >= 500 && StandIn(call) is { } other)
        {
            call.End(FlightEnd.Passed);
            response.Dispose();
            return other;
        }
        core.Metrics.Count(Outcome.Miss);
        call.IsRedirected = call.IsElsewhere(response);
        return isSplit ? new FetchedResponse(call, response) : await Keeping.FinishAsync(call, response, cancellationToken).ConfigureAwait(false);
    }

    private CachedResponse? StandIn(CacheCall call)
    {
        var now = core.Time.GetUtcNow();
        return call.Known is { } known && known.StandsIn(call.Directives, now) ? Hit(known, Outcome.Stale, now) : null;
    }

    private async ValueTask<ClientResult> CallAsync(CacheCall call, ProxyRequest request, ClientHandler next, Entry? asked, CancellationToken cancellationToken)
    {
        call.AskedAt = core.Time.GetUtcNow();
        if (asked?.ETag is { } tag)
            request.Headers.Set("If-None-Match", tag);
        if (asked?.LastModified is { } modified)
            request.Headers.Set("If-Modified-Since", modified);
        try
        {
            return await next(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            call.AnsweredAt = core.Time.GetUtcNow();
            if (asked is not null)
            {
                request.Headers.Remove("If-None-Match");
                request.Headers.Remove("If-Modified-Since");
            }
        }
    }

    private ClientResult Confirm(CacheCall call, ClientResponse confirmation)
    {
        var headers = confirmation.Headers.Fork();
        confirmation.Dispose();
        return isSplit ? new ConfirmedResponse(call, headers) : Keeping.Confirm(call, headers);
    }

    // A 304 that names another version is about an answer that is not here (RFC 9111, 4.3.4).
    private static bool Confirms(Entry known, NameValueList headers) =>
        known.ETag is not { } tag || headers.Get("ETag") is not { } named || WithoutWeakness(tag).SequenceEqual(WithoutWeakness(named));

    private static ReadOnlySpan<char> WithoutWeakness(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag.AsSpan(2) : tag;

    // Each waits for itself: until its own time is up, or half of it, so that it can still call when the one in front hangs.
    private async ValueTask<FlightEnd> WaitAsync(Flight flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.Completion.WaitAsync(core.MostWait, core.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return FlightEnd.Passed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FlightEnd.Passed;
        }
    }

    private string FlightKey(CacheCall call)
    {
        var rule = core.Bucket.RuleOf(call.Key);
        if (rule.Length == 0)
            return call.Key;
        var text = new KeyText(stackalloc char[KeyCharacters]);
        try
        {
            text.Add(call.Key);
            CacheKeys.WriteVariant(ref text, rule, call.Headers);
            return text.Text.ToString();
        }
        finally
        {
            text.Dispose();
        }
    }

    private ValueTask<ClientResult> BypassAsync(ProxyRequest request, ClientHandler next, string reason, CancellationToken cancellationToken)
    {
        core.Metrics.Count(Outcome.Bypass);
        return core.StatusName is null ? next(request, cancellationToken) : TellAsync(request, next, reason, cancellationToken);
    }

    private async ValueTask<ClientResult> TellAsync(ProxyRequest request, ClientHandler next, string reason, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        return result.Response is { } response ? new ForwardedResponse(response, CacheStatus.Forwarded(core.StatusName!, reason)) : result;
    }

    // What changes a resource makes what is kept of it out of date (RFC 9111, 4.4).
    private async ValueTask<ClientResult> ChangeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var result = await BypassAsync(request, next, "method", cancellationToken).ConfigureAwait(false);
        if (request.Host is not null && request.Method is not ("OPTIONS" or "TRACE") && result.Response is { StatusCode: >= 200 and < 400 })
        {
            await core.WithdrawAsync(core.Keys.Of("GET", request, ""), cancellationToken).ConfigureAwait(false);
            await core.WithdrawAsync(core.Keys.Of("HEAD", request, ""), cancellationToken).ConfigureAwait(false);
        }
        return result;
    }

    private CachedResponse Hit(Entry entry, Outcome outcome, DateTimeOffset now)
    {
        core.Metrics.Count(outcome);
        return new CachedResponse(entry, outcome, now, core.StatusName);
    }

    private static bool IsConditional(NameValueList headers)
    {
        foreach (var condition in s_conditions)
        {
            if (headers.Contains(condition))
                return true;
        }
        return false;
    }
}
