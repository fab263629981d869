using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>What the messages of one agent run through.</summary>
/// <param name="proxy">The compiled proxy pipeline.</param>
/// <param name="timeout">Time of one message.</param>
/// <param name="cut">Fires when no message may be worked on any more.</param>
internal sealed class AgentPipeline(ProxyHandler proxy, TimeSpan timeout, CancellationToken cut)
{
    /// <summary>One message; never throws for what the pipeline does.</summary>
    public async ValueTask<ProxyResult> CallAsync(RequestBody body, NameValueList? headers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (!body.IsBuffered)
            throw new ArgumentException("the body of a message is a buffered one (RequestBody.Of)", nameof(body));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cut);
        var deadline = Deadline.Start(timeout, either.Token);
        try
        {
            var result = await proxy(RequestOf(body, headers), deadline.Token).ConfigureAwait(false);
            return result.Error is null && deadline.IsExpired
                ? result with { Error = new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded) }
                : result;
        }
        catch (Exception exception)
        {
            return PipelineFault.Of(exception);
        }
        finally
        {
            deadline.Return();
        }
    }

    private ProxyRequest RequestOf(RequestBody body, NameValueList? headers)
    {
        // Storage of its own: the pipeline writes, and the driver may send the same message again.
        var own = new NameValueList(ignoreCase: true);
        foreach (ref readonly var header in headers is null ? default : headers.Items)
            own.Add(HeaderName.Canonicalize(header.Key), header.Value);
        // An empty one keeps the transport from adding the gateway's (NRC-221).
        if (!own.Contains("User-Agent"))
            own.Add("User-Agent", "");
        return new ProxyRequest
        {
            Method = "GET",
            Headers = own,
            Query = new NameValueList(ignoreCase: false),
            Parameters = new NameValueList(ignoreCase: false),
            Body = body,
            Deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds,
        };
    }
}
