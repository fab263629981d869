using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>What becomes of a backend's answer once everything that changes it has seen it.</summary>
internal static class Keeping
{
    /// <summary>Keeps the answer of a call, if it may, and gives what the client gets.</summary>
    public static async ValueTask<ClientResult> FinishAsync(CacheCall call, ClientResponse response, CancellationToken cancellationToken)
    {
        var core = call.Core;
        var directives = CacheControl.Of(response.Headers);
        var freshness = core.FreshnessOf(call, response.Headers, directives);
        if (!core.MayKeep(call, response.StatusCode, response.Headers, directives, freshness) || IsTooLarge(call, response))
        {
            // What was kept is out of date, unless the backend only fails for now, or answers what this one client asked for.
            if (call.Known is not null && !call.Directives.NoStore && response.StatusCode is < 500 and not (206 or 304 or 412 or 416))
                core.Bucket.Remove(call.Key);
            call.Pass();
            return Forward(call, response);
        }
        if (response.ContentLength > CacheCore.EagerBytes && !call.IsHead)
        {
            call.End(FlightEnd.Passed);
            return Forward(call, new StoringResponse(response, call, new PooledBytes(), freshness));
        }
        return await ReadAsync(call, response, freshness, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refreshes the answer that the backend confirmed, and gives it to the client (MAN-126).</summary>
    /// <param name="call">The call.</param>
    /// <param name="headers">Headers of the 304.</param>
    public static CachedResponse Confirm(CacheCall call, NameValueList headers)
    {
        var core = call.Core;
        // An answer without a date of its own is as old as its confirmation.
        var merged = call.Known!.Refreshed(headers, default, call.AnsweredAt);
        var directives = CacheControl.Of(merged.Headers);
        var freshness = core.FreshnessOf(call, merged.Headers, directives);
        var entry = call.Known.Refreshed(headers, freshness, call.AnsweredAt);
        // What a 304 adds may be meant for one client as much as what a whole answer says: a new session, say.
        var isKept = core.MayKeep(call, entry.Status, entry.Headers, directives, freshness) && core.Store(call, entry);
        if (!isKept && !call.Directives.NoStore)
            core.Bucket.Remove(call.Key);
        call.End(isKept ? FlightEnd.Stored : FlightEnd.Passed);
        core.Metrics.Count(Outcome.Revalidated);
        return new CachedResponse(entry, Outcome.Revalidated, core.Time.GetUtcNow(), core.StatusName);
    }

    /// <summary>An answer that is not kept, as the client gets it.</summary>
    public static ClientResponse Forward(CacheCall call, ClientResponse response) =>
        call.Core.StatusName is { } name ? new ForwardedResponse(response, CacheStatus.Forwarded(name, call.Reason)) : response;

    private static bool IsTooLarge(CacheCall call, ClientResponse response) =>
        !call.IsHead && response.ContentLength is { } length && (length > CacheCore.MostBytes || !call.Core.Bucket.Fits(Entry.SizeOf(response.Headers, length)));

    // A short body is read before anybody gets the answer: a slow client keeps nobody waiting, and those who wait get it as a whole.
    private static async ValueTask<ClientResult> ReadAsync(CacheCall call, ClientResponse response, Freshness freshness, CancellationToken cancellationToken)
    {
        // An announced length is only a promise: memory is taken as bytes arrive.
        var bytes = new PooledBytes((int)Math.Min(call.IsHead ? 0 : response.ContentLength ?? 4096, 64 << 10));
        try
        {
            while (bytes.Length <= CacheCore.EagerBytes)
            {
                var read = await response.ReadAsync(bytes.GetMemory(), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return Keep(call, response, bytes, freshness);
                bytes.Advance(read);
            }
            call.End(FlightEnd.Passed);
            return Forward(call, new StoringResponse(response, call, bytes, freshness));
        }
        catch (IOException exception)
        {
            // The client sees what there is, and where it breaks off, as it would without a cache.
            call.End(FlightEnd.Passed);
            return new StoringResponse(response, call, bytes, freshness, exception);
        }
        catch
        {
            call.End(FlightEnd.Abandoned);
            bytes.Dispose();
            response.Dispose();
            if (!cancellationToken.IsCancellationRequested)
                throw;
            return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
        }
    }

    private static ClientResult Keep(CacheCall call, ClientResponse response, PooledBytes bytes, Freshness freshness)
    {
        var core = call.Core;
        if (!call.IsHead && response.ContentLength is { } announced && announced != bytes.Length)
        {
            call.Pass();
            return new StoringResponse(response, call, bytes, freshness, new IOException("the body has another length than announced"));
        }
        var entry = call.Entry(response, bytes.Span.ToArray(), freshness);
        bytes.Dispose();
        response.Dispose();
        var isKept = core.Store(call, entry);
        if (isKept)
            call.End(FlightEnd.Stored);
        else
            call.Pass();
        return new CachedResponse(entry, Outcome.Miss, core.Time.GetUtcNow(), core.StatusName);
    }
}
