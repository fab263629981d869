using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Credentials;

/// <summary>A token that goes to a backend in a header.</summary>
/// <param name="headerValue">The header's value: printable ASCII. A secret.</param>
public sealed class AccessToken(string headerValue)
{
    /// <summary>The header's value.</summary>
    public string HeaderValue { get; } = headerValue;

    /// <summary>Whether a text can be a token in a header: printable ASCII without spaces, of a size that servers take.</summary>
    public static bool IsPlain(string text) => text.Length is > 0 and <= 32 << 10 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Nothing of the token.</summary>
    public override string ToString() => nameof(AccessToken);
}

/// <summary>
/// Puts a token into a header of each call, in place of what the client sent, and drops the token when the backend answers 401 (AUT-124).
/// </summary>
/// <param name="header">Canonical name of the header.</param>
/// <param name="tokens">The token.</param>
/// <param name="source">Where it comes from.</param>
public sealed class TokenMiddleware(string header, Renewed<AccessToken> tokens, IRenewalSource<AccessToken> source) : IClientMiddleware
{
    /// <summary>
    /// A token that has just come is not dropped for a 401: a backend that answers so for reasons of its own would else cost a token per call
    /// (AUT-286).
    /// </summary>
    public static TimeSpan SettlingTime { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(next);
        return tokens.Current is { } token ? SendAsync(token, request, next, cancellationToken) : FetchAsync(request, next, cancellationToken);
    }

    private async ValueTask<ClientResult> FetchAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var fetched = await tokens.GetAsync(source, cancellationToken).ConfigureAwait(false);
        return fetched.Value is { } token ? await SendAsync(token, request, next, cancellationToken).ConfigureAwait(false) : fetched.Error!;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ClientResult> SendAsync(AccessToken token, ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        HopByHop.Settle(request.Headers);
        request.Headers.Set(header, token.HeaderValue);
        request.CredentialHeader = header;
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Response?.StatusCode == 401)
            tokens.Invalidate(token, SettlingTime);
        return result;
    }
}
