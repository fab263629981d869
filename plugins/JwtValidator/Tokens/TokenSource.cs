using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JwtValidator.Tokens;

/// <summary>Where a request's token is looked for: a header, then a cookie (AUT-009 to AUT-011).</summary>
internal sealed class TokenSource(string headerName, string cookieName)
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// The token of a request, <see cref="TokenText.None"/> when it has none. <see langword="false"/> when the header stands there more than once:
    /// the backend could take another one than was validated (AUT-221).
    /// </summary>
    public bool TryFind(IHeaderDictionary headers, out TokenText token)
    {
        token = TokenText.None;
        var values = headers[headerName];
        if (values.Count > 1)
            return false;
        token = values.Count == 1 && values[0] is { Length: > 0 } value ? OfHeader(value) : TokenText.None;
        if (token.IsNone)
            token = OfCookies(headers);
        return true;
    }

    private static TokenText OfHeader(string value)
    {
        var start = value.Length > Scheme.Length && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Scheme.Length : 0;
        var end = value.Length;
        while (start < end && value[start] == ' ')
            start++;
        while (end > start && value[end - 1] == ' ')
            end--;
        return new TokenText(value, start, end - start);
    }

    // Of two cookies with one name the first counts, as in the language's own engine.
    private TokenText OfCookies(IHeaderDictionary headers)
    {
        foreach (var line in headers.Cookie)
        {
            if (line is not null && TryCookie(line, out var token))
                return token;
        }
        return TokenText.None;
    }

    private bool TryCookie(string line, out TokenText token)
    {
        foreach (var range in line.AsSpan().Split(';'))
        {
            var (start, end) = (range.Start.Value, range.End.Value);
            while (start < end && line[start] == ' ')
                start++;
            while (end > start && line[end - 1] == ' ')
                end--;
            var pair = line.AsSpan(start, end - start);
            if (pair.Length <= cookieName.Length || pair[cookieName.Length] != '=' || !pair.StartsWith(cookieName, StringComparison.Ordinal))
                continue;
            start += cookieName.Length + 1;
            if (end - start >= 2 && line[start] == '"' && line[end - 1] == '"')
                (start, end) = (start + 1, end - 1);
            token = new TokenText(line, start, end - start);
            return true;
        }
        token = TokenText.None;
        return false;
    }
}
