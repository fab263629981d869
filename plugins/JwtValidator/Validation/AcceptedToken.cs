using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>
/// A token whose signature, issuer and audience were found good, with what follows from its claims alone. Immutable; the clock and the rejecters
/// judge it at each request.
/// </summary>
/// <param name="Claims">Its claims.</param>
/// <param name="Times">When it is valid.</param>
/// <param name="Access">What is missing of roles, scopes or claims that can be headers; <see cref="Refusal.None"/> when nothing is.</param>
/// <param name="Headers">Values of the propagated headers, in the order of the configuration.</param>
/// <param name="Ring">The keys that it was verified with.</param>
internal sealed record AcceptedToken(TokenClaims Claims, TokenTimes Times, Refusal Access, StringValues[] Headers, KeyRing Ring)
{
    /// <summary>Never the claims.</summary>
    public override string ToString() => "an accepted token";
}
