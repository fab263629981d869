using System.Buffers;

namespace Gateway.Core.Json;

/// <summary>
/// Applies <c>allow</c> and <c>deny</c> to a tape by marking keys as dropped. A container that loses something is no longer
/// canonical, nor is what holds it; everything else stays as it is. Recursion is as deep as the configured paths.
/// </summary>
internal static class FieldFilter
{
    private const int StackFields = 64;

    /// <summary>Keeps only the fields of a set; branches in which nothing is kept go (MAN-020..024).</summary>
    /// <returns>Whether anything is left.</returns>
    public static bool Allow(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, FieldSet set)
    {
        var count = set.Names.Length;
        var rented = count > StackFields ? ArrayPool<int>.Shared.Rent(count) : null;
        Span<int> keyOf = rented is null ? stackalloc int[StackFields] : rented;
        keyOf = keyOf[..count];
        keyOf.Clear();
        var isWhole = true;
        var end = tokens[container].Next;
        for (var key = container + 1; key < end; key = tokens[key + 1].Next)
        {
            var field = set.Find(source, tokens[key]);
            if (field >= 0)
            {
                // A name that occurs again decides for itself: what the earlier one had is no part of the document.
                if (keyOf[field] != 0)
                    tokens[keyOf[field]].Flags |= JsonFlags.Dropped;
                var isKept = set.Children[field] is not { } below
                    || (tokens[key + 1].Kind == JsonFlags.Object && Allow(source, tokens, key + 1, below));
                keyOf[field] = key;
                isWhole &= tokens[key + 1].Has(JsonFlags.Canonical);
                if (isKept)
                    continue;
            }
            tokens[key].Flags |= JsonFlags.Dropped;
            isWhole = false;
        }
        var isAnyKept = false;
        foreach (var key in keyOf)
            isAnyKept |= key != 0 && !tokens[key].Has(JsonFlags.Dropped);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
        if (!isWhole)
            tokens[container].Flags &= ~JsonFlags.Canonical;
        return isAnyKept;
    }

    /// <summary>Drops the fields of a set; emptied parents stay (MAN-025..027).</summary>
    public static void Deny(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, FieldSet set)
    {
        var end = tokens[container].Next;
        for (var key = container + 1; key < end; key = tokens[key + 1].Next)
        {
            var field = set.Find(source, tokens[key]);
            if (field < 0)
                continue;
            if (set.Children[field] is not { } below)
                tokens[key].Flags |= JsonFlags.Dropped;
            else if (tokens[key + 1].Kind == JsonFlags.Object)
                Deny(source, tokens, key + 1, below);
            if (tokens[key].Has(JsonFlags.Dropped) || !tokens[key + 1].Has(JsonFlags.Canonical))
                tokens[container].Flags &= ~JsonFlags.Canonical;
        }
    }
}
