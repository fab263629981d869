using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Validation;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary><c>propagate_claims</c>: pairs of claim and header (AUT-053 to AUT-057).</summary>
internal static class PropagatedClaims
{
    // What frames a message, belongs to one connection, or says whom it is for.
    private static readonly string[] s_forbidden =
        ["Connection", "Content-Length", "Content-Type", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    /// <summary>Reads them; entries that are no pair are left out with a warning.</summary>
    public static Propagation Read(ValidatorSettings settings, ConfigDiagnostics diagnostics)
    {
        var claims = new List<PropagatedClaim>();
        for (var i = 0; i < settings.PropagateClaims.Count; i++)
        {
            var entry = settings.PropagateClaims[i];
            var place = settings.Source!.Path.Member("propagate_claims").Item(i);
            if (entry is not { Kind: ConfigKind.Array, Items: [{ } first, { } second] } || !WeakTyping.TryString(first, out var claim) || !WeakTyping.TryString(second, out var header) || claim.Length == 0)
            {
                diagnostics.Warning(entry.Position, place.ToString(), "expected a pair of claim and header such as [\"sub\", \"X-User\"]; the entry has no effect");
                continue;
            }
            if (header.Length == 0 || !header.All(HeaderName.IsTokenChar))
                diagnostics.Error(second.Position, place.ToString(), $"{ConfigText.Quote(header)} is no name of a header");
            else if (s_forbidden.Contains(header, StringComparer.OrdinalIgnoreCase))
                diagnostics.Error(second.Position, place.ToString(), $"{ConfigText.Quote(header)} belongs to the connection and cannot come from a token; choose a name of your own such as \"X-User\"");
            else
                claims.Add(new PropagatedClaim(ClaimPath.Dotted(claim), HeaderName.Canonicalize(header)));
        }
        return new Propagation(claims, settings.PropagateClaimsPreserveArray);
    }
}
