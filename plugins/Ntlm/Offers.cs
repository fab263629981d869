using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Ntlm;

/// <summary>What a 401 offers (<c>WWW-Authenticate</c>, RFC 9110, 11.6.1), in one header or several.</summary>
internal static class Offers
{
    private const string Header = "WWW-Authenticate";
    private const int MaxChallenge = 16 << 10;

    /// <summary>The scheme to sign in by, <c>NTLM</c> before <c>Negotiate</c>; <see langword="null"/> when neither is offered.</summary>
    public static string? SchemeOf(NameValueList headers)
    {
        var negotiates = false;
        foreach (ref readonly var header in headers.Items)
        {
            if (!header.Key.Equals(Header, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var offer in new OfferEnumerator(header.Value))
            {
                if (Is(offer, "NTLM"))
                    return "NTLM";
                negotiates |= Is(offer, "Negotiate");
            }
        }
        return negotiates ? "Negotiate" : null;
    }

    /// <summary>The challenge of a scheme; <see langword="null"/> when there is none.</summary>
    public static byte[]? ChallengeOf(NameValueList headers, string scheme)
    {
        foreach (ref readonly var header in headers.Items)
        {
            if (!header.Key.Equals(Header, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var offer in new OfferEnumerator(header.Value))
            {
                if (offer.Length > scheme.Length && offer.Length <= MaxChallenge && offer[scheme.Length] == ' ' && Is(offer[..scheme.Length], scheme))
                    return Decode(offer[scheme.Length..].Trim(' '));
            }
        }
        return null;
    }

    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static bool Is(ReadOnlySpan<char> offer, string scheme) => offer.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The parts between commas that stand in no quotes. Parameters of other schemes are parts too, and match nothing.</summary>
    private ref struct OfferEnumerator(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public ReadOnlySpan<char> Current { get; private set; }

        public readonly OfferEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;
            var isQuoted = false;
            var end = 0;
            for (; end < _rest.Length && (isQuoted || _rest[end] != ','); end++)
            {
                if (_rest[end] == '"')
                    isQuoted = !isQuoted;
                else if (isQuoted && _rest[end] == '\\')
                    end++;
            }
            end = Math.Min(end, _rest.Length);
            Current = _rest[..end].Trim(" \t");
            _rest = end < _rest.Length ? _rest[(end + 1)..] : default;
            return true;
        }
    }
}
