using System.Text.Json;
using KrakenPlugins.JwtValidator.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>A claim that becomes a header.</summary>
/// <param name="Path">The claim.</param>
/// <param name="Header">Canonical name of the header.</param>
internal sealed record PropagatedClaim(ClaimPath Path, string Header);

/// <summary>
/// Claims as request headers (AUT-053 to AUT-057). What the client sent under one of the names is gone whatever becomes of its token: in every
/// spelling that a backend may take for it, repeated, and when its <c>Connection</c> names the header.
/// </summary>
internal sealed class Propagation
{
    // A name with more dashes than this has too many spellings to look for each.
    private const int MostDashes = 4;

    private readonly PropagatedClaim[] _claims;
    private readonly string[] _spellings;
    private readonly bool _searches;
    private readonly bool _keepsLists;

    /// <param name="claims">What is propagated; of two claims for one header the last counts.</param>
    /// <param name="keepsLists">Whether each element of a list is a line of its own.</param>
    public Propagation(IReadOnlyList<PropagatedClaim> claims, bool keepsLists)
    {
        _claims = [.. claims];
        _spellings = [.. claims.SelectMany(static claim => Spellings(claim.Header)).Distinct(StringComparer.OrdinalIgnoreCase)];
        _searches = claims.Any(static claim => claim.Header.Count(static c => c is '-' or '_') > MostDashes);
        _keepsLists = keepsLists;
    }

    /// <summary>Removes what the client sent.</summary>
    public void Clear(IHeaderDictionary headers)
    {
        if (_claims.Length == 0)
            return;
        foreach (var name in _spellings)
            headers.Remove(name);
        while (_searches && FindSpelling(headers) is { } name)
            headers.Remove(name);
        if (headers.Connection is { Count: > 0 } connection && Names(connection))
            headers.Connection = Without(connection);
    }

    /// <summary>The values of the headers; <see langword="false"/> when one could not be a header (AUT-057).</summary>
    public bool TryRead(TokenClaims claims, out StringValues[] values)
    {
        values = _claims.Length == 0 ? [] : new StringValues[_claims.Length];
        for (var i = 0; i < _claims.Length; i++)
        {
            if (!_claims[i].Path.TryFind(claims, out var value))
                continue;
            values[i] = _keepsLists && value.Kind == JsonTokenType.StartArray ? ClaimText.Elements(value).ToArray() : ClaimText.Of(value);
            foreach (var text in values[i])
            {
                if (text is not null && !IsLegal(text))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Sets the headers.</summary>
    public void Apply(IHeaderDictionary headers, StringValues[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Count > 0)
                headers[_claims[i].Header] = values[i];
        }
    }

    // Many servers take X_User for X-User.
    private static IEnumerable<string> Spellings(string header)
    {
        var dashes = Enumerable.Range(0, header.Length).Where(i => header[i] is '-' or '_').ToArray();
        if (dashes.Length > MostDashes)
            return [header];
        return Enumerable.Range(0, 1 << dashes.Length).Select(choice =>
        {
            var name = header.ToCharArray();
            for (var i = 0; i < dashes.Length; i++)
                name[dashes[i]] = (choice >> i & 1) == 0 ? '-' : '_';
            return new string(name);
        });
    }

    private string? FindSpelling(IHeaderDictionary headers)
    {
        foreach (var header in headers)
        {
            if (IsPropagated(header.Key))
                return header.Key;
        }
        return null;
    }

    private bool Names(StringValues connection)
    {
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (IsPropagated(line.AsSpan()[range].Trim()))
                    return true;
            }
        }
        return false;
    }

    private StringValues Without(StringValues connection) => connection.ToArray()
        .SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Where(name => !IsPropagated(name)).ToArray();

    private bool IsPropagated(ReadOnlySpan<char> name)
    {
        foreach (var claim in _claims)
        {
            if (IsLoosely(name, claim.Header))
                return true;
        }
        return false;
    }

    private static bool IsLoosely(ReadOnlySpan<char> name, string header)
    {
        if (name.Length != header.Length)
            return false;
        for (var i = 0; i < name.Length; i++)
        {
            if (Plain(name[i]) != Plain(header[i]))
                return false;
        }
        return true;
    }

    private static char Plain(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);

    private static bool IsLegal(string text)
    {
        foreach (var c in text)
        {
            if (c is (< ' ' and not '\t') or '\u007f')
                return false;
        }
        return true;
    }
}
