using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>Executes calls for one set of client options: picks a connection, sends again where that is safe, follows redirects.</summary>
internal sealed class HttpCaller
{
    public HttpCaller(PoolSet pools)
    {
        Pools = pools;
        Handler = InvokeAsync;
    }

    public PoolSet Pools { get; }

    public ClientHandler Handler { get; }

    private ValueTask<ClientResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken) =>
        Pools.Options.SendBodyOnRedirect && !Pools.Options.NoRedirect && !request.Body.IsBuffered
            ? BufferAndSendAsync(request, cancellationToken)
            : SendAsync(request, null, cancellationToken);

    private async ValueTask<ClientResult> BufferAndSendAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TransportErrors.Cancelled(request, waitedForClient: true);
        }
        catch (IOException exception)
        {
            return TransportErrors.RequestBody(exception);
        }
        return await SendAsync(request, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One hop, and the hops after it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ClientResult> SendAsync(ProxyRequest request, RedirectChain? chain, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return TransportErrors.Cancelled(request);
        if (request.Host is not { } host)
            return new GatewayError(GatewayErrorKind.Internal, "no hosts available");
        var affinity = request.Affinity;
        var pool = affinity is null ? HostState.Of(host).GetPool(Pools, host) : Pools.GetPool(host, affinity.Owner);
        if (!pool.IsCallable)
            return TransportErrors.Rejected("net/http: invalid host");
        if (RequestHead.TryWrite(request, host, pool, out var outgoing) is { } invalid)
            return invalid;

        Http1Connection? connection;
        try
        {
            var mayRetry = true;
            while (true)
            {
                connection = mayRetry ? TakeKept(affinity, pool) : null;
                if (connection is null && affinity is { RequiresKept: true })
                    return new GatewayError(GatewayErrorKind.Connection, $"{pool.Peer} has closed the connection that the call belongs to");
                connection ??= mayRetry ? pool.Take() : null;
                var isReused = connection is not null;
                if (connection is null)
                {
                    var dialled = await ConnectAsync(pool, request, cancellationToken).ConfigureAwait(false);
                    if (dialled.Connection is null)
                        return dialled.Error!;
                    connection = dialled.Connection;
                }
                var error = await connection.ExchangeAsync(request, host, outgoing, cancellationToken).ConfigureAwait(false);
                if (error is null)
                    break;
                if (!isReused || affinity is { RequiresKept: true } || error.Kind != GatewayErrorKind.Connection || connection.HasAnswer || !IsRepeatable(request, outgoing, connection))
                    return error;
                HttpTransport.Log.Retry(Pools.Transport.Logger, pool.Peer, error.Message);
                mayRetry = false;
            }
        }
        finally
        {
            outgoing.Head.Return();
        }
        var response = new Http1Response(connection);
        if (!Pools.Options.NoRedirect && !request.StopsAtRedirect && RedirectChain.IsRedirect(response.StatusCode))
            return await FollowAsync(request, response, chain ?? new RedirectChain(host), outgoing.AskedForGzip, cancellationToken).ConfigureAwait(false);
        return Finish(response, outgoing.AskedForGzip);
    }

    private async ValueTask<ClientResult> FollowAsync(ProxyRequest request, Http1Response response, RedirectChain chain, bool askedForGzip, CancellationToken cancellationToken)
    {
        var step = chain.Next(request, response, Pools.Options.SendBodyOnRedirect);
        if (step.Request is null && step.Error is null)
            return Finish(response, askedForGzip);
        response.Dispose();
        return step.Error is { } error ? error : await SendAsync(step.Request!, chain, cancellationToken).ConfigureAwait(false);
    }

    private ClientResult Finish(Http1Response response, bool askedForGzip)
    {
        if (askedForGzip && response.HasBody && string.Equals(response.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase))
            return GzipResponse.Inflate(response, Pools.Transport.Limits);
        return response;
    }

    private static Http1Connection? TakeKept(ConnectionAffinity? affinity, ConnectionPool pool)
    {
        if (affinity?.TakeKept() is not KeptConnection kept)
            return null;
        if (ReferenceEquals(kept.Pool, pool))
            return kept.Resume();
        kept.Dispose();
        return null;
    }

    private static async ValueTask<(Http1Connection? Connection, GatewayError? Error)> ConnectAsync(ConnectionPool pool, ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (await pool.ConnectAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
        {
            return (null, cancellationToken.IsCancellationRequested ? TransportErrors.Cancelled(request) : TransportErrors.Connection(TransportErrors.Dial, pool.Peer, exception));
        }
    }

    /// <summary>
    /// Whether a request that failed on a connection from the pool, before any answer, may go out again: when nothing was written, or
    /// when the method is idempotent and every byte of the request is still here (RFC 9110, 9.2.2).
    /// </summary>
    private static bool IsRepeatable(ProxyRequest request, in OutgoingRequest outgoing, Http1Connection connection)
    {
        if (outgoing.Reader is not null && connection.HasWritten)
            return false;
        return !connection.HasWritten || request.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE";
    }
}
