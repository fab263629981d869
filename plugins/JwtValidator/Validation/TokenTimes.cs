using System.Buffers.Text;
using System.Text.Json;
using KrakenPlugins.JwtValidator.Claims;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>When a token is valid: <c>exp</c>, <c>nbf</c> and <c>iat</c> in whole seconds since 1970 (AUT-015).</summary>
/// <param name="Expires">Last second; <see cref="long.MaxValue"/> when it never ends.</param>
/// <param name="Begins">First second.</param>
/// <param name="Issued">When it was issued.</param>
internal readonly record struct TokenTimes(long Expires, long Begins, long Issued)
{
    /// <summary>Reads them; <see langword="false"/> when one is there and no number.</summary>
    public static bool TryRead(TokenClaims claims, out TokenTimes times)
    {
        times = default;
        if (!TryRead(claims, "exp"u8, long.MaxValue, out var expires) || !TryRead(claims, "nbf"u8, long.MinValue, out var begins) || !TryRead(claims, "iat"u8, long.MinValue, out var issued))
            return false;
        times = new TokenTimes(expires, begins, issued);
        return true;
    }

    /// <summary>What is wrong now.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="leeway">Tolerance in milliseconds.</param>
    public Refusal Check(long now, long leeway)
    {
        if (Expires < Second(now - leeway, roundsUp: true))
            return Refusal.Expired;
        var latest = Second(now + leeway, roundsUp: false);
        return Begins > latest ? Refusal.NotYet : Issued > latest ? Refusal.IssuedLater : Refusal.None;
    }

    // A second has passed when the clock is beyond it.
    private static long Second(long milliseconds, bool roundsUp) => (milliseconds + (roundsUp ? 999 : 0)) / 1000;

    private static bool TryRead(TokenClaims claims, ReadOnlySpan<byte> name, long absent, out long second)
    {
        second = absent;
        if (!claims.TryFind(name, out var value))
            return true;
        if (value.Kind != JsonTokenType.Number || !Utf8Parser.TryParse(value.Json, out double number, out _))
            return false;
        // Saturates, so that a huge number is far in the future and not in the past.
        second = number >= long.MaxValue ? long.MaxValue : number <= long.MinValue ? long.MinValue : (long)number;
        return true;
    }
}
