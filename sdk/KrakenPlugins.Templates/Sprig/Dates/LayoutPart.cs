namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>What a piece of a Go layout stands for. Layouts show the reference time, Mon Jan 2 15:04:05 MST 2006, in the wanted form.</summary>
internal enum LayoutPart
{
    None,
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour24,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperNoon,
    LowerNoon,
    ZoneName,
    IsoZone,
    IsoSecondsZone,
    IsoShortZone,
    IsoColonZone,
    IsoColonSecondsZone,
    NumberZone,
    NumberSecondsZone,
    NumberShortZone,
    NumberColonZone,
    NumberColonSecondsZone,
    ZeroFraction,
    TrimmedFraction,
}

/// <summary>The pieces of a layout, one after the other.</summary>
internal static class LayoutParts
{
    private static readonly (string Text, LayoutPart Part)[] Pieces =
    [
        ("January", LayoutPart.LongMonth), ("Monday", LayoutPart.LongWeekday), ("MST", LayoutPart.ZoneName),
        ("002", LayoutPart.ZeroYearDay), ("01", LayoutPart.ZeroMonth), ("02", LayoutPart.ZeroDay), ("03", LayoutPart.ZeroHour12),
        ("04", LayoutPart.ZeroMinute), ("05", LayoutPart.ZeroSecond), ("06", LayoutPart.Year),
        ("15", LayoutPart.Hour24), ("1", LayoutPart.NumberMonth), ("2006", LayoutPart.LongYear), ("2", LayoutPart.Day),
        ("__2", LayoutPart.SpaceYearDay), ("_2", LayoutPart.SpaceDay), ("3", LayoutPart.Hour12), ("4", LayoutPart.Minute), ("5", LayoutPart.Second),
        ("PM", LayoutPart.UpperNoon), ("pm", LayoutPart.LowerNoon),
        ("-070000", LayoutPart.NumberSecondsZone), ("-07:00:00", LayoutPart.NumberColonSecondsZone), ("-0700", LayoutPart.NumberZone),
        ("-07:00", LayoutPart.NumberColonZone), ("-07", LayoutPart.NumberShortZone),
        ("Z070000", LayoutPart.IsoSecondsZone), ("Z07:00:00", LayoutPart.IsoColonSecondsZone), ("Z0700", LayoutPart.IsoZone),
        ("Z07:00", LayoutPart.IsoColonZone), ("Z07", LayoutPart.IsoShortZone),
    ];

    /// <summary>Finds the next piece: literal text before it, the piece, what follows.</summary>
    public static LayoutPart Next(ReadOnlySpan<char> layout, out ReadOnlySpan<char> literal, out ReadOnlySpan<char> piece, out ReadOnlySpan<char> rest)
    {
        for (var at = 0; at < layout.Length; at++)
        {
            var part = PartAt(layout, at, out var length);
            if (part == LayoutPart.None) continue;
            literal = layout[..at];
            piece = layout.Slice(at, length);
            rest = layout[(at + length)..];
            return part;
        }
        literal = layout;
        piece = rest = default;
        return LayoutPart.None;
    }

    private static LayoutPart PartAt(ReadOnlySpan<char> layout, int at, out int length)
    {
        length = 0;
        var text = layout[at..];
        if (text[0] is '.' or ',') return FractionAt(text, out length);
        if (text[0] is not ('J' or 'M' or 'Z' or '_' or '-' or 'P' or 'p' or (>= '0' and <= '5'))) return LayoutPart.None;
        // An underscore before a year is a literal one.
        if (text.StartsWith("_2006")) return LayoutPart.None;
        foreach (var (known, part) in Pieces)
        {
            if (!text.StartsWith(known)) continue;
            length = known.Length;
            return part;
        }
        length = 3;
        if (text.StartsWith("Jan")) return IsLowerAt(text, 3) ? LayoutPart.None : LayoutPart.Month;
        if (text.StartsWith("Mon")) return IsLowerAt(text, 3) ? LayoutPart.None : LayoutPart.Weekday;
        return LayoutPart.None;
    }

    private static bool IsLowerAt(ReadOnlySpan<char> text, int at) => at < text.Length && char.IsAsciiLetterLower(text[at]);

    private static LayoutPart FractionAt(ReadOnlySpan<char> text, out int length)
    {
        length = 1;
        if (text.Length < 2 || text[1] is not ('0' or '9')) return LayoutPart.None;
        while (length < text.Length && text[length] == text[1]) length++;
        if (length < text.Length && char.IsAsciiDigit(text[length])) return LayoutPart.None;
        return text[1] == '0' ? LayoutPart.ZeroFraction : LayoutPart.TrimmedFraction;
    }
}
