using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>May reject a request whose token was found valid: revoked, or against a policy.</summary>
public interface ITokenRejecter
{
    /// <summary>Judges a token.</summary>
    /// <param name="claims">The validated claims.</param>
    /// <param name="context">The exchange.</param>
    /// <param name="cancellationToken">Fires when the client leaves.</param>
    /// <returns>The refusal, whose status the client gets without a body, or <see langword="null"/> to let it pass. An exception refuses.</returns>
    ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken);
}
