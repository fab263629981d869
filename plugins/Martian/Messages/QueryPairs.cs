namespace KrakenPlugins.Martian.Messages;

/// <summary>
/// Walks the parameters of a query without decoding them. As in the language, parameters with a <c>;</c> or a broken escape do not count;
/// <see cref="IsClean"/> says whether there were any.
/// </summary>
internal ref struct QueryPairs(ReadOnlySpan<char> query)
{
    private ReadOnlySpan<char> _rest = query;

    /// <summary>Encoded name.</summary>
    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>Encoded value; empty without <c>=</c>.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Whether everything walked over so far was a parameter.</summary>
    public bool IsClean { get; private set; } = true;

    /// <summary>The query of a request target, without <c>?</c>.</summary>
    public static ReadOnlySpan<char> Of(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? default : target.AsSpan(mark + 1);
    }

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf('&');
            var pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (pair.IsEmpty)
                continue;
            if (pair.Contains(';') || !PercentText.IsWellFormed(pair))
            {
                IsClean = false;
                continue;
            }
            var equals = pair.IndexOf('=');
            Name = equals < 0 ? pair : pair[..equals];
            Value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }
        return false;
    }
}
