namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>JSON pointers (RFC 6901) and relative ones (draft-handrews-relative-json-pointer-01).</summary>
internal static class PointerFormats
{
    internal static bool IsPointer(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] != '/')
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ('0' or '1')))
                return false;
        }
        return true;
    }

    internal static bool IsRelativePointer(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = text.Length;
        return digits > 0 && (digits == 1 || text[0] != '0') && (text[digits..] is "#" || IsPointer(text[digits..]));
    }
}
