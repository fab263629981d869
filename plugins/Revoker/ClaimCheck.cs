using System.Buffers;
using System.Text;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Revoker;

/// <summary>Refuses tokens with a revoked claim (AUT-067, 068). Asks memory only, so it never waits.</summary>
/// <param name="filter">The revoked elements.</param>
/// <param name="claims">Claims to look at.</param>
internal sealed class ClaimCheck(RotatingFilter filter, IReadOnlyList<string> claims) : ITokenRejecter
{
    private const int OnStack = 256;

    private static readonly GatewayError s_revoked = new(GatewayErrorKind.Rejected, "the token was rejected: it is revoked", StatusCodes.Status401Unauthorized);

    // "jti-" in UTF-8 before every value of the claim "jti".
    private readonly (string Name, byte[] Prefix)[] _claims = [.. claims.Distinct(StringComparer.Ordinal).Select(static name => (name, Encoding.UTF8.GetBytes(name + "-")))];

    /// <inheritdoc/>
    public ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claims);
        var tree = claims.Tree;
        foreach (var (name, prefix) in _claims)
        {
            if (tree is null ? claims.GetText(name) is { } text && IsRevoked(prefix, text) : tree.TryGet(name, out var value) && IsRevoked(prefix, value))
                return new ValueTask<GatewayError?>(s_revoked);
        }
        return default;
    }

    private bool IsRevoked(byte[] prefix, DataNode value)
    {
        if (value is DataString text)
            return IsRevoked(prefix, text.Value);
        if (value is not DataArray list)
            return false;
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is DataString item && IsRevoked(prefix, item.Value))
                return true;
        }
        return false;
    }

    private bool IsRevoked(byte[] prefix, string value)
    {
        var most = prefix.Length + Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = null;
        var element = most <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(most);
        prefix.CopyTo(element);
        var length = prefix.Length + Encoding.UTF8.GetBytes(value, element[prefix.Length..]);
        var isRevoked = filter.Has(element[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return isRevoked;
    }
}
