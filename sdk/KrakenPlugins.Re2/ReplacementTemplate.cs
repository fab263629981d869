using System.Text;

namespace KrakenPlugins.Re2;

/// <summary>Go's templates of replacements.</summary>
internal static class ReplacementTemplate
{
    public static void Expand(StringBuilder result, ReadOnlySpan<char> template, Re2Regex regex, ReadOnlySpan<char> text, ReadOnlySpan<int> slots)
    {
        while (template.IndexOf('$') is >= 0 and var dollar)
        {
            result.Append(template[..dollar]);
            template = template[(dollar + 1)..];
            if (template is ['$', ..])
            {
                result.Append('$');
                template = template[1..];
                continue;
            }
            var length = Reference(template, out var name);
            if (length == 0)
            {
                result.Append('$');
                continue;
            }
            template = template[length..];
            var group = Number(name) is >= 0 and var number ? number : regex.GroupNumber(name, slots);
            if (group < 0 || 2 * group + 1 >= slots.Length || slots[2 * group] < 0) continue;
            result.Append(text[slots[2 * group]..slots[2 * group + 1]]);
        }
        result.Append(template);
    }

    // The length of what follows the dollar sign, 0 when that is no reference.
    private static int Reference(ReadOnlySpan<char> template, out ReadOnlySpan<char> name)
    {
        var start = template is ['{', ..] ? 1 : 0;
        var end = start;
        while (end < template.Length)
        {
            if (Rune.DecodeFromUtf16(template[end..], out var c, out var width) != System.Buffers.OperationStatus.Done) break;
            if (c.Value != '_' && !Rune.IsLetter(c) && Rune.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.DecimalDigitNumber) break;
            end += width;
        }
        name = template[start..end];
        if (name.IsEmpty) return 0;
        if (start == 0) return end;
        return end < template.Length && template[end] == '}' ? end + 1 : 0;
    }

    // -1 for what is a name: a number has no leading zero.
    private static int Number(ReadOnlySpan<char> name)
    {
        if (name.Length > 1 && name[0] == '0') return -1;
        var number = 0;
        foreach (var c in name)
        {
            if (!char.IsAsciiDigit(c) || number >= 100_000_000) return -1;
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
