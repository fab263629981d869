using System.Text;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>Whose tokens are accepted, and for whom they must be.</summary>
internal sealed class IssuerRule : IDisposable
{
    private readonly byte[] _issuer;
    private readonly byte[][] _audience;
    private readonly bool _takesAny;

    /// <param name="issuer">Required <c>iss</c>; empty for any.</param>
    /// <param name="audience">Values of <c>aud</c>; none for any.</param>
    /// <param name="takesAny">Whether one of them suffices.</param>
    /// <param name="keys">Its keys.</param>
    public IssuerRule(string issuer, IReadOnlyList<string> audience, bool takesAny, KeySource keys)
    {
        _issuer = Encoding.UTF8.GetBytes(issuer);
        _audience = [.. audience.Select(Encoding.UTF8.GetBytes)];
        _takesAny = takesAny;
        Keys = keys;
    }

    /// <summary>Where its keys are.</summary>
    public KeySource Keys { get; }

    /// <summary>Whether the claims are of this issuer (AUT-017).</summary>
    public bool IsIssuerOf(TokenClaims claims) => _issuer.Length == 0 || (claims.TryFind("iss"u8, out var issuer) && issuer.TextEquals(_issuer));

    /// <summary>What is wrong with issuer or audience (AUT-017, AUT-018).</summary>
    public Refusal Check(TokenClaims claims)
    {
        if (!IsIssuerOf(claims))
            return Refusal.Issuer;
        if (_audience.Length == 0)
            return Refusal.None;
        return claims.TryFind("aud"u8, out var audience) && audience.HoldsAll(_audience, splitsText: false, oneSuffices: _takesAny) ? Refusal.None : Refusal.Audience;
    }

    /// <inheritdoc/>
    public void Dispose() => Keys.Dispose();
}
