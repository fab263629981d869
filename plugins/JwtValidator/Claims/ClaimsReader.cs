using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>Where a claim of the first level stands in the payload.</summary>
/// <param name="Name">Position of the name, without quotes.</param>
/// <param name="NameLength">Its length.</param>
/// <param name="Value">Position of the value.</param>
/// <param name="ValueLength">Its length.</param>
/// <param name="Kind">What the value is.</param>
/// <param name="NameHasEscapes">Whether the name has escape sequences.</param>
/// <param name="ValueHasEscapes">Whether the value is a text with escape sequences.</param>
internal readonly record struct ClaimEntry(int Name, int NameLength, int Value, int ValueLength, JsonTokenType Kind, bool NameHasEscapes, bool ValueHasEscapes);

/// <summary>
/// Reads a payload once, strictly and within bounds, into an index of its claims. What is no UTF-8, no JSON object, too deep, too large, has a
/// number that no double holds or half a surrogate pair is refused (AUT-220).
/// </summary>
internal static class ClaimsReader
{
    /// <summary>Levels of objects and lists.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Names and values at all levels together.</summary>
    public const int MaximumTokens = 8192;

    private const int Typical = 24;

    /// <summary>Reads a payload; <see langword="null"/> when it is refused.</summary>
    public static TokenClaims? Read(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload))
            return null;
        Span<ClaimEntry> few = stackalloc ClaimEntry[Typical];
        try
        {
            return Read(payload, few);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TokenClaims? Read(ReadOnlySpan<byte> payload, Span<ClaimEntry> few)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaximumDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        List<ClaimEntry>? many = null;
        var (count, tokens) = (0, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!IsFit(ref reader, ref tokens))
                return null;
            var (name, length, hasEscapes) = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
            reader.Read();
            var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
            var isEscapedText = kind == JsonTokenType.String && reader.ValueIsEscaped;
            if (!PassValue(ref reader, ref tokens))
                return null;
            var entry = new ClaimEntry(name, length, start, (int)reader.BytesConsumed - start, kind, hasEscapes, isEscapedText);
            if (count < few.Length)
                few[count] = entry;
            else
                (many ??= [.. few]).Add(entry);
            count++;
        }
        // Whatever follows the object makes the reader throw.
        reader.Read();
        return new TokenClaims(payload.ToArray(), many is null ? few[..count].ToArray() : [.. CollectionsMarshal.AsSpan(many)]);
    }

    private static bool PassValue(ref Utf8JsonReader reader, ref int tokens)
    {
        var depth = reader.CurrentDepth;
        if (!IsFit(ref reader, ref tokens))
            return false;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return true;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (!IsFit(ref reader, ref tokens))
                return false;
        }
        return true;
    }

    private static bool IsFit(ref Utf8JsonReader reader, ref int tokens) => ++tokens <= MaximumTokens && reader.TokenType switch
    {
        JsonTokenType.Number => reader.TryGetDouble(out var number) && double.IsFinite(number),
        JsonTokenType.String or JsonTokenType.PropertyName => !reader.ValueIsEscaped || HasWholeSurrogates(reader.ValueSpan),
        _ => true,
    };

    /// <summary>Whether every surrogate among the escape sequences, whose grammar has been checked, is half of a pair.</summary>
    private static bool HasWholeSurrogates(ReadOnlySpan<byte> text)
    {
        var awaitsLow = false;
        for (var i = 0; i < text.Length; i++)
        {
            var isEscape = text[i] == '\\';
            var isUnit = isEscape && text[i + 1] == 'u';
            var unit = isUnit ? Unit(text.Slice(i + 2, 4)) : 0;
            if (awaitsLow != unit is >= 0xDC00 and <= 0xDFFF)
                return false;
            awaitsLow = unit is >= 0xD800 and <= 0xDBFF;
            i += isUnit ? 5 : isEscape ? 1 : 0;
        }
        return !awaitsLow;
    }

    private static int Unit(ReadOnlySpan<byte> digits)
    {
        var unit = 0;
        foreach (var digit in digits)
            unit = (unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return unit;
    }
}
