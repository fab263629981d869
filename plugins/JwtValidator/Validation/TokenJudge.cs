using System.Buffers;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Tokens;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>What was made of a token: accepted, refused, or a key that has to be fetched first.</summary>
internal readonly struct Verdict
{
    private Verdict(AcceptedToken? token, Refusal refusal, JwsFault fault, KeySource? keys, string keyName)
    {
        Token = token;
        Refusal = refusal;
        Fault = fault;
        Keys = keys;
        KeyName = keyName;
    }

    /// <summary>The token, when it was accepted.</summary>
    public AcceptedToken? Token { get; }

    /// <summary>Why it was refused.</summary>
    public Refusal Refusal { get; }

    /// <summary>What is wrong with its form.</summary>
    public JwsFault Fault { get; }

    /// <summary>Where its key may be after a download, or <see langword="null"/>.</summary>
    public KeySource? Keys { get; }

    /// <summary>Name of that key.</summary>
    public string KeyName { get; }

    public static Verdict Accept(AcceptedToken token) => new(token, Refusal.None, JwsFault.None, null, "");

    public static Verdict Refuse(Refusal refusal, JwsFault fault = JwsFault.None) => new(null, refusal, fault, null, "");

    public static Verdict Fetch(KeySource keys, string keyName) => new(null, Refusal.None, JwsFault.None, keys, keyName);
}

/// <summary>What is asked of tokens beside their issuer.</summary>
internal sealed record TokenRules
{
    /// <summary>The only algorithm.</summary>
    public required JwsAlgorithm Algorithm { get; init; }

    /// <summary>How tokens point to keys.</summary>
    public required JwkIdentification Identification { get; init; }

    /// <summary>Whose tokens; one, or several that are told apart by <c>iss</c>.</summary>
    public required IssuerRule[] Issuers { get; init; }

    /// <summary>Names in UTF-8 of claims that must be there.</summary>
    public byte[][] RequiredClaims { get; init; } = [];

    /// <summary>Roles, or <see langword="null"/>.</summary>
    public AccessRule? Roles { get; init; }

    /// <summary>Scopes, or <see langword="null"/>.</summary>
    public AccessRule? Scopes { get; init; }

    /// <summary>Claims as headers.</summary>
    public required Propagation Propagation { get; init; }
}

/// <summary>
/// Judges a token by what is in it, in the order of AUT-022: form, algorithm, key, signature, issuer, audience. The clock and the rejecters come
/// afterwards. Safe for concurrent use.
/// </summary>
internal sealed class TokenJudge(TokenRules rules)
{
    private const int LargestOnStack = 4096;

    /// <summary>Judges a token.</summary>
    /// <param name="text">The token.</param>
    /// <param name="fetched">Keys that were fetched for it, or <see langword="null"/>.</param>
    public Verdict Judge(in TokenText text, KeyRing? fetched)
    {
        // What is longer is refused unread.
        var size = JwsToken.BufferSize(Math.Min(text.Length, JwsToken.MaximumLength));
        byte[]? rented = null;
        var buffer = size <= LargestOnStack ? stackalloc byte[LargestOnStack] : rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            return Judge(text.Span, buffer, fetched);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>
    /// Whether the keys that verified a token are still those that would be used. Asked of the issuers of this configuration: after a reload the
    /// keys of the last one are as they were, whatever was withdrawn since.
    /// </summary>
    public bool IsCurrent(AcceptedToken token)
    {
        foreach (var issuer in rules.Issuers)
        {
            if (issuer.Keys.IsCurrent(token.Ring))
                return true;
        }
        return false;
    }

    private Verdict Judge(ReadOnlySpan<char> text, Span<byte> buffer, KeyRing? fetched)
    {
        if (JwsToken.Read(text, buffer, out var token) is not JwsFault.None and var fault)
            return Verdict.Refuse(fault == JwsFault.Algorithm ? Refusal.Algorithm : Refusal.Malformed, fault);
        if (token.Algorithm != rules.Algorithm)
            return Verdict.Refuse(Refusal.Algorithm);
        if (rules.Issuers.Length == 1)
            return Judge(token, rules.Issuers[0], null, fetched);
        // Nothing of these claims is believed yet: they only choose whose keys must have signed them.
        if (ClaimsReader.Read(token.Payload) is not { } claims)
            return Verdict.Refuse(Refusal.Claims);
        foreach (var issuer in rules.Issuers)
        {
            if (issuer.IsIssuerOf(claims))
                return Judge(token, issuer, claims, fetched);
        }
        return Verdict.Refuse(Refusal.Issuer);
    }

    private Verdict Judge(in JwsToken token, IssuerRule issuer, TokenClaims? claims, KeyRing? fetched)
    {
        Span<byte> name = stackalloc byte[JwkIdentifications.MaximumNameBytes];
        if (!rules.Identification.Write(token, name, out var length))
            return Verdict.Refuse(Refusal.UnknownKey);
        name = name[..length];
        var ring = fetched;
        var answer = ring is not null ? KeyAnswer.Found : issuer.Keys.Find(name, out ring);
        if (answer == KeyAnswer.NeedsFetch)
            return Verdict.Fetch(issuer.Keys, System.Text.Encoding.UTF8.GetString(name));
        if (answer == KeyAnswer.Refused || ring!.Find(name) is not { } verifiers)
            return Verdict.Refuse(Refusal.UnknownKey);
        if (!IsSigned(token, verifiers))
            return Verdict.Refuse(Refusal.Signature);
        claims ??= ClaimsReader.Read(token.Payload);
        return claims is null ? Verdict.Refuse(Refusal.Claims) : Judge(claims, issuer, ring);
    }

    private Verdict Judge(TokenClaims claims, IssuerRule issuer, KeyRing ring)
    {
        if (issuer.Check(claims) is not Refusal.None and var refusal)
            return Verdict.Refuse(refusal);
        if (!TokenTimes.TryRead(claims, out var times))
            return Verdict.Refuse(Refusal.BadTime);
        foreach (var name in rules.RequiredClaims)
        {
            if (!claims.TryFind(name, out var value) || value.Kind == System.Text.Json.JsonTokenType.Null)
                return Verdict.Refuse(Refusal.MissingClaim);
        }
        StringValues[] headers = [];
        var access = rules.Roles?.IsFulfilled(claims) == false ? Refusal.Roles
            : rules.Scopes?.IsFulfilled(claims) == false ? Refusal.Scopes
            : rules.Propagation.TryRead(claims, out headers) ? Refusal.None
            : Refusal.HeaderValue;
        return Verdict.Accept(new AcceptedToken(claims, times, access, headers, ring));
    }

    private static bool IsSigned(in JwsToken token, JwsVerifier[] verifiers)
    {
        foreach (var verifier in verifiers)
        {
            if (verifier.Verify(token.SigningInput, token.Signature))
                return true;
        }
        return false;
    }
}
