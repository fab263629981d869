using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>Times read by layouts of Go's <c>time</c> package, with its error texts.</summary>
internal ref partial struct GoTimeParser
{
    private ReadOnlySpan<char> _rest;
    private string? _outOfRange;
    private int _year;
    private int _month;
    private int _day;
    private int _yearDay;
    private int _hour;
    private int _minute;
    private int _second;
    private int _nanosecond;
    private bool? _isAfternoon;
    private TimeSpan? _offset;
    private string? _zoneName;
    private bool _isUtc;

    /// <summary>Reads a time; one without a zone is a clock reading in <paramref name="local"/>.</summary>
    public static bool TryParse(string layout, string text, GoZone local, [NotNullWhen(true)] out GoTime? time, [NotNullWhen(false)] out string? error)
    {
        var parser = new GoTimeParser { _rest = text };
        time = null;
        for (ReadOnlySpan<char> rest = layout; ;)
        {
            var part = LayoutParts.Next(rest, out var literal, out var piece, out var following);
            if (!parser.TrySkipLiteral(literal))
            {
                error = $"parsing time {GoFormat.Quote(text)} as {GoFormat.Quote(layout)}: cannot parse {GoFormat.Quote(parser._rest.ToString())} as {GoFormat.Quote(literal.ToString())}";
                return false;
            }
            if (part == LayoutPart.None) break;
            var before = parser._rest;
            if (!parser.TryReadPart(part, piece, following))
            {
                error = parser._outOfRange is { } which
                    ? $"parsing time {GoFormat.Quote(text)}: {which} out of range"
                    : $"parsing time {GoFormat.Quote(text)} as {GoFormat.Quote(layout)}: cannot parse {GoFormat.Quote(before.ToString())} as {GoFormat.Quote(piece.ToString())}";
                return false;
            }
            rest = following;
        }
        error = parser._rest.IsEmpty ? null : $"parsing time {GoFormat.Quote(text)}: extra text: {GoFormat.Quote(parser._rest.ToString())}";
        if (error is null && parser.TryAssemble(local, out time)) return true;
        error ??= $"parsing time {GoFormat.Quote(text)}: {parser._outOfRange} out of range";
        time = null;
        return false;
    }

    // A space of the layout stands for any number of them, none included.
    private bool TrySkipLiteral(ReadOnlySpan<char> literal)
    {
        while (!literal.IsEmpty)
        {
            if (literal[0] == ' ')
            {
                if (!_rest.IsEmpty && _rest[0] != ' ') return false;
                literal = literal.TrimStart(' ');
                _rest = _rest.TrimStart(' ');
                continue;
            }
            if (_rest.IsEmpty || _rest[0] != literal[0]) return false;
            literal = literal[1..];
            _rest = _rest[1..];
        }
        return true;
    }

    private bool TryAssemble(GoZone local, [NotNullWhen(true)] out GoTime? time)
    {
        time = null;
        if (_isAfternoon == true && _hour < 12) _hour += 12;
        else if (_isAfternoon == false && _hour == 12) _hour = 0;
        if (!TryResolveDate()) return false;
        var clock = new DateTime(_year, _month, _day, _hour, _minute, _second).AddTicks(_nanosecond / 100);
        var zone = ZoneOf(clock, local, out var offset);
        var ticks = clock.Ticks - offset.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            _outOfRange = "year";
            return false;
        }
        time = GoTime.At(new DateTime(ticks, DateTimeKind.Utc), zone);
        return true;
    }

    private bool TryResolveDate()
    {
        // Go has a year 0, this has not: only a layout without a year comes here with it, and then Go's year is 0 too.
        if (_year == 0) _year = 1;
        if (_yearDay > 0)
        {
            if (_yearDay > (DateTime.IsLeapYear(_year) ? 366 : 365)) return OutOfRange("day-of-year");
            var date = new DateTime(_year, 1, 1).AddDays(_yearDay - 1);
            if ((_month > 0 && _month != date.Month) || (_day > 0 && _day != date.Day)) return OutOfRange("day-of-year");
            (_month, _day) = (date.Month, date.Day);
        }
        _month = Math.Max(_month, 1);
        _day = Math.Max(_day, 1);
        return _day <= DateTime.DaysInMonth(_year, _month) || OutOfRange("day");
    }

    private readonly GoZone ZoneOf(DateTime clock, GoZone local, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (_isUtc) return GoZone.Utc;
        if (_offset is { } read)
        {
            offset = read;
            var ticks = Math.Clamp(clock.Ticks - offset.Ticks, 0, DateTime.MaxValue.Ticks);
            var utc = new DateTime(ticks, DateTimeKind.Utc);
            var isLocal = local.OffsetAt(utc) == offset && (_zoneName is null || local.AbbreviationAt(utc) == _zoneName);
            return isLocal ? local : GoZone.Fixed(_zoneName ?? "", offset);
        }
        if (_zoneName is null)
        {
            offset = local.OffsetOfLocal(clock);
            return local;
        }
        if (local.TryGetOffset(_zoneName, clock, out offset)) return local;
        // A name that the zone does not know has no offset, but for GMT+3.
        var isGmt = _zoneName.StartsWith("GMT", StringComparison.Ordinal);
        if (isGmt && int.TryParse(_zoneName.AsSpan(3), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hours)) offset = TimeSpan.FromHours(hours);
        else offset = TimeSpan.Zero;
        return GoZone.Fixed(_zoneName, offset);
    }

    private bool OutOfRange(string which)
    {
        _outOfRange = which;
        return false;
    }
}
