using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>
/// Claims that a <c>url_pattern</c> of the endpoint names, as parameters <c>JWT.claim</c> for body generators, policies and scripts (AUT-052).
/// </summary>
internal sealed class ClaimParameters : IProxyMiddleware
{
    private const string Prefix = "JWT.";

    private readonly (string Parameter, string Claim)[] _claims;

    private ClaimParameters(IEnumerable<string> claims) => _claims = [.. claims.Select(static claim => (Prefix + claim, claim))];

    /// <summary>The component of an endpoint, or <see langword="null"/> when no pattern names a claim.</summary>
    public static ClaimParameters? Of(IEndpointContext context)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var backend in context.Endpoint["backend"]?.Items ?? [])
        {
            if (backend["url_pattern"] is { Kind: ConfigKind.String } pattern)
                Collect(pattern.Text, names);
        }
        return names.Count == 0 ? null : new ClaimParameters(names);
    }

    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        if (request.Claims is { } claims)
        {
            foreach (var (parameter, claim) in _claims)
            {
                if (claims.GetText(claim) is { } text)
                    request.Parameters.Set(parameter, text);
            }
        }
        return next(request, cancellationToken);
    }

    private static void Collect(string pattern, HashSet<string> names)
    {
        for (var start = pattern.IndexOf('{', StringComparison.Ordinal); start >= 0; start = pattern.IndexOf('{', start + 1))
        {
            var end = pattern.IndexOf('}', start);
            if (end < 0)
                return;
            var name = pattern.AsSpan(start + 1, end - start - 1);
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length)
                names.Add(name[Prefix.Length..].ToString());
        }
    }
}
