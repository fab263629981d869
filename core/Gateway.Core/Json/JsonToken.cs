using System.Runtime.InteropServices;

namespace Gateway.Core.Json;

/// <summary>Kind (low four bits) and properties of a token.</summary>
[Flags]
internal enum JsonFlags
{
    Null = 0,
    False = 1,
    True = 2,
    Number = 3,
    String = 4,
    Array = 5,
    Object = 6,
    /// <summary>A member name; its value is the token behind it.</summary>
    Key = 7,
    /// <summary>Adjacent canonical elements of an array, held as one stretch of bytes with the commas between them.</summary>
    Run = 8,
    /// <summary>All bits that name the kind.</summary>
    KindMask = 15,
    /// <summary>The bytes are what the writer would write.</summary>
    Canonical = 16,
    /// <summary>Keys of the object ascend strictly, so there is nothing to sort and no key twice.</summary>
    Ordered = 32,
    /// <summary>The text has escape sequences.</summary>
    Escaped = 64,
    /// <summary>The member was filtered out.</summary>
    Dropped = 128,
}

/// <summary>
/// One value or key of a document, in document order. <see cref="Start"/> and <see cref="Length"/> cover its bytes, quotes and
/// brackets included; <see cref="Next"/> is the index behind its subtree.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JsonToken
{
    public int Start;
    public int Length;
    public int Next;
    public JsonFlags Flags;

    public readonly JsonFlags Kind => Flags & JsonFlags.KindMask;

    public readonly bool Has(JsonFlags flag) => (Flags & flag) != 0;

    /// <summary>The text between the quotes of a key or string, escapes as written.</summary>
    public readonly ReadOnlySpan<byte> Content(ReadOnlySpan<byte> source) => source.Slice(Start + 1, Length - 2);

    /// <summary>The bytes of the token.</summary>
    public readonly ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> source) => source.Slice(Start, Length);
}
