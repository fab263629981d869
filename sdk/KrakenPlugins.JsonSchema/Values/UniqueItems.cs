using System.Buffers;
using System.Numerics;

namespace KrakenPlugins.JsonSchema.Values;

/// <summary>Finds equal items of a list in time linear in its size; the hash is seeded per process.</summary>
internal static class UniqueItems
{
    /// <summary>Whether two items are equal, and which.</summary>
    internal static bool HasDuplicate<T, TChildren>(in T list, JsonTextBuffer buffer, CanonicalText canonical, out int first, out int second)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        first = second = 0;
        var count = list.Count;
        if (count < 2)
            return false;
        canonical.Clear();
        // Slot: 1 + index of an item; ends: where each item's text ends.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(count, int.MaxValue / 4) * 2);
        var slots = ArrayPool<int>.Shared.Rent(size);
        var ends = ArrayPool<int>.Shared.Rent(count + 1);
        Array.Clear(slots, 0, size);
        ends[0] = 0;
        var found = false;
        var children = list.GetChildren();
        for (var i = 0; !found && children.MoveNext(); i++)
        {
            canonical.Append<T, TChildren>(children.Current, buffer);
            ends[i + 1] = canonical.Length;
            first = Place(i, slots.AsSpan(0, size), ends, canonical);
            second = i;
            found = first >= 0;
        }
        ArrayPool<int>.Shared.Return(slots);
        ArrayPool<int>.Shared.Return(ends);
        return found;
    }

    // The equal item's index, or -1 after the item has taken a slot.
    private static int Place(int index, Span<int> slots, int[] ends, CanonicalText canonical)
    {
        var text = canonical.Slice(ends[index], ends[index + 1]);
        var slot = string.GetHashCode(text) & (slots.Length - 1);
        while (slots[slot] != 0)
        {
            var other = slots[slot] - 1;
            if (text.SequenceEqual(canonical.Slice(ends[other], ends[other + 1])))
                return other;
            slot = (slot + 1) & (slots.Length - 1);
        }
        slots[slot] = index + 1;
        return -1;
    }
}
