using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>Writes the root members of several payloads as one object: a walk over all of them in the order of their keys.</summary>
internal ref struct MergeWriter(ReadOnlySpan<Payload> parts)
{
    // A group is the only member of its part and has no key token.
    private const int GroupEntry = -1;

    private readonly ReadOnlySpan<Payload> _parts = parts;
    private List<TreeMember>? _treeMembers;
    private int _count;

    /// <summary>Writes the object.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var scratch = JsonScratch.Current;
        var size = 2;
        for (var i = 0; i < _parts.Length; i++)
        {
            if (_parts[i] is JsonPayload { HasTree: false } bytes)
            {
                CollectBytes(scratch, bytes, i);
                size += bytes.Length + (bytes.Group?.Key.Length ?? 0) + 1;
            }
            else
            {
                CollectTree(scratch, _parts[i].Tree, i);
            }
        }
        scratch.NeedEntries(2 * _count);
        var all = scratch.Entries.AsSpan(0, 2 * _count);
        var unique = KeySort.SortUnique(all[.._count], all[_count..], new Ties(_parts, _treeMembers));

        var to = new JsonOutput(output, "\0"u8, size);
        to.Mark((byte)'{');
        var source = -1;
        for (var i = 0; i < unique; i++)
        {
            if (i > 0)
                to.Mark((byte)',');
            var entry = scratch.Entries[i];
            if (_parts[entry.Part] is not JsonPayload { HasTree: false } part)
            {
                WriteTreeMember(ref to, _treeMembers![entry.Index]);
                continue;
            }
            if (source != entry.Part)
            {
                to.Use(part.Source);
                source = entry.Part;
            }
            if (entry.Index == GroupEntry)
            {
                to.Text(part.Group!.Key);
                part.WriteData(ref to, _count);
                continue;
            }
            JsonTapeWriter.WriteText(ref to, part.Source, part.Tokens[entry.Index]);
            to.Mark((byte)':');
            JsonTapeWriter.Write(ref to, part.Source, part.Tokens, entry.Index + 1, _count);
        }
        to.Mark((byte)'}');
        to.Complete();
        scratch.Trim();
    }

    private static void WriteTreeMember(ref JsonOutput to, TreeMember member)
    {
        var output = to.Complete();
        DataJson.Write(output, new DataString(member.Name));
        to.Mark((byte)':');
        DataJson.Write(to.Complete(), member.Value);
    }

    private void CollectBytes(JsonScratch scratch, JsonPayload payload, int part)
    {
        if (payload.Group is { } group)
        {
            Add(scratch, group.Prefix, part, GroupEntry);
            return;
        }
        if (payload.Root < 0)
            return;
        var tokens = payload.Tokens;
        ReadOnlySpan<byte> source = payload.Source;
        var end = tokens[payload.Root].Next;
        for (var key = payload.Root + 1; key < end; key = tokens[key + 1].Next)
        {
            if (!tokens[key].Has(JsonFlags.Dropped))
                Add(scratch, JsonKey.Prefix(source, tokens[key]), part, key);
        }
    }

    private void CollectTree(JsonScratch scratch, DataObject tree, int part)
    {
        _treeMembers ??= [];
        foreach (var (name, value) in tree.Members)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            Add(scratch, JsonKey.Prefix(utf8), part, _treeMembers.Count);
            _treeMembers.Add(new TreeMember(name, utf8, value));
        }
    }

    private void Add(JsonScratch scratch, ulong prefix, int part, int index)
    {
        scratch.NeedEntries(_count + 1);
        scratch.Entries[_count++] = new SortEntry { Prefix = prefix, Part = part, Index = index };
    }

    private sealed record TreeMember(string Name, byte[] Utf8, DataNode Value);

    private readonly ref struct Ties(ReadOnlySpan<Payload> parts, List<TreeMember>? treeMembers) : IKeyTies
    {
        private readonly ReadOnlySpan<Payload> _parts = parts;

        public int Compare(in SortEntry x, in SortEntry y)
        {
            if (Plain(x) is { } plain)
                return Plain(y) is { } other ? plain.AsSpan().SequenceCompareTo(other) : -CompareKey(y, plain);
            if (Plain(y) is { } name)
                return CompareKey(x, name);
            var a = (JsonPayload)_parts[x.Part];
            var b = (JsonPayload)_parts[y.Part];
            return JsonKey.Compare(a.Source, a.Tokens[x.Index], b.Source, b.Tokens[y.Index]);
        }

        private int CompareKey(in SortEntry entry, byte[] name)
        {
            var part = (JsonPayload)_parts[entry.Part];
            return JsonKey.Compare(part.Source, part.Tokens[entry.Index], name);
        }

        /// <summary>The text of a key that is no token.</summary>
        private byte[]? Plain(in SortEntry entry)
        {
            if (_parts[entry.Part] is not JsonPayload { HasTree: false } part)
                return treeMembers![entry.Index].Utf8;
            return entry.Index == GroupEntry ? part.Group!.Utf8 : null;
        }
    }
}
