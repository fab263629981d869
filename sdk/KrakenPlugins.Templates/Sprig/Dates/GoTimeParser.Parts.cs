namespace KrakenPlugins.Templates.Sprig.Dates;

internal ref partial struct GoTimeParser
{
    private bool TryReadPart(LayoutPart part, ReadOnlySpan<char> piece, ReadOnlySpan<char> following) => part switch
    {
        LayoutPart.LongMonth => TryReadName(GoLayout.Months, 0, out _month),
        LayoutPart.Month => TryReadName(GoLayout.Months, 3, out _month),
        LayoutPart.LongWeekday => TryReadName(GoLayout.Weekdays, 0, out _),
        LayoutPart.Weekday => TryReadName(GoLayout.Weekdays, 3, out _),
        LayoutPart.NumberMonth or LayoutPart.ZeroMonth => TryReadNumber(part == LayoutPart.ZeroMonth, out _month) && IsWithin(_month, 1, 12, "month"),
        LayoutPart.Day or LayoutPart.SpaceDay or LayoutPart.ZeroDay => TryReadDay(part),
        LayoutPart.SpaceYearDay or LayoutPart.ZeroYearDay => TryReadYearDay(part),
        LayoutPart.Hour24 => TryReadNumber(false, out _hour) && IsWithin(_hour, 0, 23, "hour"),
        LayoutPart.Hour12 or LayoutPart.ZeroHour12 => TryReadNumber(part == LayoutPart.ZeroHour12, out _hour) && IsWithin(_hour, 0, 12, "hour"),
        LayoutPart.Minute or LayoutPart.ZeroMinute => TryReadNumber(part == LayoutPart.ZeroMinute, out _minute) && IsWithin(_minute, 0, 59, "minute"),
        LayoutPart.Second or LayoutPart.ZeroSecond => TryReadSecond(part, following),
        LayoutPart.LongYear => TryReadDigits(4, out _year),
        LayoutPart.Year => TryReadShortYear(),
        LayoutPart.UpperNoon => TryReadNoon("AM", "PM"),
        LayoutPart.LowerNoon => TryReadNoon("am", "pm"),
        LayoutPart.ZoneName => TryReadZoneName(),
        LayoutPart.ZeroFraction => TryReadFraction(piece.Length),
        LayoutPart.TrimmedFraction => !StartsWithFraction(_rest) || TryReadFraction(1 + DigitsAt(_rest[1..])),
        _ => TryReadOffset(part),
    };

    private bool TryReadName(string[] names, int length, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            var name = length == 0 ? names[number - 1] : names[number - 1].AsSpan(0, length);
            if (!_rest.StartsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            _rest = _rest[name.Length..];
            return true;
        }
        number = 0;
        return false;
    }

    // One or two digits.
    private bool TryReadNumber(bool needsTwo, out int number)
    {
        var digits = Math.Min(DigitsAt(_rest), 2);
        number = 0;
        return digits > 0 && (digits == 2 || !needsTwo) && TryReadDigits(digits, out number);
    }

    private bool TryReadDigits(int count, out int number)
    {
        number = 0;
        if (DigitsAt(_rest) < count) return false;
        for (var i = 0; i < count; i++) number = 10 * number + _rest[i] - '0';
        _rest = _rest[count..];
        return true;
    }

    private bool TryReadDay(LayoutPart part)
    {
        if (part == LayoutPart.SpaceDay && _rest.StartsWith(' ')) _rest = _rest[1..];
        return TryReadNumber(part == LayoutPart.ZeroDay, out _day) && (_day > 0 || OutOfRange("day"));
    }

    private bool TryReadYearDay(LayoutPart part)
    {
        if (part == LayoutPart.SpaceYearDay) _rest = _rest.TrimStart(' ');
        var digits = Math.Min(DigitsAt(_rest), 3);
        if (digits == 0 || (digits < 3 && part == LayoutPart.ZeroYearDay)) return false;
        return TryReadDigits(digits, out _yearDay) && (_yearDay > 0 || OutOfRange("day-of-year"));
    }

    // A fraction of a second may follow even where the layout has none.
    private bool TryReadSecond(LayoutPart part, ReadOnlySpan<char> following)
    {
        if (!TryReadNumber(part == LayoutPart.ZeroSecond, out _second) || !IsWithin(_second, 0, 59, "second")) return false;
        if (!StartsWithFraction(_rest)) return true;
        var next = LayoutParts.Next(following, out var literal, out _, out _);
        if (next >= LayoutPart.ZeroFraction && literal.IsEmpty) return true;
        return TryReadFraction(1 + DigitsAt(_rest[1..]));
    }

    private bool TryReadShortYear()
    {
        if (!TryReadDigits(2, out _year)) return false;
        _year += _year >= 69 ? 1900 : 2000;
        return true;
    }

    private bool TryReadNoon(string morning, string afternoon)
    {
        if (_rest.StartsWith(morning, StringComparison.Ordinal)) _isAfternoon = false;
        else if (_rest.StartsWith(afternoon, StringComparison.Ordinal)) _isAfternoon = true;
        else return false;
        _rest = _rest[2..];
        return true;
    }

    private static bool StartsWithFraction(ReadOnlySpan<char> text) => text.Length > 1 && text[0] is '.' or ',' && char.IsAsciiDigit(text[1]);

    // Digits beyond nanoseconds are dropped.
    private bool TryReadFraction(int length)
    {
        if (_rest.Length < length || _rest[0] is not ('.' or ',') || DigitsAt(_rest[1..length]) < length - 1) return false;
        _nanosecond = 0;
        for (var i = 1; i <= 9; i++) _nanosecond = 10 * _nanosecond + (i < length ? _rest[i] - '0' : 0);
        _rest = _rest[length..];
        return true;
    }

    private bool TryReadOffset(LayoutPart part)
    {
        if (part <= LayoutPart.IsoColonSecondsZone && _rest.StartsWith('Z'))
        {
            _isUtc = true;
            _rest = _rest[1..];
            return true;
        }
        if (_rest.IsEmpty || _rest[0] is not ('+' or '-')) return false;
        var sign = _rest[0] == '-' ? -1 : 1;
        _rest = _rest[1..];
        var hasColon = part is LayoutPart.IsoColonZone or LayoutPart.IsoColonSecondsZone or LayoutPart.NumberColonZone or LayoutPart.NumberColonSecondsZone;
        var hasSeconds = part is LayoutPart.IsoSecondsZone or LayoutPart.IsoColonSecondsZone or LayoutPart.NumberSecondsZone or LayoutPart.NumberColonSecondsZone;
        var (minutes, seconds) = (0, 0);
        if (!TryReadDigits(2, out var hours)) return false;
        if (part is not (LayoutPart.IsoShortZone or LayoutPart.NumberShortZone) && !TryReadOffsetPart(hasColon, out minutes)) return false;
        if (hasSeconds && !TryReadOffsetPart(hasColon, out seconds)) return false;
        if (!IsWithin(hours, 0, 24, "time zone offset hour") || !IsWithin(minutes, 0, 60, "time zone offset minute") || !IsWithin(seconds, 0, 60, "time zone offset second")) return false;
        _offset = sign * new TimeSpan(hours, minutes, seconds);
        return true;
    }

    private bool TryReadOffsetPart(bool hasColon, out int number)
    {
        number = 0;
        if (hasColon && !_rest.StartsWith(':')) return false;
        if (hasColon) _rest = _rest[1..];
        return TryReadDigits(2, out number);
    }

    private bool TryReadZoneName()
    {
        if (_rest.StartsWith("UTC", StringComparison.Ordinal))
        {
            _isUtc = true;
            _rest = _rest[3..];
            return true;
        }
        var length = ZoneNameLength(_rest);
        if (length == 0) return false;
        _zoneName = _rest[..length].ToString();
        _rest = _rest[length..];
        return true;
    }

    private static int ZoneNameLength(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("ChST") || text.StartsWith("MeST")) return 4;
        if (text.StartsWith("GMT")) return 3 + SignedHoursLength(text[3..]);
        if (!text.IsEmpty && text[0] is '+' or '-') return SignedHoursLength(text);
        var upper = text.IndexOfAnyExceptInRange('A', 'Z');
        if (upper < 0) upper = text.Length;
        return upper switch
        {
            3 => 3,
            4 => text[3] == 'T' || text.StartsWith("WITA") ? 4 : 0,
            5 => text[4] == 'T' ? 5 : 0,
            _ => 0,
        };
    }

    private static int SignedHoursLength(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('+' or '-')) return 0;
        var digits = Math.Min(DigitsAt(text[1..]), 2);
        return digits == 0 ? 0 : 1 + digits;
    }

    private bool IsWithin(int value, int least, int most, string name) => (value >= least && value <= most) || OutOfRange(name);

    private static int DigitsAt(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        return digits < 0 ? text.Length : digits;
    }
}
