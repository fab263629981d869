using System.Text;
using KrakenPlugins.JwtValidator.Claims;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>Roles or scopes that a token must have (AUT-019 to AUT-021).</summary>
/// <param name="path">Claim that holds them.</param>
/// <param name="wanted">What is asked for, at least one.</param>
/// <param name="needsAll">Whether each is needed; one suffices otherwise.</param>
internal sealed class AccessRule(ClaimPath path, IReadOnlyList<string> wanted, bool needsAll)
{
    private readonly byte[][] _wanted = [.. wanted.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether the claims fulfil it.</summary>
    public bool IsFulfilled(TokenClaims claims) =>
        path.TryFind(claims, out var value) && value.HoldsAll(_wanted, splitsText: true, oneSuffices: !needsAll);
}
