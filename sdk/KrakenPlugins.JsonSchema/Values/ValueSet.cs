using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Values;

/// <summary>The values of an <c>enum</c> or <c>const</c>.</summary>
internal sealed class ValueSet
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _strings;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _others;
    private readonly bool[] _kinds = new bool[(int)JsonInstanceKind.Object + 1];

    internal ValueSet(IEnumerable<JsonElement> values)
    {
        var strings = new HashSet<string>(StringComparer.Ordinal);
        var others = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        var texts = new List<string>();
        var buffer = new JsonTextBuffer();
        var canonical = new CanonicalText();
        foreach (var value in values)
        {
            var instance = new JsonElementInstance(value);
            _kinds[(int)instance.Kind] = true;
            if (texts.Count <= MaxShown)
                texts.Add(Shorten(value.GetRawText()));
            if (instance.Kind == JsonInstanceKind.String)
            {
                names.Add(instance.GetText(buffer).ToString());
                strings.Add(names[^1]);
                continue;
            }
            canonical.Clear();
            canonical.Append<JsonElementInstance, JsonElementInstance.Children>(instance, buffer);
            others.Add(canonical.Slice(0).ToString());
        }
        _strings = strings.GetAlternateLookup<ReadOnlySpan<char>>();
        _others = others.GetAlternateLookup<ReadOnlySpan<char>>();
        Names = names;
        Text = string.Join(", ", texts.Take(MaxShown)) + (texts.Count > MaxShown ? ", …" : "");
    }

    private const int MaxShown = 12;

    /// <summary>The texts among the values.</summary>
    internal IReadOnlyList<string> Names { get; }

    /// <summary>The values for people, at most a dozen.</summary>
    internal string Text { get; }

    internal bool Contains<T, TChildren>(in T value, JsonTextBuffer buffer, CanonicalText canonical)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        var kind = value.Kind;
        if (!_kinds[(int)kind])
            return false;
        if (kind == JsonInstanceKind.String)
            return _strings.Contains(value.GetText(buffer));
        if (kind is JsonInstanceKind.Null or JsonInstanceKind.True or JsonInstanceKind.False)
            return true;
        canonical.Clear();
        canonical.Append<T, TChildren>(value, buffer);
        return _others.Contains(canonical.Slice(0));
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 59), "…");
}
