using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Syntax;

internal sealed partial class Re2Parser
{
    private static readonly CodePointSet s_digits = CodePointSet.OfRanges('0', '9');
    private static readonly CodePointSet s_spaces = CodePointSet.OfRanges('\t', '\n', '\f', '\r', ' ', ' ');
    private static readonly CodePointSet s_word = CodePointSet.OfRanges('0', '9', 'A', 'Z', '_', '_', 'a', 'z');

    private static readonly CodePointSet s_ecmaSpaces = CodePointSet.OfRanges('\t', '\r', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A,
        0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);

    private static readonly Dictionary<string, CodePointSet> s_posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = CodePointSet.OfRanges('0', '9', 'A', 'Z', 'a', 'z'),
        ["alpha"] = CodePointSet.OfRanges('A', 'Z', 'a', 'z'),
        ["ascii"] = CodePointSet.OfRanges(0, 0x7F),
        ["blank"] = CodePointSet.OfRanges('\t', '\t', ' ', ' '),
        ["cntrl"] = CodePointSet.OfRanges(0, 0x1F, 0x7F, 0x7F),
        ["digit"] = s_digits,
        ["graph"] = CodePointSet.OfRanges('!', '~'),
        ["lower"] = CodePointSet.OfRanges('a', 'z'),
        ["print"] = CodePointSet.OfRanges(' ', '~'),
        ["punct"] = CodePointSet.OfRanges('!', '/', ':', '@', '[', '`', '{', '~'),
        ["space"] = CodePointSet.OfRanges('\t', '\r', ' ', ' '),
        ["upper"] = CodePointSet.OfRanges('A', 'Z'),
        ["word"] = s_word,
        ["xdigit"] = CodePointSet.OfRanges('0', '9', 'A', 'F', 'a', 'f'),
    };

    private readonly Dictionary<(string Name, bool IsNegative, bool IsFolded), CodePointSet> _properties = [];

    private CodePointSet ReadClass()
    {
        var start = _at++;
        var isNegative = Peek(0) == '^' && _at < _pattern.Length;
        if (isNegative) _at++;
        var builder = new CodePointSetBuilder();
        // A bracket that closes at once is a literal to RE2 and an empty class to ECMA-262.
        for (var isFirst = !_isEcma; _at >= _pattern.Length || _pattern[_at] != ']' || isFirst; isFirst = false)
        {
            if (_at >= _pattern.Length) throw Error("missing closing ]", start, _pattern.Length);
            if ((ReadPosixClass() ?? ReadUnicodeClass() ?? ReadPerlClass()) is { } named) builder.Add(named);
            else builder.Add(ReadRange(start));
        }
        _at++;
        var set = builder.ToSet();
        return isNegative ? set.Negate() : set;
    }

    private CodePointSet ReadRange(int classStart)
    {
        var start = _at;
        var first = ReadClassCharacter(classStart);
        var last = first;
        if (Peek(0) == '-' && _at + 1 < _pattern.Length && _pattern[_at + 1] != ']')
        {
            _at++;
            last = ReadClassCharacter(classStart);
            if (last < first) throw Error("invalid character class range", start, _at);
        }
        var range = CodePointSet.OfRanges(first, last);
        return _flags.HasFlag(Flags.FoldCase) ? CaseFolding.Close(range) : range;
    }

    private int ReadClassCharacter(int classStart)
    {
        if (_at >= _pattern.Length) throw Error("missing closing ]", classStart, _pattern.Length);
        if (_pattern[_at] != '\\') return ReadCodePoint();
        if (!_isEcma) return ReadEscapedCharacter();
        switch (Peek(1))
        {
            case 'b':
                _at += 2;
                return '\b';
            case >= '1' and <= '9' or 'k':
                throw Error("invalid escape sequence", _at, _at + 2, reason: "a class holds characters only");
            default:
                return ReadEscapedCharacter();
        }
    }

    /// <summary>Reads <c>[:alpha:]</c> or <c>[:^alpha:]</c>; <see langword="null"/> when there is none here.</summary>
    private CodePointSet? ReadPosixClass()
    {
        if (Peek(0) != '[' || Peek(1) != ':') return null;
        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0) return null;
        var start = _at;
        _at = end + 2;
        var isNegative = _pattern[start + 2] == '^';
        var name = _pattern[(start + (isNegative ? 3 : 2))..end];
        if (!s_posix.TryGetValue(name, out var set)) throw Error("invalid character class range", start, _at);
        return Folded(set, isNegative);
    }

    /// <summary>Reads <c>\d</c> and its like; <see langword="null"/> when there is none here.</summary>
    private CodePointSet? ReadPerlClass()
    {
        if (Peek(0) != '\\') return null;
        var letter = Peek(1);
        var set = letter switch
        {
            'd' or 'D' => s_digits,
            's' or 'S' => _isEcma ? s_ecmaSpaces : s_spaces,
            'w' or 'W' => s_word,
            _ => null,
        };
        if (set is null) return null;
        _at += 2;
        return Folded(set, char.IsAsciiLetterUpper(letter));
    }

    /// <summary>Reads <c>\pL</c>, <c>\p{Greek}</c>, <c>\P{^Lu}</c>; <see langword="null"/> when there is none here.</summary>
    private CodePointSet? ReadUnicodeClass()
    {
        if (Peek(0) != '\\' || Peek(1) is not ('p' or 'P')) return null;
        var start = _at;
        var isNegative = _pattern[_at + 1] == 'P';
        _at += 2;
        var name = ReadPropertyName(start);
        if (name.StartsWith('^'))
        {
            isNegative = !isNegative;
            name = name[1..];
        }
        var key = (name, isNegative, _flags.HasFlag(Flags.FoldCase));
        if (!_properties.TryGetValue(key, out var folded))
        {
            var set = FindProperty(name) ?? throw Error("invalid character class range", start, _at);
            _properties[key] = folded = Folded(set, isNegative);
        }
        return folded;
    }

    private string ReadPropertyName(int start)
    {
        if (_at >= _pattern.Length) return "";
        if (_pattern[_at] != '{')
        {
            var first = _at;
            ReadCodePoint();
            return _pattern[first.._at];
        }
        var end = _pattern.IndexOf('}', _at);
        if (end < 0) throw Error("invalid character class range", start, _pattern.Length);
        var name = _pattern[(_at + 1)..end];
        _at = end + 1;
        return name;
    }

    private CodePointSet? FindProperty(string name)
    {
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            if (!_isEcma) return null;
            var value = UnicodeFile.Loose(name.AsSpan(equals + 1));
            return name[..equals] switch
            {
                "Script" or "sc" => UnicodeFile.Script(value),
                "General_Category" or "gc" => GeneralCategory.Find(value),
                _ => null,
            };
        }
        var loose = UnicodeFile.Loose(name);
        return loose switch
        {
            "any" => CodePointSet.All,
            "ascii" => s_posix["ascii"],
            "assigned" => GeneralCategory.Find("cn")!.Negate(),
            _ => GeneralCategory.Find(loose) ?? UnicodeFile.Script(loose) ?? (_isEcma ? UnicodeFile.Property(loose) : null),
        };
    }

    // What is negated is the folded set: (?i)[^[:upper:]] holds no letter of either case.
    private CodePointSet Folded(CodePointSet set, bool isNegative)
    {
        if (_flags.HasFlag(Flags.FoldCase)) set = CaseFolding.Close(set);
        return isNegative ? set.Negate() : set;
    }
}
