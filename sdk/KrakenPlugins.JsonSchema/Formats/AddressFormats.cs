namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>Addresses: RFC 2673 section 3.2 (dotted quad) and RFC 4291 section 2.2.</summary>
internal static class AddressFormats
{
    internal static bool IsIPv4(ReadOnlySpan<char> text)
    {
        for (var part = 0; part < 4; part++)
        {
            var end = part == 3 ? text.Length : text.IndexOf('.');
            if (end is < 1 or > 3 || text[..end].ContainsAnyExceptInRange('0', '9') || (end > 1 && text[0] == '0')
                || int.Parse(text[..end], System.Globalization.CultureInfo.InvariantCulture) > 255)
                return false;
            text = part == 3 ? default : text[(end + 1)..];
        }
        return true;
    }

    internal static bool IsIPv6(ReadOnlySpan<char> text)
    {
        var gap = text.IndexOf("::");
        if (gap < 0)
            return Groups(text, mayEndInIPv4: true) == 8;
        var before = text[..gap];
        var after = text[(gap + 2)..];
        var left = before.IsEmpty ? 0 : Groups(before, mayEndInIPv4: false);
        var right = after.IsEmpty ? 0 : Groups(after, mayEndInIPv4: true);
        return left >= 0 && right >= 0 && left + right <= 7;
    }

    // The number of groups of 16 bits, or -1.
    private static int Groups(ReadOnlySpan<char> text, bool mayEndInIPv4)
    {
        for (var count = 1; count <= 8; count++)
        {
            var end = text.IndexOf(':');
            var group = end < 0 ? text : text[..end];
            if (end < 0 && mayEndInIPv4 && group.Contains('.'))
                return IsIPv4(group) ? count + 1 : -1;
            if (group.Length is 0 or > 4)
                return -1;
            foreach (var c in group)
            {
                if (!char.IsAsciiHexDigit(c))
                    return -1;
            }
            if (end < 0)
                return count;
            text = text[(end + 1)..];
        }
        return -1;
    }
}
