namespace KrakenPlugins.Martian.Messages;

/// <summary>Walks the cookies of a <c>Cookie</c> header's value (RFC 6265, section 4.2.1); quotes around a value are no part of it.</summary>
internal ref struct CookiePairs(ReadOnlySpan<char> header)
{
    private ReadOnlySpan<char> _rest = header;

    public ReadOnlySpan<char> Name { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf(';');
            var pair = (end < 0 ? _rest : _rest[..end]).Trim();
            _rest = end < 0 ? default : _rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            Name = (equals < 0 ? pair : pair[..equals]).Trim();
            if (Name.IsEmpty)
                continue;
            Value = equals < 0 ? default : pair[(equals + 1)..].Trim();
            if (Value.Length > 1 && Value[0] == '"' && Value[^1] == '"')
                Value = Value[1..^1];
            return true;
        }
        return false;
    }
}
