using System.Globalization;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>The Bidi rule of RFC 5893 section 2, with the bidirectional classes that letters and digits of host names have.</summary>
internal static class BidiRule
{
    private enum Class
    {
        Left,
        Right,
        EuropeanNumber,
        ArabicNumber,
        Mark,
        Neutral,
    }

    internal static bool IsRightToLeft(List<int> label) => label.Exists(p => Of(p) is Class.Right or Class.ArabicNumber);

    internal static bool Holds(List<int> label)
    {
        var first = Of(label[0]);
        if (first is not (Class.Left or Class.Right))
            return false;
        var (european, arabic) = (false, false);
        var last = first;
        foreach (var point in label)
        {
            var kind = Of(point);
            if (kind == (first == Class.Right ? Class.Left : Class.Right) || (first == Class.Left && kind == Class.ArabicNumber))
                return false;
            european |= kind == Class.EuropeanNumber;
            arabic |= kind == Class.ArabicNumber;
            if (kind != Class.Mark)
                last = kind;
        }
        return last != Class.Neutral && !(first == Class.Right && european && arabic);
    }

    private static Class Of(int point)
    {
        if (point is >= '0' and <= '9' or >= 0x6F0 and <= 0x6F9)
            return Class.EuropeanNumber;
        if (point is >= 0x660 and <= 0x669)
            return Class.ArabicNumber;
        var category = CharUnicodeInfo.GetUnicodeCategory(point);
        if (category == UnicodeCategory.NonSpacingMark)
            return Class.Mark;
        if (category is not (UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.OtherSymbol or UnicodeCategory.LetterNumber))
            return Class.Neutral;
        // The blocks whose unassigned code points default to right-to-left (UAX #9, DerivedBidiClass).
        return point is >= 0x590 and <= 0x8FF or >= 0xFB1D and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF
            or >= 0x10800 and <= 0x10FFF or >= 0x1E800 and <= 0x1EFFF ? Class.Right : Class.Left;
    }
}
