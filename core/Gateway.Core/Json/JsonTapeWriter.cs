using System.Numerics;
using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>
/// Writes a subtree of a tape as canonical JSON, in one walk and without recursion: canonical values are copied, objects out of
/// order are sorted when they are reached, dropped members are left out.
/// </summary>
internal static unsafe class JsonTapeWriter
{
    /// <summary>An open container.</summary>
    internal struct Frame
    {
        /// <summary>Next token, or next entry of a sorted object.</summary>
        public int Cursor;
        /// <summary>Where the container ends, as a token or an entry.</summary>
        public int End;
        /// <summary>Where the entries of a sorted object begin.</summary>
        public int Entries;
        /// <summary>Array, Object, or Key for an object whose members were sorted.</summary>
        public JsonFlags Kind;
        /// <summary>Whether nothing was written into it.</summary>
        public bool IsFirst;
    }

    /// <summary>Writes the value of a token.</summary>
    /// <param name="output">Where to; it uses the same source.</param>
    /// <param name="source">The document with its padding.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="root">The value.</param>
    /// <param name="entries">Entries of the thread's scratch that the caller uses itself.</param>
    public static void Write(ref JsonOutput output, ReadOnlySpan<byte> source, JsonToken[] tokens, int root, int entries = 0)
    {
        if (WriteScalar(ref output, source, tokens[root]))
            return;
        var scratch = JsonScratch.Current;
        var depth = 0;
        var frame = Open(ref output, scratch, source, tokens, root, ref entries);
        while (true)
        {
            if (frame.Cursor == frame.End)
            {
                output.Mark(frame.Kind == JsonFlags.Array ? (byte)']' : (byte)'}');
                if (depth == 0)
                    return;
                if (frame.Kind == JsonFlags.Key)
                    entries = frame.Entries;
                frame = scratch.Open[--depth];
                continue;
            }
            int value;
            if (frame.Kind == JsonFlags.Array)
            {
                value = frame.Cursor;
                frame.Cursor = tokens[value].Next;
                Comma(ref output, ref frame);
            }
            else
            {
                int key;
                if (frame.Kind == JsonFlags.Key)
                {
                    key = scratch.Entries[frame.Cursor++].Index;
                }
                else
                {
                    key = frame.Cursor;
                    frame.Cursor = tokens[key + 1].Next;
                    if (tokens[key].Has(JsonFlags.Dropped))
                        continue;
                }
                Comma(ref output, ref frame);
                WriteText(ref output, source, tokens[key]);
                output.Mark((byte)':');
                value = key + 1;
            }
            if (WriteScalar(ref output, source, tokens[value]))
                continue;
            scratch.Push(depth++, frame);
            frame = Open(ref output, scratch, source, tokens, value, ref entries);
        }
    }

    /// <summary>Writes a string between quotes, in canonical form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteText(ref JsonOutput output, ReadOnlySpan<byte> source, in JsonToken token)
    {
        if (token.Has(JsonFlags.Canonical))
            output.Copy(token.Start, token.Start + token.Length);
        else
            WriteEscaped(ref output, source, token);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteEscaped(ref JsonOutput output, ReadOnlySpan<byte> source, in JsonToken token)
    {
        Span<byte> canonical = stackalloc byte[6];
        var at = token.Start;
        var end = token.Start + token.Length - 1;
        fixed (byte* origin = source)
        {
            var p = origin + token.Start + 1;
            var last = origin + end;
            while (p < last)
            {
                var mask = JsonScan.Special(p);
                if (mask == 0)
                {
                    p += 32;
                    continue;
                }
                p += BitOperations.TrailingZeroCount(mask);
                if (p >= last)
                    break;
                var length = 1;
                int value = *p;
                if (value == '\\')
                {
                    value = JsonEscape.Decode(p, out length);
                }
                else if (value == 0xE2)
                {
                    if (!JsonEscape.IsLineSeparator(p))
                    {
                        p++;
                        continue;
                    }
                    value = 0x2000 | (p[2] & 0x3F);
                    length = 3;
                }
                var written = canonical[..JsonEscaping.Encode(value, canonical)];
                var from = (int)(p - origin);
                p += length;
                if (written.SequenceEqual(source.Slice(from, length)))
                    continue;
                output.Copy(at, from);
                output.Text(written);
                at = from + length;
            }
        }
        output.Copy(at, end + 1);
    }

    private static bool WriteScalar(ref JsonOutput output, ReadOnlySpan<byte> source, in JsonToken token)
    {
        if (token.Has(JsonFlags.Canonical))
        {
            output.Copy(token.Start, token.Start + token.Length);
            return true;
        }
        if (token.Kind != JsonFlags.String)
            return false;
        WriteText(ref output, source, token);
        return true;
    }

    private static void Comma(ref JsonOutput output, ref Frame frame)
    {
        if (frame.IsFirst)
            frame.IsFirst = false;
        else
            output.Mark((byte)',');
    }

    private static Frame Open(ref JsonOutput output, JsonScratch scratch, ReadOnlySpan<byte> source, JsonToken[] tokens, int container, ref int entries)
    {
        ref var token = ref tokens[container];
        var frame = new Frame { Cursor = container + 1, End = token.Next, Kind = token.Kind, IsFirst = true };
        output.Mark(frame.Kind == JsonFlags.Array ? (byte)'[' : (byte)'{');
        if (frame.Kind == JsonFlags.Array || token.Has(JsonFlags.Ordered))
            return frame;
        frame.Kind = JsonFlags.Key;
        frame.Entries = entries;
        frame.Cursor = entries;
        entries += Collect(scratch, source, tokens, container, entries);
        frame.End = entries;
        return frame;
    }

    private static int Collect(JsonScratch scratch, ReadOnlySpan<byte> source, JsonToken[] tokens, int container, int at)
    {
        var count = 0;
        var end = tokens[container].Next;
        fixed (byte* origin = source)
        {
            for (var key = container + 1; key < end; key = tokens[key + 1].Next)
            {
                ref var token = ref tokens[key];
                if (token.Has(JsonFlags.Dropped))
                    continue;
                scratch.NeedEntries(at + count + 1);
                ref var entry = ref scratch.Entries[at + count++];
                entry.Index = key;
                entry.Prefix = token.Has(JsonFlags.Escaped)
                    ? JsonKey.Prefix(source, token)
                    : JsonKey.Prefix(origin + token.Start + 1, token.Length - 2);
            }
        }
        scratch.NeedEntries(at + (2 * count));
        var all = scratch.Entries.AsSpan(at, 2 * count);
        return KeySort.SortUnique(all[..count], all[count..], new Ties(source, tokens));
    }

    private readonly ref struct Ties(ReadOnlySpan<byte> source, JsonToken[] tokens) : IKeyTies
    {
        private readonly ReadOnlySpan<byte> _source = source;

        public int Compare(in SortEntry x, in SortEntry y) => JsonKey.Compare(_source, tokens[x.Index], _source, tokens[y.Index]);
    }
}
