using System.Buffers;
using System.Text;

namespace Gateway.Core.Encodings;

/// <summary>What XML 1.0 (fifth edition, productions 4 and 4a) allows as the name of an element or attribute.</summary>
internal static class XmlName
{
    private static readonly SearchValues<char> s_asciiName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-.");

    public static bool IsLegal(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return false;
        if (!name.ContainsAnyExcept(s_asciiName))
            return IsStart(name[0]);
        var first = true;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out var rune, out var length) != OperationStatus.Done)
                return false;
            if (!IsStart(rune.Value) && (first || !IsFollowing(rune.Value)))
                return false;
            first = false;
            name = name[length..];
        }
        return true;
    }

    private static bool IsStart(int c) => c switch
    {
        (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_' or ':' => true,
        < 0xC0 => false,
        0xD7 or 0xF7 or 0x37E => false,
        <= 0x2FF => true,
        >= 0x370 and <= 0x1FFF => true,
        0x200C or 0x200D => true,
        >= 0x2070 and <= 0x218F => true,
        >= 0x2C00 and <= 0x2FEF => true,
        >= 0x3001 and <= 0xD7FF => true,
        >= 0xF900 and <= 0xFDCF => true,
        >= 0xFDF0 and <= 0xFFFD => true,
        >= 0x10000 and <= 0xEFFFF => true,
        _ => false,
    };

    private static bool IsFollowing(int c) =>
        c is (>= '0' and <= '9') or '-' or '.' or 0xB7 or (>= 0x300 and <= 0x36F) or 0x203F or 0x2040;
}
