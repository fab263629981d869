using System.Globalization;
using System.Runtime.InteropServices;

namespace KrakenPlugins.JsonSchema.Values;

/// <summary>
/// Characters such that two values have the same ones if and only if JSON Schema calls them equal: members sorted, numbers by
/// value, texts preceded by their length. Equality of any depth becomes equality of texts, and a set of values a set of texts.
/// </summary>
internal sealed class CanonicalText
{
    private const int Retained = 64 * 1024;
    private char[] _chars = new char[256];

    internal int Length { get; private set; }

    internal ReadOnlySpan<char> Slice(int start) => _chars.AsSpan(start, Length - start);

    internal ReadOnlySpan<char> Slice(int start, int end) => _chars.AsSpan(start, end - start);

    internal void Clear()
    {
        Length = 0;
        if (_chars.Length > Retained)
            _chars = new char[256];
    }

    /// <summary>Appends a value, without recursion.</summary>
    internal void Append<T, TChildren>(in T value, JsonTextBuffer buffer)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        if (AppendScalar<T, TChildren>(value, buffer))
            return;
        var open = new List<Container<T, TChildren>> { Open<T, TChildren>(value, buffer) };
        while (open.Count > 0)
        {
            ref var container = ref CollectionsMarshal.AsSpan(open)[^1];
            if (!container.Next(this, out var child))
            {
                Append(container.End);
                open.RemoveAt(open.Count - 1);
            }
            else if (!AppendScalar<T, TChildren>(child, buffer))
            {
                open.Add(Open<T, TChildren>(child, buffer));
            }
        }
    }

    private bool AppendScalar<T, TChildren>(in T value, JsonTextBuffer buffer)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        switch (value.Kind)
        {
            case JsonInstanceKind.Null: Append('n'); return true;
            case JsonInstanceKind.False: Append('f'); return true;
            case JsonInstanceKind.True: Append('t'); return true;
            case JsonInstanceKind.Number: AppendNumber(value.GetText(buffer)); return true;
            case JsonInstanceKind.String: AppendString(value.GetText(buffer)); return true;
            default: return false;
        }
    }

    private Container<T, TChildren> Open<T, TChildren>(in T value, JsonTextBuffer buffer)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        var children = value.GetChildren();
        if (value.Kind == JsonInstanceKind.Array)
        {
            Append('[');
            return new Container<T, TChildren> { Items = children, End = ']' };
        }
        Append('{');
        // Of members with the same name the last one counts, as for every reader of JSON here.
        var members = new SortedDictionary<string, T>(StringComparer.Ordinal);
        while (children.MoveNext())
            members[children.GetName(buffer).ToString()] = children.Current;
        return new Container<T, TChildren> { Members = members.GetEnumerator(), IsObject = true, End = '}' };
    }

    private void AppendNumber(ReadOnlySpan<char> text)
    {
        var number = DecimalText.Parse(text);
        Append(number.IsNegative ? '-' : '+');
        foreach (var digit in number.Digits)
        {
            if (digit != '.')
                Append(digit);
        }
        Append('e');
        AppendInteger(number.Magnitude);
    }

    private void AppendString(ReadOnlySpan<char> text)
    {
        Append('"');
        AppendInteger(text.Length);
        Reserve(text.Length);
        text.CopyTo(_chars.AsSpan(Length));
        Length += text.Length;
    }

    private void AppendInteger(long value)
    {
        Reserve(21);
        value.TryFormat(_chars.AsSpan(Length), out var written, default, CultureInfo.InvariantCulture);
        Length += written;
        Append(':');
    }

    private void Append(char c)
    {
        Reserve(1);
        _chars[Length++] = c;
    }

    private void Reserve(int more)
    {
        if (_chars.Length - Length < more)
            Array.Resize(ref _chars, (int)Math.Min(Array.MaxLength, Math.Max((long)Length + more, _chars.Length * 2L)));
    }

    private struct Container<T, TChildren>
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        internal TChildren Items;
        internal SortedDictionary<string, T>.Enumerator Members;
        internal bool IsObject;
        internal char End;

        internal bool Next(CanonicalText text, out T child)
        {
            child = default;
            if (!IsObject)
            {
                if (!Items.MoveNext())
                    return false;
                child = Items.Current;
                return true;
            }
            if (!Members.MoveNext())
                return false;
            text.AppendString(Members.Current.Key);
            child = Members.Current.Value;
            return true;
        }
    }
}
