using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4;

/// <summary>
/// Takes <c>X-Amz-*</c> and <c>Authorization</c> of a client away before anything of the gateway adds its own: what is signed, the service does in the
/// gateway's name. Names that <c>input_headers</c> lists by themselves, not with <c>*</c>, stay (AUT-289).
/// </summary>
internal sealed class ClearedHeaders(ConfigNode? inputHeaders) : IProxyMiddleware
{
    private readonly string[] _listed = [.. inputHeaders?.Items.Select(static i => i.Text).Where(SigV4Headers.IsAmazon) ?? []];

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var headers = request.Headers;
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            var name = headers[i].Key;
            if (SigV4Headers.IsAmazon(name) && !_listed.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.Remove(name);
                i = Math.Min(i, headers.Count);
            }
        }
        headers.Remove("Authorization");
        return next(request, cancellationToken);
    }
}

/// <summary>Headers of signatures.</summary>
internal static class SigV4Headers
{
    public const string Date = "X-Amz-Date";
    public const string ContentHash = "X-Amz-Content-Sha256";
    public const string SecurityToken = "X-Amz-Security-Token";

    /// <summary>Whether a header means something to the services of Amazon.</summary>
    public static bool IsAmazon(string name) => name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase);
}
