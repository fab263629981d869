using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>Queries in lines: single parameters, and whole ones without their secrets.</summary>
internal static class QueryText
{
    private const int Stacked = 512;

    /// <summary>The path of a target, without query.</summary>
    public static ReadOnlySpan<char> Path(ReadOnlySpan<char> target)
    {
        var mark = target.IndexOf('?');
        return mark < 0 ? target : target[..mark];
    }

    /// <summary>The query of a target, without <c>?</c>; empty when there is none.</summary>
    public static ReadOnlySpan<char> Query(ReadOnlySpan<char> target)
    {
        var mark = target.IndexOf('?');
        return mark < 0 ? default : target[(mark + 1)..];
    }

    /// <summary>The first value of a parameter, still encoded.</summary>
    public static bool TryFind(ReadOnlySpan<char> query, string name, out ReadOnlySpan<char> value)
    {
        while (!query.IsEmpty)
        {
            var end = query.IndexOf('&');
            var pair = end < 0 ? query : query[..end];
            query = end < 0 ? default : query[(end + 1)..];
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            if (!key.SequenceEqual(name) && !(key.IndexOfAny('%', '+') >= 0 && Decode(key).SequenceEqual(name)))
                continue;
            value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>Writes an encoded value decoded.</summary>
    public static void WriteDecoded(Utf8Line line, ReadOnlySpan<char> value, GoVerb verb)
    {
        if (value.IndexOfAny('%', '+') < 0)
        {
            verb.Write(line, value);
            return;
        }
        verb.Write(line, Decode(value));
    }

    /// <summary>Writes a text that may hold a query, the values of secret parameters masked.</summary>
    public static void WriteMasked(Utf8Line line, ReadOnlySpan<char> text, GoVerb verb)
    {
        if (!Redaction.TryFindSecret(text, 0, out _))
        {
            verb.Write(line, text);
            return;
        }
        verb.Write(line, Masked(text));
    }

    /// <summary>The same text with the values of secret parameters masked.</summary>
    public static string Masked(ReadOnlySpan<char> text)
    {
        var masked = new System.Text.StringBuilder(text.Length);
        var position = 0;
        while (Redaction.TryFindSecret(text, position, out var secret))
        {
            masked.Append(text[position..secret.Start]).Append(Redaction.Mask);
            position = secret.Start + secret.Length;
        }
        return masked.Append(text[position..]).ToString();
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        Span<char> spaced = text.Length <= Stacked ? stackalloc char[text.Length] : new char[text.Length];
        text.Replace(spaced, '+', ' ');
        return Uri.UnescapeDataString(spaced);
    }
}
