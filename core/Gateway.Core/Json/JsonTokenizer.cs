using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.Core.Json;

/// <summary>
/// Reads the first complete value of a document into a tape, in one pass, without recursion. The grammar is that of RFC 8259
/// as Go's decoder enforces it; what follows the value is not looked at (MAN-060). Text must be valid UTF-8.
/// </summary>
internal static unsafe class JsonTokenizer
{
    /// <summary>What is kept of an open container while an inner one is read.</summary>
    internal struct Frame
    {
        /// <summary>Index of the container's token, or -1 around the root.</summary>
        public int Container;
        /// <summary>Last key of an object, or the run that an element of an array may join; -1 for none.</summary>
        public int Mark;
        /// <summary>Prefix of the last key.</summary>
        public ulong Prefix;
        /// <summary>Kind and properties so far.</summary>
        public JsonFlags State;
    }

    /// <summary>Reads one value.</summary>
    /// <param name="source">The document, followed by <see cref="JsonScan.Padding"/> bytes of which the first is zero.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="tape">Receives the tokens; storage is reserved.</param>
    /// <param name="first">Index of the first token to write.</param>
    /// <param name="limits">Depth and number of tokens.</param>
    /// <param name="keepElements">
    /// Whether every value gets its tokens. Otherwise canonical elements of arrays melt into runs, since nothing but a tree
    /// ever looks into them: the tape of <c>[[],[],…]</c> has two tokens.
    /// </param>
    public static JsonFault Read(byte[] source, int start, ref JsonTape tape, int first, JsonLimits limits, bool keepElements)
    {
        var tokens = tape.Tokens;
        var scratch = JsonScratch.Current;
        var n = first;
        var depth = 0;
        var frame = new Frame { Container = -1, Mark = -1 };
        fixed (byte* origin = source)
        {
            var p = origin + start;
            JsonFaultKind fault;
            JsonFlags element;
            int from;

        Value:
            if (*p <= ' ')
                SkipSpace(ref p, ref frame.State);
            if (n >= tokens.Length)
            {
                if (n >= limits.MaxTokens)
                    return new JsonFault(JsonFaultKind.TooMany, (int)(p - origin));
                tokens = tape.Grow(n);
            }
            from = (int)(p - origin);
            switch (*p)
            {
                case (byte)'"':
                    element = JsonFlags.String | JsonFlags.Canonical;
                    p = Quote(p + 1, ref element, out fault);
                    if (fault != JsonFaultKind.None)
                        return new JsonFault(fault, (int)(p - origin));
                    p++;
                    break;
                case (byte)'{':
                    if (depth >= limits.MaxDepth)
                        return new JsonFault(JsonFaultKind.TooDeep, from);
                    scratch.Push(depth++, frame);
                    tokens[n].Start = from;
                    frame.Container = n++;
                    frame.Mark = -1;
                    frame.State = JsonFlags.Object | JsonFlags.Canonical | JsonFlags.Ordered;
                    p++;
                    if (*p <= ' ')
                        SkipSpace(ref p, ref frame.State);
                    if (*p == '}')
                        goto Close;
                    goto Key;
                case (byte)'[':
                    if (depth >= limits.MaxDepth)
                        return new JsonFault(JsonFaultKind.TooDeep, from);
                    scratch.Push(depth++, frame);
                    tokens[n].Start = from;
                    frame.Container = n++;
                    frame.Mark = -1;
                    frame.State = JsonFlags.Array | JsonFlags.Canonical;
                    p++;
                    if (*p <= ' ')
                        SkipSpace(ref p, ref frame.State);
                    if (*p == ']')
                        goto Close;
                    goto Value;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                    element = JsonFlags.Number | JsonFlags.Canonical;
                    p = Number(p, out fault);
                    if (fault != JsonFaultKind.None)
                        return new JsonFault(fault, (int)(p - origin));
                    break;
                case (byte)'t':
                    element = JsonFlags.True | JsonFlags.Canonical;
                    if (!Literal(ref p, "true"u8))
                        return new JsonFault(JsonFaultKind.InTrue, (int)(p - origin));
                    break;
                case (byte)'f':
                    element = JsonFlags.False | JsonFlags.Canonical;
                    if (!Literal(ref p, "false"u8))
                        return new JsonFault(JsonFaultKind.InFalse, (int)(p - origin));
                    break;
                case (byte)'n':
                    element = JsonFlags.Null | JsonFlags.Canonical;
                    if (!Literal(ref p, "null"u8))
                        return new JsonFault(JsonFaultKind.InNull, (int)(p - origin));
                    break;
                default:
                    return new JsonFault(JsonFaultKind.ValueExpected, from);
            }
            ref var scalar = ref tokens[n++];
            scalar.Start = from;
            scalar.Length = (int)(p - origin) - from;
            scalar.Next = n;
            scalar.Flags = element;

        Element:
            // The value that just ended is tokens[from .. p) with flags in `element`; frame is what holds it.
            if ((frame.State & JsonFlags.KindMask) == JsonFlags.Object)
            {
                frame.State &= element | ~JsonFlags.Canonical;
                if (*p <= ' ')
                    SkipSpace(ref p, ref frame.State);
                if (*p == ',')
                {
                    p++;
                    if (*p <= ' ')
                        SkipSpace(ref p, ref frame.State);
                    goto Key;
                }
                if (*p == '}')
                    goto Close;
                return new JsonFault(JsonFaultKind.AfterMember, (int)(p - origin));
            }
            if (frame.Container < 0)
            {
                tape.Count = n;
                return default;
            }
            if ((element & JsonFlags.Canonical) == 0)
            {
                frame.State &= ~JsonFlags.Canonical;
                frame.Mark = -1;
            }
            else if (!keepElements)
            {
                n = Melt(tokens, ref frame.Mark, from, (int)(p - origin), n);
            }
            if (*p <= ' ')
                SkipSpace(ref p, ref frame.State);
            if (*p == ',')
            {
                p++;
                goto Value;
            }
            if (*p == ']')
                goto Close;
            return new JsonFault(JsonFaultKind.AfterElement, (int)(p - origin));

        Key:
            if (*p != '"')
                return new JsonFault(JsonFaultKind.KeyExpected, (int)(p - origin));
            if (n >= tokens.Length)
            {
                if (n >= limits.MaxTokens)
                    return new JsonFault(JsonFaultKind.TooMany, (int)(p - origin));
                tokens = tape.Grow(n);
            }
            {
                ref var key = ref tokens[n];
                key.Start = (int)(p - origin);
                element = JsonFlags.Key | JsonFlags.Canonical;
                var text = p + 1;
                p = Quote(text, ref element, out fault);
                if (fault != JsonFaultKind.None)
                    return new JsonFault(fault, (int)(p - origin));
                key.Length = (int)(p - text) + 2;
                key.Next = n + 1;
                key.Flags = element;
                if ((frame.State & JsonFlags.Ordered) != 0)
                {
                    var prefix = (element & JsonFlags.Escaped) == 0
                        ? JsonKey.Prefix(text, (int)(p - text))
                        : JsonKey.Prefix(source, key);
                    if (frame.Mark >= 0 && prefix <= frame.Prefix
                        && (prefix < frame.Prefix || JsonKey.Compare(source, tokens[frame.Mark], source, key) >= 0))
                    {
                        frame.State &= ~(JsonFlags.Ordered | JsonFlags.Canonical);
                    }
                    frame.Prefix = prefix;
                    frame.Mark = n;
                }
                frame.State &= element | ~JsonFlags.Canonical;
                n++;
            }
            p++;
            if (*p <= ' ')
                SkipSpace(ref p, ref frame.State);
            if (*p != ':')
                return new JsonFault(JsonFaultKind.AfterKey, (int)(p - origin));
            p++;
            goto Value;

        Close:
            p++;
            element = frame.State;
            ref var closed = ref tokens[frame.Container];
            from = closed.Start;
            if (!keepElements && (element & (JsonFlags.Canonical | JsonFlags.KindMask)) == (JsonFlags.Canonical | JsonFlags.Array))
                n = frame.Container + 1;
            closed.Length = (int)(p - origin) - from;
            closed.Next = n;
            closed.Flags = element;
            var inner = frame.Container;
            frame = scratch.Frames[--depth];
            if (!keepElements && (element & JsonFlags.Canonical) != 0 && (frame.State & JsonFlags.KindMask) == JsonFlags.Array)
                n = inner + 1;
            goto Element;
        }
    }

