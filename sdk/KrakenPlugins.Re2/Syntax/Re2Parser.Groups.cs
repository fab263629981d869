namespace KrakenPlugins.Re2.Syntax;

internal sealed partial class Re2Parser
{
    private const string NeedsBacktracking = "are not supported, because they need backtracking, whose time has no bound";

    private void ReadOpening()
    {
        var start = _at;
        if (_at + 1 >= _pattern.Length || _pattern[_at + 1] != '?')
        {
            _at++;
            Open(NewGroup(""), _flags, start);
            return;
        }
        var rest = _pattern.AsSpan(start + 2);
        if (rest is ['=' or '!', ..]) throw LookAround(start, 3);
        if (rest is ['<', '=' or '!', ..]) throw LookAround(start, 4);
        if (rest is ['P', '<', _, ..]) OpenNamed(start, start + 4);
        else if (rest is ['<', _, ..]) OpenNamed(start, start + 3);
        else ReadFlags(start);
    }

    private Re2SyntaxException LookAround(int start, int length) =>
        Error("invalid or unsupported Perl syntax", start, start + length, reason: $"look-ahead and look-behind {NeedsBacktracking}");

    private int NewGroup(string name)
    {
        _groupNames.Add(name);
        return _groupNames.Count - 1;
    }

    private void Open(int number, Flags flagsInside, int start)
    {
        if (_outer.Count >= MaxHeight) throw Error("expression nests too deeply", 0, _pattern.Length, at: start);
        _outer.Push(_group);
        _group = new OpenGroup(number, _flags, start);
        _flags = flagsInside;
    }

    private void OpenNamed(int start, int nameStart)
    {
        var end = _pattern.IndexOf('>', start);
        if (end < 0) throw Error("invalid named capture", start, _pattern.Length);
        var name = _pattern[nameStart..end];
        if (!IsName(name)) throw Error("invalid named capture", start, end + 1);
        _at = end + 1;
        Open(NewGroup(name), _flags, start);
    }

    private bool IsName(string name)
    {
        if (name.Length == 0) return false;
        foreach (var c in name)
        {
            var isAllowed = char.IsAsciiLetterOrDigit(c) || c == '_' || (_isEcma && (c == '$' || char.IsLetterOrDigit(c)));
            if (!isAllowed) return false;
        }
        return true;
    }

    // (?i) changes the flags to the end of the group, (?i:…) those inside.
    private void ReadFlags(int start)
    {
        _at = start + 2;
        var flags = _flags;
        var (isNegative, sawFlag) = (false, false);
        while (_at < _pattern.Length)
        {
            var c = _pattern[_at++];
            switch (c)
            {
                case 'i' or 'm' or 's' or 'U':
                    var flag = c switch { 'i' => Flags.FoldCase, 'm' => Flags.MultiLine, 's' => Flags.DotMatchesNewline, _ => Flags.Ungreedy };
                    flags = isNegative ? flags & ~flag : flags | flag;
                    sawFlag = true;
                    continue;
                case '-' when !isNegative:
                    isNegative = true;
                    sawFlag = false;
                    continue;
                case ':' or ')' when !isNegative || sawFlag:
                    if (c == ':') Open(0, flags, start);
                    else _flags = flags;
                    return;
            }
            if (char.IsHighSurrogate(c) && _at < _pattern.Length) _at++;
            throw Error("invalid or unsupported Perl syntax", start, _at);
        }
        throw Error("invalid or unsupported Perl syntax", start, _at);
    }

    private void ReadClosing()
    {
        EndChoice();
        if (_outer.Count == 0) throw Error("unexpected )", 0, _pattern.Length, at: _at);
        _at++;
        var body = Alternatives(_group);
        var node = _group.Number > 0 ? new CaptureNode(body, _group.Number) : body;
        _flags = _group.FlagsOutside;
        _group = _outer.Pop();
        Push(Bounded(node));
    }
}
