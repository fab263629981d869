using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>
/// Texts of claims (AUT-049): texts as they are, whole numbers without decimals and others with six, lists joined with commas, the rest as
/// JSON. Numbers are doubles first (AUT-034). A <c>null</c> has no text.
/// </summary>
internal static class ClaimText
{
    // Whole numbers of so many digits are doubles without loss.
    private const int ExactDigits = 15;

    /// <summary>The text of a value; <see langword="null"/> for <c>null</c>.</summary>
    public static string? Of(ClaimValue value) => value.Kind switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => Unescape(value),
        JsonTokenType.Number => Number(value.Json),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.StartArray => string.Join(',', Elements(value)),
        _ => DataJson.ToString(Tree(value.Json)),
    };

    /// <summary>The texts of a list's elements; those that are <c>null</c> are left out.</summary>
    public static List<string> Elements(ClaimValue list)
    {
        var texts = new List<string>();
        var reader = new Utf8JsonReader(list.Json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
            var hasEscapes = kind == JsonTokenType.String && reader.ValueIsEscaped;
            reader.Skip();
            var json = list.Json[start..(int)reader.BytesConsumed];
            // A list in a list stays JSON: joined it could not be told from its neighbours.
            var text = kind == JsonTokenType.StartArray ? DataJson.ToString(Tree(json)) : Of(new ClaimValue(kind, json, hasEscapes));
            if (text is not null)
                texts.Add(text);
        }
        return texts;
    }

    /// <summary>A value as data, numbers with the digits of a double.</summary>
    public static DataNode Tree(ReadOnlySpan<byte> json)
    {
        if (!DataJson.TryParse(json, ClaimsReader.MaximumDepth, out var node, out var error))
            throw new InvalidOperationException($"claims that were read before cannot be read: {error}");
        return Rounded(node);
    }

    private static DataNode Rounded(DataNode node)
    {
        switch (node)
        {
            case DataNumber number:
                return IsExact(number.Text) ? number : new DataNumber(Json(double.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture)));
            case DataArray array:
                for (var i = 0; i < array.Count; i++)
                    array[i] = Rounded(array[i]);
                return array;
            case DataObject members:
                foreach (var name in members.Members.Keys.ToArray())
                    members[name] = Rounded(members[name]!);
                return members;
            default:
                return node;
        }
    }

    private static string Unescape(ClaimValue value)
    {
        if (!value.HasEscapes)
            return Encoding.UTF8.GetString(value.Json[1..^1]);
        var reader = new Utf8JsonReader(value.Json);
        reader.Read();
        return reader.GetString()!;
    }

    private static string Number(ReadOnlySpan<byte> json)
    {
        if (json.Length <= ExactDigits && json.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            return Encoding.ASCII.GetString(json);
        Utf8Parser.TryParse(json, out double number, out _);
        // Negative zero is whole too.
        return number == Math.Truncate(number)
            ? (number == 0 ? 0 : number).ToString("F0", CultureInfo.InvariantCulture)
            : number.ToString("F6", CultureInfo.InvariantCulture);
    }

    private static bool IsExact(string text) => text.Length <= ExactDigits && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    // As Go's encoder: plain digits from 1e-6 to below 1e21, with exponent beyond.
    private static string Json(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var exponent = shortest.IndexOf('E', StringComparison.Ordinal);
        if (exponent < 0)
            return shortest;
        var size = Math.Abs(number);
        if (size is < 1e-6 or >= 1e21)
            return $"{shortest.AsSpan(0, exponent)}e{shortest[exponent + 1]}{shortest.AsSpan(exponent + 2).TrimStart('0')}";
        return decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
    }
}