    /// <summary>
    /// The canonical element that ends at <paramref name="end"/> joins the run before it when only a comma is between them,
    /// or begins one; its own tokens go.
    /// </summary>
    private static int Melt(JsonToken[] tokens, ref int mark, int from, int end, int n)
    {
        if (mark >= 0)
        {
            ref var run = ref tokens[mark];
            if (run.Start + run.Length + 1 == from)
            {
                run.Length = end - run.Start;
                return mark + 1;
            }
        }
        mark = n - 1;
        ref var token = ref tokens[mark];
        token.Start = from;
        token.Length = end - from;
        token.Next = n;
        token.Flags = JsonFlags.Run | JsonFlags.Canonical;
        return n;
    }

    /// <summary>From behind the opening quote to the closing one. Most strings end within the first load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Quote(byte* p, ref JsonFlags flags, out JsonFaultKind fault)
    {
        var mask = JsonScan.Special(p);
        var q = p + BitOperations.TrailingZeroCount(mask);
        if (mask != 0 && *q == '"')
        {
            fault = JsonFaultKind.None;
            return q;
        }
        return JsonScan.ToQuote(p, ref flags, out fault);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SkipSpace(ref byte* p, ref JsonFlags state)
    {
        var q = JsonScan.SkipSpace(p);
        if (q == p)
            return;
        state &= ~JsonFlags.Canonical;
        p = q;
    }

    private static byte* Number(byte* p, out JsonFaultKind fault)
    {
        if (*p == '-')
            p++;
        fault = JsonFaultKind.InNumber;
        if (*p == '0')
            p++;
        else if (!SkipDigits(ref p))
            return p;
        if (*p == '.')
        {
            p++;
            fault = JsonFaultKind.AfterPoint;
            if (!SkipDigits(ref p))
                return p;
        }
        if ((*p | 0x20) == 'e')
        {
            p++;
            if (*p is (byte)'+' or (byte)'-')
                p++;
            fault = JsonFaultKind.InExponent;
            if (!SkipDigits(ref p))
                return p;
        }
        fault = JsonFaultKind.None;
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SkipDigits(ref byte* p)
    {
        var q = p;
        while ((uint)(*q - '0') <= 9)
            q++;
        var any = q != p;
        p = q;
        return any;
    }

    /// <summary>Steps over a literal, or to the byte that differs from it.</summary>
    private static bool Literal(ref byte* p, ReadOnlySpan<byte> literal)
    {
        if (MemoryMarshal.Read<uint>(literal) == Unsafe.ReadUnaligned<uint>(p) && p[literal.Length - 1] == literal[^1])
        {
            p += literal.Length;
            return true;
        }
        foreach (var expected in literal)
        {
            if (*p != expected)
                return false;
            p++;
        }
        return true;
    }
}
