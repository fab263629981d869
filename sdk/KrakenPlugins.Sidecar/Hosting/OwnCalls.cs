using System.Net.Http.Headers;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>
/// Calls of components' own, over the platform's client: proxies of the environment, the system's certificates; what the gateway's configuration
/// says of <c>client_tls</c> does not reach the process.
/// </summary>
internal sealed class OwnCalls : IOutgoingCalls, IDisposable
{
    private readonly Lazy<HttpMessageInvoker> _proxied = new(static () => Client(useProxy: true));
    private readonly Lazy<HttpMessageInvoker> _direct = new(static () => Client(useProxy: false));

    /// <inheritdoc/>
    public async ValueTask<OutgoingResult> SendAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Timeout);
        try
        {
            using var request = RequestOf(call);
            using var response = await (call.IsDirect ? _direct : _proxied).Value.SendAsync(request, limit.Token).ConfigureAwait(false);
            return await AnswerOfAsync(call, response, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new GatewayError(GatewayErrorKind.Timeout, cancellationToken.IsCancellationRequested ? GatewayError.ContextCanceled : $"{call.Address.Host}: {GatewayError.DeadlineExceeded}");
        }
        catch (HttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Connection, $"{call.Address.Host}: {exception.HttpRequestError}", exception: exception);
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.Payload, $"{call.Address.Host}: {exception.Message}", exception: exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in (Lazy<HttpMessageInvoker>[])[_proxied, _direct])
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    private static HttpMessageInvoker Client(bool useProxy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = useProxy,
    });

    private static HttpRequestMessage RequestOf(OutgoingCall call)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), new Uri(call.Address.Host + call.Address.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (!call.Body.IsEmpty)
            request.Content = new ReadOnlyMemoryContent(call.Body);
        foreach (var (name, value) in call.Headers.Items)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        if (call.Address.Host.Authorization is { } authorization && !request.Headers.NonValidated.Contains("Authorization"))
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    private static async ValueTask<OutgoingResult> AnswerOfAsync(OutgoingCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (bytes.Length + count > call.MaxAnswer)
                return new GatewayError(GatewayErrorKind.Payload, $"{call.Address.Host}: the answer is larger than {call.MaxAnswer} bytes");
            bytes.Write(buffer, 0, count);
        }
        var headers = new NameValueList(ignoreCase: true);
        Copy(response.Headers, headers);
        Copy(response.Content.Headers, headers);
        return new OutgoingAnswer((int)response.StatusCode, headers, bytes.ToArray());
    }

    private static void Copy(HttpHeaders from, NameValueList to)
    {
        foreach (var (name, values) in from.NonValidated)
        {
            if (name is "Connection" or "Keep-Alive" or "Transfer-Encoding" or "Upgrade" or "Trailer" or "Proxy-Authenticate")
                continue;
            foreach (var value in values)
                to.Add(name, value);
        }
    }
}
