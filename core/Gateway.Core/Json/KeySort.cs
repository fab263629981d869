namespace Gateway.Core.Json;

/// <summary>A member to be sorted: the first bytes of its name, and where the rest is.</summary>
internal struct SortEntry
{
    /// <summary>See <see cref="JsonKey.Prefix(byte*, int)"/>.</summary>
    public ulong Prefix;
    /// <summary>Which document, when several are merged.</summary>
    public int Part;
    /// <summary>The key token, or the position in whatever else the part is.</summary>
    public int Index;
}

/// <summary>Decides between names whose prefixes are equal.</summary>
internal interface IKeyTies
{
    /// <summary>Compares the names in full.</summary>
    int Compare(in SortEntry x, in SortEntry y);
}

/// <summary>
/// A stable merge sort without allocation or recursion. Stable, because the last of equal names wins; a merge sort, because no
/// order of names makes it slow.
/// </summary>
internal static class KeySort
{
    private const int InsertionLength = 16;

    /// <summary>Sorts by name and keeps of equal names the last.</summary>
    /// <param name="entries">The entries, in the order in which later ones win.</param>
    /// <param name="room">Work space of the same length.</param>
    /// <param name="ties">Compares names with equal prefixes.</param>
    /// <returns>How many entries are left.</returns>
    public static int SortUnique<TTies>(Span<SortEntry> entries, Span<SortEntry> room, TTies ties)
        where TTies : struct, IKeyTies, allows ref struct
    {
        for (var from = 0; from < entries.Length; from += InsertionLength)
            Insertion(entries[from..Math.Min(from + InsertionLength, entries.Length)], ties);
        for (var width = InsertionLength; width < entries.Length; width *= 2)
        {
            for (var from = 0; from + width < entries.Length; from += 2 * width)
                Merge(entries[from..Math.Min(from + (2 * width), entries.Length)], width, room, ties);
        }
        return Unique(entries, ties);
    }

    private static void Insertion<TTies>(Span<SortEntry> entries, TTies ties)
        where TTies : struct, IKeyTies, allows ref struct
    {
        for (var i = 1; i < entries.Length; i++)
        {
            var entry = entries[i];
            var hole = i - 1;
            while (hole >= 0 && IsAfter(entries[hole], entry, ties))
            {
                entries[hole + 1] = entries[hole];
                hole--;
            }
            entries[hole + 1] = entry;
        }
    }

    private static void Merge<TTies>(Span<SortEntry> entries, int middle, Span<SortEntry> room, TTies ties)
        where TTies : struct, IKeyTies, allows ref struct
    {
        if (!IsAfter(entries[middle - 1], entries[middle], ties))
            return;
        var left = room[..middle];
        entries[..middle].CopyTo(left);
        var l = 0;
        var r = middle;
        var to = 0;
        while (l < left.Length && r < entries.Length)
            entries[to++] = IsAfter(left[l], entries[r], ties) ? entries[r++] : left[l++];
        left[l..].CopyTo(entries[to..]);
    }

    private static int Unique<TTies>(Span<SortEntry> entries, TTies ties)
        where TTies : struct, IKeyTies, allows ref struct
    {
        var kept = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (i + 1 < entries.Length && entries[i].Prefix == entries[i + 1].Prefix && ties.Compare(entries[i], entries[i + 1]) == 0)
                continue;
            entries[kept++] = entries[i];
        }
        return kept;
    }

    private static bool IsAfter<TTies>(in SortEntry x, in SortEntry y, TTies ties)
        where TTies : struct, IKeyTies, allows ref struct =>
        x.Prefix > y.Prefix || (x.Prefix == y.Prefix && ties.Compare(x, y) > 0);
}
