using System.Buffers.Text;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Data;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>By a claim of the bearer token, whose signature nobody has looked at: whoever writes tokens chooses who he is (TRF-089).</summary>
/// <param name="name">The claim, or a path to it.</param>
internal sealed class UnverifiedClaim(string name) : ClientIdentity
{
    private const string Scheme = "Bearer ";
    private const int LongestPayload = 16 << 10;
    private const int MaximumDepth = 32;

    protected override string? ReadText(HttpContext context)
    {
        var values = context.Request.Headers.Authorization;
        if (values.Count == 0 || values[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = header.AsSpan(Scheme.Length).Trim();
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first < 0 || last - first - 1 is <= 0 or > LongestPayload)
            return null;
        return ReadClaim(token[(first + 1)..last]);
    }

    private string? ReadClaim(ReadOnlySpan<char> payload)
    {
        if (!Base64Url.IsValid(payload, out _))
            return null;
        var json = Base64Url.DecodeFromChars(payload);
        return DataJson.TryParse(json, MaximumDepth, out var node, out _) ? ClaimWalk.TextOf(node as DataObject, name) : null;
    }
}
