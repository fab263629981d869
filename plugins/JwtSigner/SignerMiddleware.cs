using System.Security.Cryptography;
using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtSigner;

/// <summary>Signs fields of the answer, and answers itself (AUT-058 to AUT-062).</summary>
internal sealed partial class SignerMiddleware(SigningKey key, IReadOnlyList<string> fields, bool isFull, ILogger logger, string prefix) : IProxyMiddleware
{
    private const string ContentType = "application/json; charset=utf-8";

    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        if (key.Issuer is not { } issuer)
            return Refusal(401, null);
        var (response, error) = await next(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var reason = error?.Message ?? (response?.Data is null ? "the backends' answer is empty" : null);
            if (reason is not null)
            {
                Log.Failed(logger, prefix, reason);
                return Refusal(400, error);
            }
            return Answer(issuer, response!);
        }
        catch (Exception exception) when (exception is CryptographicException or InvalidOperationException or InvalidDataException or BufferLimitException)
        {
            Log.Failed(logger, prefix, exception.Message);
            return Refusal(400, null);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private ProxyResult Answer(JwsIssuer issuer, ProxyResponse response)
    {
        var tree = response.Data!.Tree;
        foreach (var field in fields)
        {
            if (tree.TryGet(field, out var value) && value is DataObject claims)
                tree[field] = new DataString(Sign(issuer, claims));
        }
        return new ProxyResponse
        {
            IsComplete = response.IsComplete,
            Final = new SyntheticResponse(DataJson.ToUtf8(tree), response.StatusCode >= 200 ? response.StatusCode : 200, Headers(response.Headers)),
        };
    }

    private string Sign(JwsIssuer issuer, DataObject claims)
    {
        using var payload = new PooledBytes();
        DataJson.Write(payload, claims);
        return isFull ? issuer.Flattened(payload.Span) : issuer.Compact(payload.Span);
    }

    /// <summary>The first value of each header of the answer.</summary>
    private static NameValueList Headers(NameValueList? from)
    {
        var headers = new NameValueList(ignoreCase: true);
        if (from is not null)
        {
            foreach (ref readonly var header in from.Items)
            {
                if (!headers.Contains(header.Key) && !IsOwn(header.Key))
                    headers.Add(header.Key, header.Value);
            }
        }
        headers.Add("Content-Type", ContentType);
        return headers;
    }

    private static bool IsOwn(string name) =>
        name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);

    private static ProxyResult Refusal(int status, GatewayError? error) =>
        new(new ProxyResponse { Final = new SyntheticResponse(ReadOnlyMemory<byte>.Empty, status) }, error);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[JWTSigner] {Reason}")]
        public static partial void Failed(ILogger logger, string prefix, string reason);
    }
}
