using System.Buffers;

namespace KrakenPlugins.Sdk.Data;

/// <summary>Writes a tree as canonical JSON (MAN-074), without recursion.</summary>
internal static class JsonTreeWriter
{
    private const int MaxDepth = 10_000;

    private static readonly SearchValues<char> Special = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017"
        + "\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\<>&\u2028\u2029");

    /// <summary>Appends a node; see <see cref="DataJson.Write"/>.</summary>
    public static void Write(IBufferWriter<byte> output, DataNode node)
    {
        var to = new JsonOutput(output);
        var open = new Stack<Level>();
        Begin(ref to, node, open);
        while (open.TryPop(out var level))
        {
            if (!level.MoveNext(out var name, out var child))
            {
                level.Release();
                to.Mark(level.IsArray ? (byte)']' : (byte)'}');
                continue;
            }
            if (!level.IsFirst)
                to.Mark((byte)',');
            if (name is not null)
            {
                WriteText(ref to, name);
                to.Mark((byte)':');
            }
            open.Push(level);
            if (open.Count > MaxDepth)
                throw new InvalidOperationException($"the data is nested deeper than {MaxDepth} levels");
            Begin(ref to, child, open);
        }
        to.Complete();
    }

    /// <summary>Orders names by their UTF-8 bytes.</summary>
    private static int CompareNames(string x, string y)
    {
        var shared = Math.Min(x.Length, y.Length);
        var at = x.AsSpan(0, shared).CommonPrefixLength(y);
        return at == shared ? x.Length.CompareTo(y.Length) : Rank(x[at]).CompareTo(Rank(y[at]));

        // UTF-16 puts surrogates, which are the highest code points, before U+E000..U+FFFF.
        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }

    private static void Begin(ref JsonOutput to, DataNode node, Stack<Level> open)
    {
        switch (node)
        {
            case DataObject value:
                to.Mark((byte)'{');
                open.Push(new Level(value));
                break;
            case DataArray value:
                to.Mark((byte)'[');
                open.Push(new Level(value));
                break;
            case DataString value:
                WriteText(ref to, value.Value);
                break;
            case DataNumber value:
                WriteNumber(ref to, value.Text);
                break;
            case DataBoolean value:
                to.Text(value.Value ? "true"u8 : "false"u8);
                break;
            default:
                to.Text("null"u8);
                break;
        }
    }

    private static void WriteNumber(ref JsonOutput to, string text)
    {
        if (!IsNumber(text))
            throw new InvalidOperationException($"\"{text}\" is no JSON number");
        to.Text(text);
    }

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        text = text is ['-', ..] ? text[1..] : text;
        if (text is ['0', ..])
            text = text[1..];
        else if (!SkipDigits(ref text))
            return false;
        if (text is ['.', ..])
        {
            text = text[1..];
            if (!SkipDigits(ref text))
                return false;
        }
        if (text is ['e' or 'E', ..])
        {
            text = text is [_, '+' or '-', ..] ? text[2..] : text[1..];
            if (!SkipDigits(ref text))
                return false;
        }
        return text.IsEmpty;
    }

    private static bool SkipDigits(ref ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = text.Length;
        text = text[digits..];
        return digits > 0;
    }

    private static void WriteText(ref JsonOutput to, string text)
    {
        Span<byte> escaped = stackalloc byte[JsonEscaping.Longest];
        var rest = text.AsSpan();
        to.Mark((byte)'"');
        while (true)
        {
            var plain = rest.IndexOfAny(Special);
            if (plain < 0)
                break;
            to.Text(rest[..plain]);
            to.Text(escaped[..JsonEscaping.Encode(rest[plain], escaped)]);
            rest = rest[(plain + 1)..];
        }
        to.Text(rest);
        to.Mark((byte)'"');
    }

    /// <summary>A container that is being written.</summary>
    private struct Level
    {
        private static readonly Comparer<KeyValuePair<string, DataNode>> ByName =
            Comparer<KeyValuePair<string, DataNode>>.Create(static (x, y) => CompareNames(x.Key, y.Key));

        private readonly List<DataNode>? _items;
        private readonly KeyValuePair<string, DataNode>[] _members;
        private readonly int _count;
        private int _next;

        public Level(DataArray array)
        {
            _items = array.Items;
            _members = [];
            _count = array.Items.Count;
        }

        public Level(DataObject data)
        {
            _count = data.Count;
            _members = ArrayPool<KeyValuePair<string, DataNode>>.Shared.Rent(_count);
            ((ICollection<KeyValuePair<string, DataNode>>)data.Members).CopyTo(_members, 0);
            if (_count > 1)
                Array.Sort(_members, 0, _count, ByName);
        }

        public readonly bool IsArray => _items is not null;

        /// <summary>Whether the child last moved to is the first.</summary>
        public readonly bool IsFirst => _next == 1;

        public bool MoveNext(out string? name, out DataNode child)
        {
            name = null;
            child = DataNull.Instance;
            if (_next == _count)
                return false;
            if (_items is not null)
                child = _items[_next];
            else
                (name, child) = _members[_next];
            _next++;
            return true;
        }

        public readonly void Release()
        {
            if (_members.Length > 0)
                ArrayPool<KeyValuePair<string, DataNode>>.Shared.Return(_members, clearArray: true);
        }
    }
}
