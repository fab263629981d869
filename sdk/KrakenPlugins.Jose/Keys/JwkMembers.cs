using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary>The members of one key object. What is thrown names the member, and never its value where that may be secret.</summary>
internal sealed class JwkMembers(JsonElement key)
{
    public bool Has(string name) => key.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text, or <see langword="null"/> when absent.</summary>
    public string? OptionalText(string name)
    {
        if (!key.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new JwkException($"\"{name}\" is no text");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JwkException($"\"{name}\" is no valid text: it has half a surrogate pair or is no UTF-8");
        }
    }

    public string Text(string name) => OptionalText(name) ?? throw new JwkException($"\"{name}\" is missing");

    /// <summary>A list of texts, or <see langword="null"/> when absent.</summary>
    public IReadOnlyList<string>? OptionalTexts(string name, int maximum)
    {
        if (!key.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maximum)
            throw new JwkException($"\"{name}\" is no list of at most {maximum} texts");
        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new JwkException($"\"{name}\" has a member that is no text"));
        return texts;
    }

    /// <summary>A base64url value that is not empty; of that length, when there is one.</summary>
    public byte[] Bytes(string name, int length = 0)
    {
        var bytes = StrictBase64Url.Decode(Text(name).TrimEnd('=')) ?? throw new JwkException($"\"{name}\" is no base64url");
        if (length > 0 && bytes.Length != length)
            throw new JwkException($"\"{name}\" has {bytes.Length} bytes; expected {length}");
        return bytes;
    }

    /// <summary>A positive number, big-endian; zeros in front, which some write, are dropped.</summary>
    public byte[] Number(string name)
    {
        var bytes = Bytes(name);
        var zeros = bytes.AsSpan().IndexOfAnyExcept((byte)0);
        return zeros < 0 ? throw new JwkException($"\"{name}\" is zero") : bytes[zeros..];
    }

    /// <summary>A value of somebody else in a message: short, and printable.</summary>
    public static string Shown(string value)
    {
        var shown = value.Length > 40 ? string.Concat(value.AsSpan(0, 40), "…") : value;
        return JsonSerializer.Serialize(shown);
    }
}
