using System.Globalization;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>
/// Which code points a U-label may have (RFC 5892). Stability under normalisation is judged by the blocks of compatibility characters,
/// since the platform carries no normalisation tables in its invariant mode.
/// </summary>
internal static class IdnaLabel
{
    private static readonly HashSet<int> s_viramas =
    [
        0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD3B, 0xD3C, 0xD4D, 0xDCA, 0xE3A, 0xEBA, 0xF84, 0x1039, 0x103A,
        0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB, 0x1BF2, 0x1BF3, 0x2D7F, 0xA806, 0xA8C4, 0xA953, 0xA9C0, 0xAAF6,
        0xABED, 0x10A3F, 0x11046, 0x1107F, 0x110B9, 0x11133, 0x11134, 0x111C0, 0x11235, 0x112EA, 0x1134D, 0x11442, 0x114C2, 0x115BF,
        0x1163F, 0x116B6, 0x1172B, 0x11839,
    ];

    internal static bool IsValid(List<int> label)
    {
        if (label[0] == '-' || label[^1] == '-' || (label.Count > 3 && label[2] == '-' && label[3] == '-'))
            return false;
        if (CharUnicodeInfo.GetUnicodeCategory(label[0]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark)
            return false;
        for (var i = 0; i < label.Count; i++)
        {
            if (!(InContext(label, i) ?? IsLetter(label[i])))
                return false;
        }
        return true;
    }

    // Sections 2.6 and 2.1, 2.2.
    private static bool IsLetter(int point) => point switch
    {
        0xDF or 0x3C2 or 0x6FD or 0x6FE or 0xF0B or 0x3007 => true,
        0x640 or 0x7FA or 0x302E or 0x302F or >= 0x3031 and <= 0x3035 or 0x303B => false,
        < 128 => point == '-' || char.IsAsciiLetterLower((char)point) || char.IsAsciiDigit((char)point),
        >= 0x1100 and <= 0x11FF or >= 0xA960 and <= 0xA97F or >= 0xD7B0 and <= 0xD7FF => false,
        >= 0x2100 and <= 0x214D or >= 0xF900 and <= 0xFAFF or >= 0xFB00 and <= 0xFB4F or >= 0xFB50 and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF
            or >= 0xFF00 and <= 0xFFEF or >= 0x1D400 and <= 0x1D7FF or >= 0x2F800 and <= 0x2FA1F => false,
        _ => CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.DecimalDigitNumber,
    };

    // Appendix A: code points that depend on their neighbours; null for all others.
    private static bool? InContext(List<int> label, int at)
    {
        var before = at > 0 ? label[at - 1] : -1;
        var after = at + 1 < label.Count ? label[at + 1] : -1;
        return label[at] switch
        {
            0x200D => s_viramas.Contains(before),
            0x200C => s_viramas.Contains(before) || Joins(label, at),
            0xB7 => before == 'l' && after == 'l',
            0x375 => after is >= 0x370 and <= 0x3FF or >= 0x1F00 and <= 0x1FFF,
            0x5F3 or 0x5F4 => before is >= 0x590 and <= 0x5FF,
            0x30FB => label.Exists(IsJapanese),
            >= 0x660 and <= 0x669 => !label.Exists(p => p is >= 0x6F0 and <= 0x6F9),
            >= 0x6F0 and <= 0x6F9 => !label.Exists(p => p is >= 0x660 and <= 0x669),
            _ => null,
        };
    }

    private static bool IsJapanese(int point) => point is >= 0x3041 and <= 0x309F or >= 0x30A1 and <= 0x30FA or >= 0x30FC and <= 0x30FF
        or >= 0x31F0 and <= 0x31FF or 0x3005 or 0x3007 or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0x20000 and <= 0x323AF;

    // Between letters that would join: marks aside, the one before joins to its left and the one after to its right.
    private static bool Joins(List<int> label, int at)
    {
        int before = at - 1, after = at + 1;
        while (before >= 0 && IsMark(label[before]))
            before--;
        while (after < label.Count && IsMark(label[after]))
            after++;
        return before >= 0 && after < label.Count && IsJoining(label[before]) && !JoinsOnlyBackwards(label[before]) && IsJoining(label[after]);
    }

    private static bool IsMark(int point) => CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.NonSpacingMark;

    private static bool IsJoining(int point) => point is >= 0x620 and <= 0x6FF or >= 0x710 and <= 0x77F or >= 0x7CA and <= 0x7EA or >= 0x840 and <= 0x8C7
        && CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.OtherLetter && point is not (0x621 or 0x674);

    private static bool JoinsOnlyBackwards(int point) => point is >= 0x622 and <= 0x625 or 0x627 or 0x629 or >= 0x62F and <= 0x632 or 0x648
        or >= 0x671 and <= 0x673 or >= 0x675 and <= 0x677 or >= 0x688 and <= 0x699 or 0x6C0 or >= 0x6C3 and <= 0x6CB or 0x6CD or 0x6CF
        or 0x6D2 or 0x6D3 or 0x6D5 or 0x6EE or 0x6EF or 0x710 or >= 0x715 and <= 0x719 or 0x71E or 0x728 or 0x72A or 0x72C or 0x72F or 0x74D
        or >= 0x759 and <= 0x75B or 0x76B or 0x76C or 0x771 or 0x773 or 0x774 or 0x778 or 0x779;
}
