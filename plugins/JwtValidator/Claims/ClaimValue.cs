using System.Text.Json;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>A claim's value as it stands in the payload, whose JSON has been checked.</summary>
internal readonly ref struct ClaimValue(JsonTokenType kind, ReadOnlySpan<byte> json, bool hasEscapes)
{
    /// <summary>What it is: one of the kinds of values, or <see cref="JsonTokenType.StartObject"/>, <see cref="JsonTokenType.StartArray"/>.</summary>
    public JsonTokenType Kind { get; } = kind;

    /// <summary>The value as JSON, quotes and brackets included.</summary>
    public ReadOnlySpan<byte> Json { get; } = json;

    /// <summary>Whether it is a text with escape sequences.</summary>
    public bool HasEscapes { get; } = hasEscapes;

    /// <summary>Whether it is a text of exactly these bytes.</summary>
    public bool TextEquals(ReadOnlySpan<byte> utf8)
    {
        if (Kind != JsonTokenType.String)
            return false;
        if (!HasEscapes)
            return Json[1..^1].SequenceEqual(utf8);
        var reader = new Utf8JsonReader(Json);
        return reader.Read() && reader.ValueTextEquals(utf8);
    }

    /// <summary>Whether it holds each of some values, or one of them; see <see cref="Holds"/>.</summary>
    public bool HoldsAll(byte[][] wanted, bool splitsText, bool oneSuffices)
    {
        foreach (var value in wanted)
        {
            if (Holds(value, splitsText) == oneSuffices)
                return oneSuffices;
        }
        return !oneSuffices;
    }

    /// <summary>Whether a text, or a list of texts, holds a value; what is no text in a list is passed over (AUT-019).</summary>
    /// <param name="utf8">The value.</param>
    /// <param name="splitsText">Whether a text is a list of words with spaces between.</param>
    public bool Holds(ReadOnlySpan<byte> utf8, bool splitsText)
    {
        if (Kind == JsonTokenType.String)
            return splitsText ? HoldsWord(utf8) : TextEquals(utf8);
        if (Kind != JsonTokenType.StartArray)
            return false;
        var reader = new Utf8JsonReader(Json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(utf8))
                return true;
            reader.Skip();
        }
        return false;
    }

    private bool HoldsWord(ReadOnlySpan<byte> utf8)
    {
        if (HasEscapes)
            return HoldsWord(Unescaped(Json), utf8);
        return HoldsWord(Json[1..^1], utf8);
    }

    private static bool HoldsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        foreach (var range in text.Split((byte)' '))
        {
            if (!text[range].IsEmpty && text[range].SequenceEqual(word))
                return true;
        }
        return false;
    }

    private static byte[] Unescaped(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var buffer = new byte[json.Length];
        return buffer.AsSpan(0, reader.CopyString(buffer)).ToArray();
    }
}
