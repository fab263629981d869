namespace KrakenPlugins.Expressions.Values;

/// <summary>Reads the parts of a timestamp.</summary>
internal ref struct TimeReader(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public readonly bool AtEnd => _rest.IsEmpty;

    public bool Is(char expected)
    {
        if (_rest.IsEmpty || _rest[0] != expected)
            return false;
        _rest = _rest[1..];
        return true;
    }

    public bool Digits(int count, out int value)
    {
        value = 0;
        if (_rest.Length < count)
            return false;
        foreach (var digit in _rest[..count])
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            value = value * 10 + (digit - '0');
        }
        _rest = _rest[count..];
        return true;
    }

    /// <summary>Nanoseconds, where there are any; what is beyond them is dropped.</summary>
    public bool Fraction(out int nanos)
    {
        nanos = 0;
        if (!Is('.'))
            return true;
        var count = 0;
        for (; count < _rest.Length && char.IsAsciiDigit(_rest[count]); count++)
        {
            if (count < 9)
                nanos = nanos * 10 + (_rest[count] - '0');
        }
        for (var i = count; i < 9; i++)
            nanos *= 10;
        _rest = _rest[count..];
        return count > 0;
    }

    /// <summary><c>Z</c> or <c>+02:00</c>, in minutes.</summary>
    public bool Offset(out int minutes)
    {
        minutes = 0;
        if (Is('Z') || Is('z'))
            return true;
        var isNegative = Is('-');
        if (!isNegative && !Is('+'))
            return false;
        return HoursAndMinutes(isNegative, out minutes);
    }

    public bool HoursAndMinutes(bool isNegative, out int minutes)
    {
        minutes = 0;
        if (!Digits(2, out var hours) || !Is(':') || !Digits(2, out var rest) || hours > 23 || rest > 59)
            return false;
        minutes = (hours * 60 + rest) * (isNegative ? -1 : 1);
        return true;
    }
}
